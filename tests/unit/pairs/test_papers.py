"""When papers are in order, by dates."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import dates, integers, lists

from server.kernel.errors import BadRequest
from server.kernel.identifiers import new_id
from server.pairs.papers import (
    WARNINGS,
    Gate,
    Paper,
    Pass,
    Policy,
    check_paper,
    last_day,
    missing,
    standing,
    warning,
)

TODAY = date(2026, 11, 22)
WHO, STAFF = new_id(), new_id()


def paper(gate: Gate = Gate.VETTING, ago: int = 10, left: int | None = 5, **more: object) -> Paper:
    until = TODAY + timedelta(days=left) if left is not None else None
    version = 1 if gate is Gate.CHARTER else None
    given = {"id": new_id(), "kind": "x", "version": version, "withdraws": None} | more
    return Paper(
        account_id=WHO, gate=gate, issued_on=TODAY - timedelta(days=ago), valid_until=until, by=STAFF,
        at=datetime(2026, 11, 1, tzinfo=UTC), **given,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_paper_counts_through_its_last_day() -> None:
    assert standing([paper(left=0)], Gate.VETTING, TODAY, Policy()) == Pass(Gate.VETTING, True, TODAY, True)
    assert standing([paper(left=0)], Gate.VETTING, TODAY + timedelta(days=1), Policy()).open is False
    assert standing([paper(ago=-1)], Gate.VETTING, TODAY, Policy()).open is False  # from tomorrow
    assert standing([], Gate.VETTING, TODAY, Policy()) == Pass(Gate.VETTING, False, None, False)


def test_the_one_that_lasts_longest_counts() -> None:
    long, short = paper(left=90), paper(ago=1, left=3)
    assert standing([long, short], Gate.VETTING, TODAY, Policy()).until == long.valid_until
    assert standing([short, paper(left=None)], Gate.VETTING, TODAY, Policy()) == Pass(Gate.VETTING, True, None, True)


def test_what_is_withdrawn_counts_no_more_and_stays_in_the_history() -> None:
    good = paper(left=90)
    gone = paper(withdraws=good.id, left=None)
    assert standing([good, gone], Gate.VETTING, TODAY, Policy()) == Pass(Gate.VETTING, False, None, False)


def test_earlier_words_of_the_charter_hold_until_later_ones_are_to_be_signed() -> None:
    first, second = (paper(Gate.CHARTER, left=None, version=version) for version in (1, 2))
    soon = TODAY + timedelta(days=5)
    endless = Pass(Gate.CHARTER, True, None, True)
    assert standing([first], Gate.CHARTER, TODAY, Policy()) == endless
    again = Policy(renewals=((2, soon),))
    assert standing([first], Gate.CHARTER, TODAY, again) == Pass(Gate.CHARTER, True, soon - timedelta(days=1), True)
    assert standing([first], Gate.CHARTER, soon, again).open is False
    assert standing([first, second], Gate.CHARTER, soon, again) == endless
    # Of two that are to be signed, the nearer one counts; who signed the later one has signed.
    thrice = Policy(renewals=((2, soon), (3, TODAY)))
    assert standing([first], Gate.CHARTER, TODAY, thrice).until == TODAY - timedelta(days=1)
    assert standing([second], Gate.CHARTER, TODAY, thrice).open is False
    assert standing([paper(Gate.CHARTER, left=None, version=3)], Gate.CHARTER, soon, thrice) == endless


def test_only_what_the_policy_asks_for_is_missing() -> None:
    assert missing([], Policy(), TODAY) == (Gate.VETTING, Gate.CHARTER, Gate.TRAINING)
    assert missing([], Policy(vetting=False, training=False), TODAY) == (Gate.CHARTER,)
    assert missing([paper(gate, left=None) for gate in Gate], Policy(), TODAY) == ()


def test_each_warning_once() -> None:
    given_: list[int] = []
    told = []
    for left in range(40, -3, -1):
        due = warning(left, given_)
        if due is not None:
            given_.append(due)
            told.append((left, due))
    assert told == [(30, 30), (7, 7), (1, 1)]


@given(lists(integers(min_value=-5, max_value=60), min_size=1, max_size=30, unique=True))
def test_whatever_stood_still_no_warning_comes_twice_and_the_nearest_is_not_missed(days: list[int]) -> None:
    seen: list[int] = []
    for left in sorted(days, reverse=True):
        due = warning(left, seen)
        if due is not None:
            assert due not in seen
            assert due >= left
            seen.append(due)
        if 0 <= left <= max(WARNINGS):
            assert min(threshold for threshold in WARNINGS if left <= threshold) in seen


@given(dates(date(2000, 1, 1), date(2100, 1, 1)), integers(min_value=0, max_value=60))
def test_a_validity_in_months_never_skips_one(day: date, months: int) -> None:
    last = last_day(day, months)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day <= day.day


def test_months_end_where_months_end() -> None:
    assert last_day(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert last_day(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert last_day(date(2026, 11, 22), -120) == date(2016, 11, 22)


def test_a_vetting_lasts_no_longer_than_the_policy_says() -> None:
    told = Policy(vetting_months=6)
    assert check_paper(Gate.VETTING, "honorability", TODAY, None, TODAY, told) == date(2027, 5, 22)
    assert check_paper(Gate.VETTING, "honorability", TODAY, date(2030, 1, 1), TODAY, told) == date(2027, 5, 22)
    assert check_paper(Gate.VETTING, "honorability", TODAY, date(2026, 12, 1), TODAY, told) == date(2026, 12, 1)
    assert check_paper(Gate.TRAINING, "welcome", TODAY, None, TODAY, told) is None


@pytest.mark.parametrize(
    ("gate", "kind", "issued_on", "valid_until", "field"),
    [
        (Gate.CHARTER, "charter", TODAY, None, "kind"),  # the mentor's own to sign
        (Gate.VETTING, "welcome", TODAY, None, "kind"),
        (Gate.VETTING, "honorability", TODAY + timedelta(days=1), None, "issued_on"),
        (Gate.VETTING, "honorability", date(1926, 1, 1), None, "issued_on"),
        (Gate.TRAINING, "welcome", TODAY, TODAY - timedelta(days=1), "valid_until"),
    ],
)
def test_what_cannot_be(gate: Gate, kind: str, issued_on: date, valid_until: date | None, field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_paper(gate, kind, issued_on, valid_until, TODAY, Policy())
    assert refused.value.field == field
