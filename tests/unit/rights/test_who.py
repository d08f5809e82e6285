"""Who sees what: every act has said what it shows, and the promises about roles hold."""

import pytest

from server.kernel.permissions import Permission, Role
from server.rights.holdings import HOLDINGS
from server.rights.who import OF, SHOWS, Data, seen_by, shown_by

# What each section of a copy for staff tells.
SECTIONS = {
    Data.NAME: {"account"},
    Data.CONTACT: {"deliveries", "reach_settings"},
    Data.SIGN_INS: {
        *("sessions", "devices", "second_factor", "passkeys", "invitations", "notices", "readings"),
        "push_subscriptions",
    },
    Data.CONSENTS: {"consents", "guardians", "age_steps"},
    Data.PAIR: {
        *("pairs", "pauses", "proposals", "pair_history", "suspensions", "rooms", "reading_marks", "room_visits"),
        *("planned_sessions", "room_knocks", "summonses"),
    },
    Data.CASES: {"cases"},
    Data.PAPERS: {"papers", "warnings"},
    Data.WELFARE: {"welfare"},
    Data.REQUESTS: {"requests", "restrictions", "legal_holds"},
    Data.DUTY: {"ladder", "shifts", "shift_changes"},
}


@pytest.mark.parametrize("act", Permission)
def test_of_each_act_it_is_said_what_it_shows(act: Permission) -> None:
    shown_by(act)  # KeyError: add the act, or its resource, to SHOWS in server/rights/who.py


def test_what_is_said_is_needed() -> None:
    assert {data for act in Permission for data in shown_by(act)} == set(Data)
    assert set(OF) == set(Data)
    assert {*SHOWS} <= {act.value for act in Permission} | {act.value.partition(":")[0] for act in Permission}


@pytest.mark.parametrize("viewer", [Role.ADMIN, Role.GUARDIAN, Role.PRESCRIBER])
@pytest.mark.parametrize("me", Role)
def test_messages_are_not_for_these(viewer: Role, me: Role) -> None:
    assert not {Data.MESSAGES, Data.MESSAGES_ONCE, Data.FLAGGED, Data.CALLS} & set(seen_by(viewer, me))


def test_a_mentor_sees_of_the_young_person_what_they_share_and_no_more() -> None:
    assert seen_by(Role.MENTOR, Role.MENTEE) == [Data.NAME, Data.MESSAGES, Data.CALLS, Data.ATTENDANCE]
    assert seen_by(Role.MENTOR, Role.MENTOR) == []


def test_the_young_person_sees_no_paper_of_their_mentor() -> None:
    assert Data.PAPERS not in seen_by(Role.MENTEE, Role.MENTOR)


@pytest.mark.parametrize("viewer", [Role.ADMIN, Role.SUPERVISOR])
def test_what_a_copy_for_staff_holds_is_said_to_be_seen_by_them(viewer: Role) -> None:
    given = {holding.name for holding in HOLDINGS if holding.shown and not holding.intimate}
    assert given - {section for sections in SECTIONS.values() for section in sections} == set()
    seen = {data for me in Role for data in seen_by(viewer, me)}
    assert seen >= {*SECTIONS, Data.BIRTH_DATE}
