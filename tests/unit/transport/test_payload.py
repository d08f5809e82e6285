"""Whatever is sent, the answer is a value or a refusal that names the field."""

import contextlib
import json
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from server.kernel.errors import BadRequest
from server.kernel.identifiers import new_id, shorten
from server.transport.payload import bad_text, convert, decode, decoder
from server.transport.wire import Identifier


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    x: int
    y: Annotated[int, Meta(ge=3, le=9)] = 4


class Sample(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)] = "abc"
    code: Annotated[str, Meta(min_length=3, pattern="^[a-z]+$")] = "abc"
    numbers: list[int] = []
    inner: Inner | None = None
    choice: Literal["a", "b"] = "a"
    who: Identifier | None = None
    anything: Any = None


READER = decoder(Sample)


@pytest.mark.parametrize(
    ("raw", "detail", "field"),
    [
        (b"", "malformed_json", None),
        (b"{", "malformed_json", None),
        (b"nonsense", "malformed_json", None),
        (b"\xff\xfe{}", "malformed_json", None),
        (b"\xef\xbb\xbf{}", "malformed_json", None),
        (b'{"name":"a\x00b"}', "malformed_json", None),
        (b'{"name":"a"} trailing', "malformed_json", None),
        (b'{"anything":NaN}', "malformed_json", None),
        (b'{"anything":' + b"[" * 100_000, "malformed_json", None),
        (b'{"anything":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001, "malformed_json", None),
        (b"null", "wrong_type", None),
        (b"[]", "wrong_type", None),
        (b'"text"', "wrong_type", None),
        (b"3", "wrong_type", None),
        (b'{"name":3}', "wrong_type", "name"),
        (b'{"name":null}', "wrong_type", "name"),
        (b'{"name":""}', "empty", "name"),
        (b'{"name":"abcdef"}', "too_long", "name"),
        (b'{"code":"ab"}', "too_short", "code"),
        (b'{"code":"ABC"}', "format", "code"),
        (b'{"choice":"c"}', "wrong_type", "choice"),
        (b'{"numbers":[1,"2"]}', "wrong_type", "numbers[1]"),
        (b'{"inner":{}}', "missing", "inner.x"),
        (b'{"inner":{"x":1,"y":99}}', "out_of_range", "inner.y"),
        (b'{"inner":{"x":1,"z":2}}', "unknown_field", "inner.z"),
        (b'{"surplus":1}', "unknown_field", "surplus"),
        (b'{"tick`":1}', "unknown_field", "tick`"),
        (b'{"who":"x"}', "identifier", "who"),
        (b'{"who":7}', "identifier", "who"),
        (b'{"who":"' + b"-" * 22 + b'"}', "identifier", "who"),
        (b'{"who":"' + b"z" * 36 + b'"}', "identifier", "who"),
        (b'{"name":"\\u0000"}', "nul", "name"),
        (b'{"anything":{"deep":["fine","a\\u0000b"]}}', "nul", "anything.deep[1]"),
        (b'{"\\u0000":1}', "nul", "?"),
        (b'{"name":"\\ud83d"}', "surrogate", "name"),
        (b'{"name":"\\ude00\\ud83d"}', "surrogate", "name"),
        (b'{"anything":["\xed\xa0\x80"]}', "surrogate", "anything[0]"),
        (b'{"name":"ok","numbers":["\\ud83d"]}', "surrogate", "numbers[0]"),
    ],
)
def test_refusals(raw: bytes, detail: str, field: str | None) -> None:
    with pytest.raises(BadRequest) as refused:
        decode(raw, READER)
    assert (refused.value.detail, refused.value.field) == (detail, field)


def test_the_limit_is_told() -> None:
    with pytest.raises(BadRequest) as refused:
        decode(b'{"name":"abcdef"}', READER)
    assert refused.value.params == {"maximum": 5}


def test_a_long_name_of_a_field_is_not_told_back_whole() -> None:
    with pytest.raises(BadRequest) as refused:
        decode(json.dumps({"x" * 5_000: 1}), READER)
    assert refused.value.field == "x" * 100


def test_an_escaped_backslash_before_u0000_is_only_text() -> None:
    assert decode(rb'{"anything":"\\u0000"}', READER) == Sample(anything=r"\u0000")


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert decode(rb'{"anything":"\ud83d\ude00"}', READER) == Sample(anything="😀")


def test_an_identifier_is_read_in_both_forms() -> None:
    identifier = new_id()
    forms = [decode(json.dumps({"who": text}), READER).who for text in (str(identifier), shorten(identifier))]
    assert forms == [identifier, identifier]
    assert all(isinstance(form, UUID) for form in forms)


class Page(msgspec.Struct, forbid_unknown_fields=True):
    state: Literal["open", "closed"] = "open"
    before: Identifier | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


@pytest.mark.parametrize(
    ("query", "detail", "field"),
    [
        ({"state": "ajar"}, "wrong_type", "state"),
        ({"before": "x"}, "identifier", "before"),
        ({"limit": "0"}, "out_of_range", "limit"),
        ({"limit": "many"}, "wrong_type", "limit"),
        ({"surplus": "1"}, "unknown_field", "surplus"),
        ({"state": "open\x00"}, "nul", "state"),
        ({"state": "\ud800"}, "surrogate", "state"),
    ],
)
def test_query_strings_are_refused_likewise(query: dict[str, str], detail: str, field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        convert(query, Page)
    assert (refused.value.detail, refused.value.field) == (detail, field)


def test_a_query_string_is_text_and_becomes_what_it_should_be() -> None:
    identifier = new_id()
    assert convert({"limit": "20", "before": str(identifier)}, Page) == Page("open", Identifier(str(identifier)), 20)


texts = st.text(st.characters(exclude_categories=[]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_any_json_is_read_as_it_is_or_refused_for_its_text(value: Any) -> None:
    raw = json.dumps({"anything": value})
    bad = bad_text(value)
    if bad is None:
        assert decode(raw, READER).anything == value
        return
    with pytest.raises(BadRequest) as refused:
        decode(raw, READER)
    assert refused.value.detail in {"nul", "surrogate"}
    assert refused.value.field is not None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_sample_or_a_bad_request(raw: bytes) -> None:
    with contextlib.suppress(BadRequest):
        assert isinstance(decode(raw, READER), Sample)
