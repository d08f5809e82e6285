"""What anybody in the world can make us read, and what we answer."""

import contextlib
import os

import pytest
from aioice.stun import Class, Message, Method
from hypothesis import given
from hypothesis import strategies as st

from server.media import stun

PASSWORD = b"secret"


def request(username: str | None = "ours:theirs") -> bytes:
    message = Message(Method.BINDING, Class.REQUEST)
    message.attributes["PRIORITY"] = 1
    if username is not None:
        message.attributes["USERNAME"] = username
    message.add_message_integrity(PASSWORD)
    return bytes(message)


def test_a_request_is_for_whom_its_username_begins_with() -> None:
    assert stun.local_fragment(request()) == "ours"
    assert stun.local_fragment(request("a:b:c")) == "a"


def test_anything_else_is_for_nobody() -> None:
    assert stun.local_fragment(request(None)) is None
    assert stun.local_fragment(request("no colon")) is None
    response = bytes(Message(Method.BINDING, Class.RESPONSE, attributes={"USERNAME": "ours:theirs"}))
    assert stun.local_fragment(response) is None
    assert stun.local_fragment(request()[:30]) is None


def test_a_username_that_runs_past_the_end_is_for_nobody() -> None:
    lies = bytes.fromhex("000100002112a442") + bytes(12) + b"\x00\x06\xff\xff" + b"ours:"
    assert stun.local_fragment(lies) is None


def test_attributes_without_end_are_not_followed() -> None:
    endless = bytes.fromhex("000100002112a442") + bytes(12) + b"\x80\x22\x00\x00" * 100 + b"\x00\x06\x00\x03a:b\x00"
    assert stun.local_fragment(endless) is None


@pytest.mark.parametrize("datagram", [b"", b"\x00" * 19, bytes(20), b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(600)])
def test_what_is_not_stun(datagram: bytes) -> None:
    assert not stun.is_stun(datagram)


def test_the_answer_is_shorter_than_the_request_of_a_browser() -> None:
    """A browser's check also has role, nomination and network cost: nothing is amplified."""
    message = Message(Method.BINDING, Class.REQUEST)
    message.attributes.update(
        {"USERNAME": "x" * 12 + ":abcd", "ICE-CONTROLLING": 1, "USE-CANDIDATE": None, "PRIORITY": 1}
    )
    message.add_message_integrity(PASSWORD)
    answer = stun.success(message, ("2001:db8::1", 65535), "secret")
    assert len(answer) <= len(bytes(message))
    parsed = stun.parse(answer)
    assert parsed.attributes["XOR-MAPPED-ADDRESS"] == ("2001:db8::1", 65535)
    assert parsed.check_message_integrity(PASSWORD)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for datagram in (
        body,
        bytes.fromhex("0001") + len(body).to_bytes(2, "big") + stun.MAGIC_COOKIE + os.urandom(12) + body,
    ):
        stun.is_stun(datagram)
        stun.local_fragment(datagram)
        with contextlib.suppress(ValueError):
            stun.parse(datagram)


@given(st.integers(0, 150), st.integers(0, 255))
def test_one_changed_byte_is_never_authentic(position: int, value: int) -> None:
    original = request()
    position %= len(original) - 8  # FINGERPRINT, at the end, is a checksum for everybody
    changed = original[:position] + bytes([value]) + original[position + 1 :]
    if changed == original:
        return
    with contextlib.suppress(ValueError):
        assert not stun.parse(changed).check_message_integrity(PASSWORD)
