"""What decides in live supervision."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from server.kernel.errors import BadRequest, Forbidden
from server.people.policy import CallPolicy
from server.supervision.rules import (
    KNOCK_LASTS,
    Company,
    check_knock,
    checked_whisper,
    line_of,
    required,
    standing,
    waits_for,
)

TODAY = date(2026, 11, 22)
POLICY = CallPolicy(10, "professional", "mentor")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEN = timedelta(seconds=10)


@pytest.mark.parametrize(
    ("born", "needed"),
    [
        (None, "professional"),
        (date(2011, 11, 23), "professional"),  # 15 tomorrow
        (date(2011, 11, 22), "mentor"),
        (date(2008, 11, 23), "mentor"),  # 18 tomorrow
        (date(2008, 11, 22), "none"),
    ],
)
def test_who_is_required_goes_by_age(born: date | None, needed: str) -> None:
    assert required(born, TODAY, POLICY) == needed


def test_a_call_waits_for_whom_it_needs() -> None:
    found = {
        (needed, young, mentor, professional, had): waits_for(needed, Company(young, mentor, professional), had=had)
        for needed in ("none", "mentor", "professional")
        for young, mentor, professional, had in product((True, False), repeat=4)
    }
    assert {case: why for case, why in found.items() if why is not None} == {
        ("mentor", True, False, False, True): "adult_left",
        ("professional", True, False, False, True): "adult_left",
        ("professional", True, True, False, True): "adult_left",
        ("professional", True, True, False, False): "adult_awaited",
    }


def test_how_the_adult_stands() -> None:
    assert standing("mentor", Company(True, False, False)) == "missing"
    assert standing("mentor", Company(True, False, True)) == "there"
    assert standing("professional", Company(True, True, False)) == "missing"
    assert standing("professional", Company(False, True, False)) == "not_required"
    assert standing("none", Company(True, False, False)) == "not_required"


def test_the_door_opens_when_it_is_time_and_for_a_while() -> None:
    def code(after: timedelta) -> str | None:
        try:
            check_knock(NOW, TEN, NOW + after)
        except Forbidden as error:
            return error.detail
        return None

    tick = timedelta(microseconds=1)
    assert [code(after) for after in (-TEN, timedelta(0), TEN - tick)] == ["too_early"] * 3
    assert [code(after) for after in (TEN, TEN + KNOCK_LASTS - tick)] == [None] * 2
    assert code(TEN + KNOCK_LASTS) == "announce_first"
    check_knock(NOW, timedelta(0), NOW)
    with pytest.raises(Forbidden) as early:
        check_knock(NOW, TEN, NOW + timedelta(seconds=9.5))
    assert early.value.retry_in_ms == 501


@pytest.mark.parametrize("body", ["", " \n", "a" * 501, "nul\x00", "\ud800"])
def test_what_is_no_whisper(body: str) -> None:
    with pytest.raises(BadRequest) as refused:
        checked_whisper(body)
    assert refused.value.field == "body"


def test_a_whisper_is_kept_as_it_was_written() -> None:
    assert checked_whisper("  é" + "a" * 497) == "  é" + "a" * 497


def test_a_line_in_a_plain_word() -> None:
    assert line_of("video", weak=False, connected=True) == "good"
    assert line_of("voice", weak=False, connected=True) == "good"
    assert line_of("video", weak=True, connected=True) == "fair"
    assert line_of("voice-lean", weak=False, connected=True) == "fair"
    assert line_of("voice-web", weak=True, connected=True) == "poor"
    assert line_of("video", weak=False, connected=False) == "away"
