"""An attacker is slowed down; the person whose password it is gets in."""

from datetime import UTC, datetime

import pytest

from server.kernel.clock import ManualClock
from server.kernel.errors import TooFast
from server.people.sessions import guesses as limits
from server.people.sessions.guesses import Guesses

HOME, SCHOOL = "192.0.2.1", "198.51.100.1"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def guesses(clock: ManualClock) -> Guesses:
    return Guesses(clock)


def allowed(guesses: Guesses, login: str, address: str, tries: int = 10_000) -> int:
    """How many of so many tries in one instant are let through."""
    passed = 0
    for _ in range(tries):
        try:
            guesses.take(login, address)
        except TooFast:
            continue
        passed += 1
    return passed


def test_one_device_at_one_login(guesses: Guesses, clock: ManualClock) -> None:
    assert allowed(guesses, "lea", HOME) == 6
    clock.advance(10)
    assert allowed(guesses, "lea", HOME) == 1


def test_the_wait_is_told(guesses: Guesses) -> None:
    for _ in range(6):
        guesses.take("lea", HOME)
    with pytest.raises(TooFast) as refused:
        guesses.take("lea", HOME)
    assert (refused.value.detail, refused.value.retry_in_ms) == ("signin", 10_000)


def test_a_child_who_mistypes_all_day_never_waits_long(guesses: Guesses, clock: ManualClock) -> None:
    """Who waits as told each time gets a try every half minute, for ever."""
    tries, waits = 0, set()
    while clock.monotonic() < 3_600:
        try:
            guesses.take("lea", HOME)
            tries += 1
        except TooFast as refused:
            waits.add(refused.retry_in_ms or 0)
            clock.advance((refused.retry_in_ms or 0) / 1000)
    assert max(waits) <= 30_000
    assert tries >= 120


def test_a_device_is_a_stranger_until_it_has_signed_in(guesses: Guesses) -> None:
    assert guesses.take("lea", HOME)
    guesses.succeeded("lea", HOME)
    assert not guesses.take("lea", HOME)
    assert guesses.take("lea", SCHOOL)
    assert guesses.take("yanis", HOME)
    assert not guesses.take("yanis", HOME, known=True)


def test_one_address_at_all_logins(guesses: Guesses, clock: ManualClock) -> None:
    assert sum(allowed(guesses, f"login{number}", HOME, 1) for number in range(1_000)) == 180
    clock.advance(30)
    assert sum(allowed(guesses, f"other{number}", HOME, 1) for number in range(1_000)) == 30
    assert allowed(guesses, "lea", SCHOOL, 1) == 1


def test_a_class_behind_one_line_signs_in_together(guesses: Guesses) -> None:
    for number in range(60):
        for _ in range(3):
            guesses.take(f"pupil{number}", SCHOOL)
        guesses.succeeded(f"pupil{number}", SCHOOL)


def test_neighbours_in_one_ipv6_site_count_as_one(guesses: Guesses) -> None:
    tries = sum(allowed(guesses, "lea", f"2001:db8:0:1::{number:x}", 1) for number in range(1, 500))
    assert tries == 6


def test_memory_is_bounded(guesses: Guesses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KNOWN", 10)
    for number in range(100):
        guesses.succeeded(f"login{number}", HOME)
    assert len(guesses._known) == 10
