"""Packed descriptions: the same text comes out, and nothing that is not one gets in."""

import base64
import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.errors import BadSdp
from server.signalling.descriptions import LARGEST, MARK, is_packed, read, write

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n" + "a=rtcp-fb:96 nack pli\r\n" * 100


@given(st.text(st.characters(max_codepoint=127), max_size=LARGEST))
def test_what_goes_in_comes_out(text: str) -> None:
    assert read(write(text, packed=True)) == text
    assert write(text, packed=False) == text


def test_it_is_small_and_fit_for_a_json_string() -> None:
    packed = write(SDP, packed=True)
    assert is_packed(packed)
    assert not is_packed(SDP)
    assert read(SDP) == SDP
    assert len(packed) < len(SDP) / 10
    assert packed.replace("-", "").replace("_", "").removeprefix(MARK).isalnum()


def _packed(data: bytes) -> str:
    return MARK + base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MARK, id="nothing"),
        pytest.param(MARK + "é", id="not base64"),
        pytest.param(MARK + "a b", id="a blank"),
        pytest.param(_packed(b"plain"), id="not deflate"),
        pytest.param(_packed(zlib.compress(b"v=0")), id="with a header"),
        pytest.param(write(SDP, packed=True)[:-8], id="cut off"),
        pytest.param(_packed(base64.urlsafe_b64decode(write("v=0", packed=True)[2:] + "==") + b"more"), id="and more"),
        pytest.param(write("é", packed=True), id="not ASCII"),
        pytest.param(write("a" * (LARGEST + 1), packed=True), id="a little too long"),
        pytest.param(write("a" * 50_000_000, packed=True), id="a bomb"),
    ],
)
def test_what_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(BadSdp):
        read(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadSdp):
        read(MARK + text)
