"""Who sees what of a case, and where it may go."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.escalation.rules import Case, Part, Sight, State, Viewer, concerned, leads, next_states, reference, sight
from server.kernel.permissions import Role

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NORTH, SOUTH, PAIR = UUID(int=1), UUID(int=2), UUID(int=3)
ANNE, BASILE = UUID(int=10), UUID(int=11)
OTHER = UUID(int=4)  # a pair


def case(**given: Any) -> Case:
    """One that waits, of a pair, at severity 3, that nobody owns."""
    values: dict[str, Any] = dict.fromkeys(Case.__dataclass_fields__)
    values |= {"id": UUID(int=7), "organisation_id": NORTH, "reference": "00007", "origin": "flag", "category": "other"}
    values |= {"severity": 3, "state": State.OPEN, "pair_id": PAIR, "opened_at": NOON, "round": 1, "round_at": NOON}
    values |= {"due_at": NOON + timedelta(hours=1), "step": 0, "page_at": NOON, "revision": 0}
    return Case(**{**values, **given})


def pairs_of(of: Case) -> Collection[UUID]:
    return () if of.pair_id is None else {of.pair_id}


def viewer(role: Role = Role.SUPERVISOR, **given: Any) -> Viewer:
    return Viewer(ANNE, NORTH, role, **given)


OWNED = {"owner_id": BASILE, "state": State.ACKNOWLEDGED, "acknowledged_at": NOON, "page_at": None}
LATE = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("of", "parts", "paged", "who", "now", "wanted"),
    [
        (case(), {}, (), viewer(), NOON, "whole"),  # nobody owns it
        (case(**OWNED), {}, (), viewer(), NOON, "outline"),
        (case(**OWNED), {}, (), viewer(Role.ADMIN), NOON, "outline"),
        (case(**OWNED), {}, (ANNE,), viewer(Role.ADMIN), NOON, "whole"),
        (case(**{**OWNED, "owner_id": ANNE}), {}, (), viewer(Role.ADMIN), NOON, "whole"),
        (case(**OWNED), {}, (), viewer(answers_for=frozenset({PAIR})), NOON, "whole"),
        (case(**OWNED), {ANNE: ["professional"]}, (), viewer(), NOON, "whole"),
        (case(owner_id=BASILE), {}, (), viewer(), NOON, "outline"),
        (case(owner_id=BASILE), {}, (), viewer(), LATE, "whole"),
        (case(owner_id=BASILE), {}, (), viewer(Role.ADMIN), LATE, "outline"),
        (case(owner_id=BASILE, severity=4), {}, (), viewer(), NOON, "whole"),
        (case(**OWNED, severity=4), {}, (), viewer(), LATE, "outline"),
        (case(), {}, (), viewer(Role.ADMIN), NOON, "outline"),
        (case(), {}, (), viewer(Role.MENTOR), NOON, None),
        (case(organisation_id=SOUTH), {}, (ANNE,), viewer(answers_for=frozenset({PAIR})), NOON, None),
    ],
)
def test_who_sees_what(
    of: Case, parts: Mapping[UUID, Collection[Part]], paged: Collection[UUID], who: Viewer, now: datetime, wanted: Sight
) -> None:
    assert sight(of, parts, pairs_of(of), paged, who, now) == wanted


@pytest.mark.parametrize("part", ["author", "caller", "kept_away", "reported", "young"])
@pytest.mark.parametrize("role", list(Role))
def test_whom_it_is_about_sees_nothing_whatever_else_they_are(part: Part, role: Role) -> None:
    for of in (case(severity=4), case(owner_id=ANNE)):
        who = viewer(role, answers_for=frozenset({PAIR}))
        assert concerned({ANNE: ["professional", part]}, pairs_of(of), who)
        assert sight(of, {ANNE: ["professional", part]}, pairs_of(of), {ANNE}, who, LATE) is None


@pytest.mark.parametrize("part", ["professional", "reporter", "witness"])
def test_who_saw_or_reported_it_may_run_it(part: Part) -> None:
    assert not concerned({ANNE: [part]}, {PAIR}, viewer())


def test_one_of_the_two_is_concerned_and_another_pair_is_not_theirs() -> None:
    mine = viewer(belongs_to=frozenset({PAIR}))
    assert concerned({}, {PAIR}, mine)
    assert concerned({}, {OTHER, PAIR}, mine)
    assert not concerned({}, {OTHER}, mine)
    assert not concerned({}, (), mine)


def test_a_pair_that_a_case_took_in_counts_as_its_own() -> None:
    of = case(**OWNED)
    assert sight(of, {}, {PAIR, OTHER}, (), viewer(answers_for=frozenset({OTHER})), NOON) == "whole"
    assert sight(of, {}, {PAIR, OTHER}, {ANNE}, viewer(belongs_to=frozenset({OTHER})), NOON) is None


def test_where_a_case_may_go() -> None:
    ways = {state: next_states(state) for state in State}
    assert ways == {
        State.OPEN: [],
        State.ACKNOWLEDGED: [State.IN_PROGRESS, State.RELAYED, State.CLOSED],
        State.IN_PROGRESS: [State.RELAYED, State.CLOSED],
        State.RELAYED: [State.IN_PROGRESS, State.CLOSED],
        State.CLOSED: [],
    }
    assert all(leads(before, to) == (to in ways[before]) for before in State for to in State)


@given(st.uuids(), st.uuids())
def test_a_reference_is_for_people_to_say(one: UUID, other: UUID) -> None:
    assert len(reference(one)) == 5
    assert not set(reference(one)) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert (reference(one) == reference(other)) == (one.int % 2**25 == other.int % 2**25)
