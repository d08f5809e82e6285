"""Which holds follow from what is known, and what each reader is told of them."""

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.pairs.papers import Gate
from server.pairs.required import Known, Need, required
from server.pairs.rules import Pair, State
from server.pairs.saying import pause_of

PAIR = Pair(new_id(), new_id(), new_id(), new_id(), new_id(), State.ACTIVE)


def test_nothing_holds_a_pair_in_order() -> None:
    assert required(PAIR, Known((), True, (), True)) == frozenset()


def test_each_thing_holds_it_for_itself() -> None:
    known = Known((Gate.VETTING, Gate.TRAINING), False, {PAIR.mentor_id, PAIR.mentee_id, new_id()}, False)
    assert required(PAIR, known) == {
        Need("vetting", PAIR.mentor_id),
        Need("training", PAIR.mentor_id),
        Need("consent", PAIR.mentee_id),
        Need("welfare", PAIR.mentee_id),
        Need("suspended", PAIR.mentor_id),
        Need("suspended", PAIR.mentee_id),
    }


@pytest.mark.parametrize(
    ("kinds", "mentee", "mentor"),
    [
        ([("flag", False), ("vetting", True)], "look", "look"),
        ([("vetting", True)], "away", "papers"),
        ([("suspended", True)], "away", "break"),  # nobody learns of a suspension from the other's page
        ([("suspended", False)], "break", "break"),
        ([("decision", False)], "break", "break"),
        ([("consent", False)], "consent", "consent"),
        ([], "break", "break"),
    ],
)
def test_what_each_reads(kinds: list[tuple[str, bool]], mentee: str, mentor: str) -> None:
    assert (pause_of(kinds, Role.MENTEE), pause_of(kinds, Role.MENTOR)) == (mentee, mentor)
