"""Who reads a letter: never somebody whom its author wrote around."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from server.escalation.letters.rules import Line, readers

CLAIRE, SAMIR, NORA, ALICE = (UUID(int=number) for number in range(1, 5))
STAFF = st.frozensets(st.sampled_from([CLAIRE, SAMIR, NORA]))
ADMINS = st.frozensets(st.sampled_from([ALICE]))


def test_ones_own_line_goes_to_who_answers_for_one() -> None:
    people = {"avoided": [], "supervisors": [CLAIRE, SAMIR], "admins": [ALICE]}
    assert readers(Line.OWN, own=[CLAIRE], **people) == {CLAIRE}
    assert readers(Line.OWN, own=[], **people) == {CLAIRE, SAMIR}
    assert readers(Line.OWN, own=[], avoided=[], supervisors=[], admins=[ALICE]) == {ALICE}


def test_the_other_line_goes_around_them_and_to_the_admins_where_there_is_nobody_else() -> None:
    assert readers(Line.OTHER, own=[CLAIRE], avoided=[], supervisors=[CLAIRE, SAMIR], admins=[ALICE]) == {SAMIR}
    assert readers(Line.OTHER, own=[CLAIRE], avoided=[], supervisors=[CLAIRE], admins=[ALICE]) == {ALICE}
    assert readers(Line.OTHER, own=[CLAIRE], avoided=[], supervisors=[CLAIRE], admins=[]) == frozenset()


def test_who_answered_once_does_not_read_what_was_written_around_them() -> None:
    people = {"supervisors": [CLAIRE, SAMIR, NORA], "admins": [ALICE]}
    assert readers(Line.OTHER, own=[SAMIR], avoided=[CLAIRE], **people) == {NORA}


@given(own=STAFF, avoided=STAFF, supervisors=STAFF, admins=ADMINS)
def test_whatever_there_is(
    own: frozenset[UUID], avoided: frozenset[UUID], supervisors: frozenset[UUID], admins: frozenset[UUID]
) -> None:
    others = readers(Line.OTHER, own=own, avoided=avoided, supervisors=supervisors, admins=admins)
    assert not others & (own | avoided)
    assert bool(others) == bool((supervisors | admins) - own - avoided)
    mine = readers(Line.OWN, own=own, avoided=avoided, supervisors=supervisors, admins=admins)
    assert bool(mine) == bool(own | supervisors | admins)
