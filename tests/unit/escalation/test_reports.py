"""What a report is taken for."""

from datetime import date, timedelta

import pytest

from server.escalation.reports.making import NewReport, case_of
from server.escalation.reports.rules import Kind, Progress, fits, progress, severity, stops
from server.escalation.reports.store import Said
from server.escalation.rules import State
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs.rules import Pair
from server.pairs.rules import State as Pairs
from server.people.store import Person
from tests.support.rooms import NOW

NORTH = new_id()
CHILD = date(2012, 3, 4)


@pytest.mark.parametrize(
    ("kind", "adult", "young"),
    [
        ("danger", 4, 4),
        ("hurtful", 2, 3),
        ("other", 2, 3),
        ("secrets", 3, 4),
        ("sexual", 4, 4),
        ("uneasy", 2, 3),
        ("unwell", 3, 3),
    ],
)
def test_a_young_persons_word_weighs_more(kind: Kind, adult: int, young: int) -> None:
    assert severity(kind, young=False, stopped=False) == adult
    assert severity(kind, young=True, stopped=False) == young
    assert severity(kind, young=False, stopped=True) == max(adult, 3)


@pytest.mark.parametrize(
    ("kind", "asked", "young", "stopped"),
    [
        ("secrets", None, True, True),
        ("sexual", None, True, True),
        ("sexual", None, False, False),
        ("sexual", False, True, False),
        ("hurtful", None, True, False),
        ("hurtful", True, True, True),
        ("other", True, False, True),
    ],
)
def test_what_stops_contact(kind: Kind, asked: bool | None, young: bool, stopped: bool) -> None:
    assert stops(kind, asked, young=young) is stopped


def test_what_can_be_said_of_what() -> None:
    assert not fits("worry", "sexual")
    assert not fits("message", "unwell")
    assert fits("person", "unwell")


@pytest.mark.parametrize(
    ("state", "told", "now"),
    [
        (State.OPEN, "received", "received"),
        (State.ACKNOWLEDGED, "received", "looked_at"),
        (State.RELAYED, "looked_at", "looked_at"),
        (State.CLOSED, "received", "done"),
        (State.OPEN, "done", "looked_at"),
        (State.OPEN, "looked_at", "looked_at"),
    ],
)
def test_progress_never_says_that_nobody_looks_any_more(state: State, told: Progress, now: Progress) -> None:
    assert progress(state, told) == now


def somebody(role: Role) -> Person:
    return Person(new_id(), NORTH, role.value, role, "fr", "Europe/Paris", CHILD, False)


def as_principal(person: Person) -> Principal:
    return Principal(
        person.id, NORTH, new_id(), person.role, person.name, "fr", person.birth_date, NOW + timedelta(days=1)
    )


MENTOR, MENTEE = somebody(Role.MENTOR), somebody(Role.MENTEE)
CLAIRE = somebody(Role.SUPERVISOR)
PAIR = Pair(new_id(), NORTH, MENTOR.id, MENTEE.id, CLAIRE.id, Pairs.ACTIVE)
SAID = Said(new_id(), 3, new_id(), "text", NOW, "delivered", "dis rien")


def test_a_message_is_its_authors_and_the_professional_of_the_pair_runs_the_case() -> None:
    new = NewReport(new_id(), as_principal(MENTEE), NOW, "message", "secrets", "", True, MENTOR, PAIR, CLAIRE.id, SAID)
    case = case_of(new, None)
    assert (case.origin, case.category, case.severity, case.by_id) == ("report", "secrecy", 4, MENTEE.id)
    assert (case.owner_id, case.about_id, case.pair_id, case.room_id) == (CLAIRE.id, MENTEE.id, PAIR.id, SAID.room_id)
    assert list(case.parts) == [
        (MENTEE.id, "reporter"),
        (MENTEE.id, "young"),
        (MENTOR.id, "author"),
        (MENTOR.id, "reported"),
        (CLAIRE.id, "professional"),
    ]
    assert [(link.kind, link.ref) for link in case.links] == [("report", new.id), ("message", SAID.message_id)]


def test_what_is_about_the_professional_is_nobodys_yet() -> None:
    new = NewReport(new_id(), as_principal(MENTOR), NOW, "person", "uneasy", "", False, CLAIRE, PAIR, CLAIRE.id)
    case = case_of(new, None)
    assert (case.owner_id, case.about_id) == (None, None)
    assert list(case.parts) == [(MENTOR.id, "reporter"), (CLAIRE.id, "reported")]
    mine = NewReport(new_id(), as_principal(MENTEE), NOW, "person", "uneasy", "", False, CLAIRE, PAIR, CLAIRE.id)
    assert case_of(mine, None).about_id == MENTEE.id


def test_a_young_person_who_is_reported_is_whom_it_is_about() -> None:
    new = NewReport(new_id(), as_principal(MENTOR), NOW, "person", "danger", "", False, MENTEE, PAIR, CLAIRE.id)
    case = case_of(new, None)
    assert (case.about_id, case.severity) == (MENTEE.id, 4)
    assert list(case.parts) == [(MENTOR.id, "reporter"), (MENTEE.id, "young"), (CLAIRE.id, "professional")]
