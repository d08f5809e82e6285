import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.identifiers import new_id, parse_id, shorten


def test_a_new_id_is_a_uuid_of_version_7_that_carries_the_time() -> None:
    before = time.time_ns() // 1_000_000
    identifier = new_id()
    after = time.time_ns() // 1_000_000
    assert (identifier.version, identifier.variant) == (7, "specified in RFC 4122")
    assert before <= identifier.int >> 80 <= after


def test_ids_do_not_repeat() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


@given(st.uuids())
def test_both_wire_forms_name_the_same_thing(identifier: UUID) -> None:
    assert len(shorten(identifier)) == 22
    assert parse_id(shorten(identifier)) == identifier
    assert parse_id(str(identifier)) == identifier


@given(st.text(max_size=40))
def test_no_text_has_two_readings_or_breaks_the_parser(text: str) -> None:
    try:
        identifier = parse_id(text)
    except ValueError:
        return
    assert text == shorten(identifier) or text.lower() == str(identifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "Z" * 22,  # bits set beyond the 128th: would be a second name for another identifier
        "+" * 22,
        "é" * 22,
        "{00000000-0000-7000-8000-0000000000}",
        "00000000000070008000000000000000",
        "0000000000007000-8000-00000000000--0",
        "urn:uuid:00000000-0000-7000-8000-00000000000",
    ],
)
def test_what_is_not_an_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an identifier|badly formed"):
        parse_id(text)
