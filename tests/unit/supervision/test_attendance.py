"""Presences read together: one stay of a person is one, a call is a stretch in which somebody is there."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from server.supervision.attendance.rules import BACK_WITHIN, CUT, Presence, Why, calls_of, stretch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOM, LEA, JULIEN, CLAIRE = (UUID(int=number) for number in (1, 2, 3, 4))
WAYS: tuple[Why, ...] = ("left", "removed", "lost", "drained", "put_out", "crashed")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


_number = count(100)


def was(who: UUID, came: float, went: float | None = None, why: Why = "left", room: UUID = ROOM) -> Presence:
    end = (None, None) if went is None else (at(went), why)
    return Presence(UUID(int=next(_number)), room, who, "mentor" if who == JULIEN else "mentee", at(came), *end)


def told(*found: Presence) -> list[list[tuple[UUID, float, float | None, str | None]]]:
    """Each call, with its people."""
    return [
        [
            (
                one.account_id,
                (one.came_at - NOON).total_seconds(),
                None if one.went_at is None else (one.went_at - NOON).total_seconds(),
                one.why,
            )
            for one in call.presences
        ]
        for call in calls_of(found)
    ]


def test_those_who_are_there_together_are_in_one_call() -> None:
    assert told(was(LEA, 5, 60), was(JULIEN, 0, 50), was(CLAIRE, 60, 70)) == [
        [(JULIEN, 0, 50, "left"), (LEA, 5, 60, "left"), (CLAIRE, 60, 70, "left")]
    ]


def test_once_nobody_is_there_the_next_call_is_another() -> None:
    assert told(was(JULIEN, 0, 50), was(JULIEN, 51, 60)) == [[(JULIEN, 0, 50, "left")], [(JULIEN, 51, 60, "left")]]


def test_a_call_is_of_one_room() -> None:
    elsewhere = was(JULIEN, 10, 20, room=UUID(int=9))
    assert told(was(LEA, 0, 60), elsewhere) == [[(LEA, 0, 60, "left")], [(JULIEN, 10, 20, "left")]]


def test_who_comes_back_after_a_cut_has_stayed() -> None:
    back = BACK_WITHIN.total_seconds()
    for why in ("lost", "crashed", "drained"):
        assert told(was(LEA, 0, 50, why), was(LEA, 50 + back, 300)) == [[(LEA, 0, 300, "left")]]
        assert len(told(was(LEA, 0, 50, why), was(LEA, 51 + back, 300))) == 2


def test_who_hung_up_and_calls_again_came_twice() -> None:
    found = told(was(LEA, 0, 50), was(LEA, 55, 90), was(JULIEN, 0, 100))
    assert found == [[(LEA, 0, 50, "left"), (JULIEN, 0, 100, "left"), (LEA, 55, 90, "left")]]


def test_two_devices_of_a_person_are_one_presence_until_the_last_goes() -> None:
    assert told(was(LEA, 0, 50), was(LEA, 10, 40, "lost")) == [[(LEA, 0, 50, "left")]]
    assert told(was(LEA, 0, 50), was(LEA, 10, 70, "lost")) == [[(LEA, 0, 70, "lost")]]
    assert told(was(LEA, 0), was(LEA, 10, 70)) == [[(LEA, 0, None, None)]]
    assert told(was(LEA, 0, 50), was(LEA, 10)) == [[(LEA, 0, None, None)]]


def test_a_call_goes_on_while_somebody_is_there() -> None:
    (call,) = calls_of([was(LEA, 0, 50), was(JULIEN, 10)])
    assert (call.began_at, call.ended_at) == (at(0), None)
    (call,) = calls_of([was(LEA, 0, 50), was(JULIEN, 10, 20)])
    assert call.ended_at == at(50)
    assert call.id == call.presences[0].id


_presences = st.builds(
    lambda who, came, lasts, why: was(who, came, None if lasts is None else came + lasts, why),
    st.sampled_from((LEA, JULIEN, CLAIRE)),
    st.integers(0, 2_000),
    st.none() | st.integers(0, 400),
    st.sampled_from(WAYS),
)


def there(found: list[Presence], who: UUID, when: datetime) -> bool:
    return any(
        one.account_id == who and one.came_at <= when and (one.went_at is None or when <= one.went_at) for one in found
    )


@given(st.lists(_presences, max_size=12), st.randoms())
def test_nobody_is_doubled_lost_or_there_for_longer_than_a_cut(found: list[Presence], chance: object) -> None:
    calls = calls_of(found)
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis's own Random
    assert calls_of(shuffled) == calls
    stays = [one for call in calls for one in call.presences]
    for stay in stays:
        others = [one for one in stays if one.account_id == stay.account_id and one is not stay]
        for other in others:
            apart = stay.went_at is not None and stay.went_at < other.came_at
            assert apart or (other.went_at is not None and other.went_at < stay.came_at)
    for one in found:
        for when in (one.came_at, one.went_at or at(10_000)):
            assert sum(there([stay], one.account_id, when) for stay in stays) == 1
    cuts = sum(1 for one in found if one.why in CUT)
    for second in range(0, 2_400, 40):
        for who in (LEA, JULIEN, CLAIRE):
            if there(stays, who, at(second)) and not there(found, who, at(second)):
                before = max(
                    one.went_at for one in found if one.account_id == who and one.went_at and one.went_at < at(second)
                )
                assert cuts
                assert at(second) - before <= BACK_WITHIN
    for call in calls:
        assert all(later.began_at > call.ended_at for later in calls[calls.index(call) + 1 :] if call.ended_at)


def test_the_stretch_of_a_case_is_bounded_on_both_sides() -> None:
    week = timedelta(days=7)
    assert stretch(NOON, None) == (NOON - week, NOON + week)
    assert stretch(NOON, NOON + timedelta(days=1)) == (NOON - week, NOON + timedelta(days=1))
    assert stretch(NOON, NOON + timedelta(days=30)) == (NOON - week, NOON + week)
