"""By which channels somebody is told, in which order, and when: each rule on plain values."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.permissions import Role
from server.people.reach.rules import (
    EVERY,
    PROFESSIONALS,
    Channel,
    Quiet,
    Recipient,
    Refusal,
    Urgency,
    again_in,
    channels,
    keeps_a_channel,
    quiet_until,
    refusal,
    ripe,
    seconds_for,
    waits_until,
)

MAIL, PUSH, SMS = Channel.MAIL, Channel.PUSH, Channel.SMS
PARIS, CAYENNE = ZoneInfo("Europe/Paris"), ZoneInfo("America/Cayenne")
NIGHT = Quiet(22 * 60, 7 * 60)


def somebody(role: Role | None = Role.SUPERVISOR, **more: Any) -> Recipient:
    return Recipient(**{"role": role, "zone": PARIS, "has": EVERY, "quiet": NIGHT, **more})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_what_is_critical_rings_before_it_is_read() -> None:
    assert channels(somebody(), Urgency.CRITICAL) == [PUSH, SMS, MAIL]
    assert channels(somebody(), Urgency.PROMPT) == channels(somebody(), Urgency.ORDINARY) == [PUSH, MAIL, SMS]
    assert channels(somebody(has=frozenset({MAIL, SMS})), Urgency.ORDINARY) == [MAIL, SMS]
    assert channels(somebody(wants=frozenset({SMS})), Urgency.CRITICAL) == [SMS]


def test_what_is_critical_reaches_a_professional_whatever_they_switched_off() -> None:
    """Their last device is gone, and all the rest was off: better woken than unheard."""
    gone: dict[str, Any] = {"has": frozenset({MAIL, SMS}), "wants": frozenset({PUSH})}
    for role in (*PROFESSIONALS, None):
        assert channels(somebody(role, **gone), Urgency.CRITICAL) == [SMS, MAIL]
        assert refusal(somebody(role, **gone), Urgency.CRITICAL) is None
    assert refusal(somebody(**gone), Urgency.PROMPT) is Refusal.SWITCHED_OFF
    for role in (Role.MENTOR, Role.MENTEE, Role.GUARDIAN, Role.PRESCRIBER):
        assert refusal(somebody(role, **gone), Urgency.CRITICAL) is Refusal.SWITCHED_OFF


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"open": False, "suspended": True}, Refusal.CLOSED),
        ({"suspended": True}, Refusal.SUSPENDED),
        ({"has": frozenset()}, Refusal.NO_CHANNEL),
        ({"role": Role.MENTEE, "consents": False}, Refusal.NO_CONSENT),
        ({"role": Role.MENTEE, "consents": True, "allowed": frozenset()}, Refusal.NOT_ALLOWED),
        (
            {"role": Role.MENTEE, "consents": True, "has": frozenset({SMS}), "allowed": frozenset({PUSH})},
            Refusal.NOT_ALLOWED,
        ),
        ({"role": Role.MENTEE, "consents": True, "wants": frozenset()}, Refusal.SWITCHED_OFF),
        ({"role": Role.MENTOR, "restricted": True}, Refusal.RESTRICTED),
        ({"role": Role.MENTEE, "consents": True}, None),
        ({}, None),
    ],
)
def test_who_is_told_nothing(how: dict[str, Any], why: Refusal | None) -> None:
    for urgency in Urgency:
        assert refusal(somebody(**how), urgency) is why


def test_a_restriction_stops_all_but_what_protects_people() -> None:
    aside = somebody(restricted=True)
    assert [refusal(aside, urgency) for urgency in Urgency] == [None, Refusal.RESTRICTED, Refusal.RESTRICTED]


@given(
    st.builds(
        Recipient,
        role=st.sampled_from([*Role, None]),
        zone=st.just(PARIS),
        has=st.frozensets(st.sampled_from(Channel)),
        wants=st.frozensets(st.sampled_from(Channel)),
        quiet=st.just(NIGHT),
        open=st.booleans(),
        suspended=st.booleans(),
        restricted=st.booleans(),
        consents=st.sampled_from([None, True, False]),
        allowed=st.frozensets(st.sampled_from(Channel)),
    ),
    st.sampled_from(Urgency),
)
def test_there_is_a_reason_or_a_channel(to: Recipient, urgency: Urgency) -> None:
    """Never neither; and nothing goes by a channel that is not there, or not allowed, nor without consent."""
    why, ways = refusal(to, urgency), channels(to, urgency)
    assert why is not None or ways
    assert set(ways) <= to.has & to.allowed
    assert len(set(ways)) == len(ways)
    if to.consents is False or not to.open or to.suspended:
        assert why is not None


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-22T20:59", None),  # 21:59 in Paris
        ("2026-11-22T21:00", "2026-11-23T06:00"),
        ("2026-11-22T23:30", "2026-11-23T06:00"),  # after midnight there
        ("2026-11-23T05:59", "2026-11-23T06:00"),
        ("2026-11-23T06:00", None),
        # The clock is put forward in the night of 29 March 2026 at 2:00: an hour less to wait.
        ("2026-03-28T21:00", "2026-03-29T05:00"),
        # And back in the night of 25 October 2026 at 3:00: an hour more.
        ("2026-10-24T20:00", "2026-10-25T06:00"),
    ],
)
def test_quiet_hours_across_midnight(now: str, until: str | None) -> None:
    assert quiet_until(NIGHT, PARIS, at(now)) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (Quiet(13 * 60, 14 * 60 + 30), "2026-11-22T12:15", "2026-11-22T13:30"),
        (Quiet(13 * 60, 14 * 60 + 30), "2026-11-22T11:59", None),
        (Quiet(13 * 60, 14 * 60 + 30), "2026-11-22T13:30", None),
        # They end at 2:30, an hour that does not come on 29 March: when it would have been over.
        (Quiet(22 * 60, 2 * 60 + 30), "2026-03-29T00:45", "2026-03-29T01:30"),
        # And that comes twice on 25 October: with the first one they are over.
        (Quiet(22 * 60, 2 * 60 + 30), "2026-10-25T00:10", "2026-10-25T00:30"),
        (Quiet(22 * 60, 2 * 60 + 30), "2026-10-25T01:10", None),  # 2:10, the second time
    ],
)
def test_quiet_hours_of_other_shapes(quiet: Quiet, now: str, until: str | None) -> None:
    found = quiet_until(quiet, PARIS, at(now))
    assert found == (at(until) if until else None)


def test_quiet_hours_are_those_of_where_one_lives() -> None:
    """At 9 in Paris it is 5 in Cayenne."""
    now = at("2026-11-23T08:00")
    assert quiet_until(NIGHT, PARIS, now) is None
    assert quiet_until(NIGHT, CAYENNE, now) == at("2026-11-23T10:00")


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: at("2026-01-01T00:00") + timedelta(minutes=minutes)),
    st.sampled_from(["Europe/Paris", "America/Cayenne", "Pacific/Noumea", "America/St_Johns", "Africa/Casablanca"]),
)
def test_quiet_hours_end_and_never_before_now(start: int, end: int, now: datetime, zone: str) -> None:
    if start == end:
        return
    until = quiet_until(Quiet(start, end), ZoneInfo(zone), now)
    if until is not None:
        assert timedelta() < until - now <= timedelta(hours=26)
        assert until.tzinfo is UTC


def test_professionals_are_woken_and_nobody_else() -> None:
    night, day = at("2026-11-22T23:30"), at("2026-11-22T12:00")
    assert waits_until(somebody(), Urgency.CRITICAL, night) is None
    assert waits_until(somebody(None), Urgency.CRITICAL, night) is None
    for urgency in (Urgency.PROMPT, Urgency.ORDINARY):
        assert waits_until(somebody(), urgency, night) == at("2026-11-23T06:00")
    assert waits_until(somebody(Role.MENTOR), Urgency.CRITICAL, night) == at("2026-11-23T06:00")
    assert waits_until(somebody(Role.MENTOR), Urgency.PROMPT, day) is None
    assert waits_until(somebody(Role.MENTOR, quiet=None), Urgency.ORDINARY, night) is None


def test_a_professional_keeps_a_channel() -> None:
    assert not keeps_a_channel(Role.SUPERVISOR, EVERY, frozenset())
    assert not keeps_a_channel(Role.ADMIN, frozenset({MAIL}), frozenset({PUSH, SMS}))
    assert keeps_a_channel(Role.SUPERVISOR, frozenset({MAIL}), frozenset({MAIL}))
    assert keeps_a_channel(Role.SUPERVISOR, frozenset(), frozenset())  # there is nothing to keep: the admin sees it
    assert keeps_a_channel(Role.MENTOR, EVERY, frozenset())


def test_all_channels_have_their_turn_well_within_a_minute() -> None:
    assert sum(seconds_for(channel, Urgency.CRITICAL) for channel in Channel) < 30
    assert again_in(Urgency.CRITICAL, 1) == timedelta(seconds=5)


@pytest.mark.parametrize(("urgency", "least", "most"), [
    (Urgency.CRITICAL, timedelta(minutes=10), timedelta(minutes=20)),
    (Urgency.PROMPT, timedelta(hours=8), timedelta(days=1)),
    (Urgency.ORDINARY, timedelta(hours=12), timedelta(days=1)),
])  # fmt: skip
def test_what_nothing_takes_is_given_up(urgency: Urgency, least: timedelta, most: timedelta) -> None:
    waited, rounds = timedelta(), 1
    while (more := again_in(urgency, rounds)) is not None:
        assert more > timedelta()
        waited, rounds = waited + more, rounds + 1
    assert least < waited < most


def test_a_clock_that_is_put_back_keeps_nothing() -> None:
    now = at("2026-11-22T12:00").astimezone(timezone(timedelta(hours=3)))
    assert ripe(now, 60, now, 0)
    assert not ripe(now + timedelta(seconds=1), 60, now, 59.9)
    assert ripe(now + timedelta(days=1), 60, now, 60)
