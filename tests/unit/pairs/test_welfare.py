"""The child-welfare track, by dates."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.kernel.errors import BadRequest
from server.kernel.identifiers import new_id
from server.pairs.welfare import NEEDED, Entry, Outcome, Step, Track, check_entry, track

TODAY = date(2026, 11, 22)
YOUNG, STAFF = new_id(), new_id()


def entry(step: Step, ago: int, outcome: Outcome | None = None) -> Entry:
    day = TODAY - timedelta(days=ago)
    return Entry(new_id(), YOUNG, step, day, outcome, None, STAFF, datetime(2026, 11, 22, tzinfo=UTC))


COMPLETE = [
    entry(Step.OPENED, 400),
    entry(Step.AGREEMENT, 399),
    entry(Step.OPINION, 398, "for"),
    entry(Step.ADHESION, 398, "for"),
    entry(Step.CONVENTION, 390),
]


def test_who_is_not_followed_so_has_nothing_to_show() -> None:
    assert track([]) == Track(False)
    assert track([]).in_order
    assert track([*COMPLETE, entry(Step.ENDED, 0)]) == Track(False)


def test_what_is_missing() -> None:
    assert track([entry(Step.OPENED, 3)]) == Track(True, NEEDED, False, date(2027, 11, 19))
    assert track([entry(Step.OPENED, 3)]).in_order is False
    assert track(COMPLETE).in_order


def test_the_evaluation_is_due_a_year_after_the_last_one() -> None:
    assert track(COMPLETE).due_on == date(2026, 10, 28)  # a year after the convention: it is late
    assert track([*COMPLETE, entry(Step.EVALUATION, 0, "for")]).due_on == date(2027, 11, 22)


def test_a_child_who_said_no_is_heard_whatever_else_is_there() -> None:
    assert track([*COMPLETE, entry(Step.ADHESION, 1, "against")]).in_order is False
    assert track([*COMPLETE, entry(Step.ADHESION, 2, "against"), entry(Step.ADHESION, 1, "reserved")]).in_order


def test_a_track_that_is_opened_again_begins_anew() -> None:
    again = [*COMPLETE, entry(Step.ENDED, 20), entry(Step.OPENED, 10)]
    assert track(again).missing == NEEDED


@pytest.mark.parametrize(
    ("entries", "step", "on", "outcome", "field"),
    [
        ([], Step.AGREEMENT, TODAY, None, "step"),
        (COMPLETE, Step.OPENED, TODAY, None, "step"),
        (COMPLETE, Step.EVALUATION, TODAY + timedelta(days=1), "for", "on"),
        (COMPLETE, Step.EVALUATION, TODAY, None, "outcome"),
        (COMPLETE, Step.CONVENTION, TODAY, "for", "outcome"),
    ],
)
def test_what_cannot_be(entries: list[Entry], step: Step, on: date, outcome: Outcome | None, field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_entry(entries, step, on, outcome, TODAY)
    assert refused.value.field == field
