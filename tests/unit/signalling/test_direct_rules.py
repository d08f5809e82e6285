"""Who may call from device to device: two adults of one organisation that allows it, and nobody whose age is open."""

from datetime import UTC, date, datetime

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.signalling.direct.rules import is_adult, may_be_direct

TODAY = date(2026, 11, 22)
NORTH, SOUTH = new_id(), new_id()


def person(role: Role, born: date | None = None, organisation: object = NORTH) -> Principal:
    end = datetime(2026, 12, 1, tzinfo=UTC)
    return Principal(new_id(), organisation, new_id(), role, "X", "fr", born, end)  # type: ignore[arg-type] # a UUID


@pytest.mark.parametrize(
    ("role", "born", "adult"),
    [
        (Role.MENTEE, date(2008, 11, 22), True),  # eighteen today
        (Role.MENTEE, date(2008, 11, 23), False),  # tomorrow
        (Role.MENTEE, None, False),
        (Role.MENTOR, None, True),
        (Role.SUPERVISOR, None, True),
        (Role.MENTOR, date(2010, 1, 1), False),  # the birth date is believed before the role
    ],
)
def test_who_is_an_adult(role: Role, born: date | None, adult: bool) -> None:
    assert is_adult(role, born, TODAY) is adult


def test_exactly_two_of_one_organisation_that_allows_it() -> None:
    julien, lea, claire = person(Role.MENTOR), person(Role.MENTEE, date(2000, 1, 1)), person(Role.SUPERVISOR)
    assert may_be_direct([julien, lea], allowed=True, today=TODAY)
    assert not may_be_direct([julien, lea], allowed=False, today=TODAY)
    for people in (
        [],
        [julien],
        [julien, julien],
        [julien, lea, claire],
        [julien, person(Role.MENTEE, date(2012, 1, 1))],
        [julien, person(Role.MENTEE, date(2000, 1, 1), SOUTH)],
    ):
        assert not may_be_direct(people, allowed=True, today=TODAY)
