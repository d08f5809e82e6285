"""Who may call from device to device: functions of plain values. Whatever is not known counts against it."""

from collections.abc import Sequence
from datetime import date

from server.kernel.permissions import Role
from server.kernel.principal import ADULT_AGE, Principal, age_on

ADULT_ROLES = frozenset({Role.ADMIN, Role.GUARDIAN, Role.MENTOR, Role.PRESCRIBER, Role.SUPERVISOR})


def is_adult(role: Role, birth_date: date | None, today: date) -> bool:
    """By the birth date; without one, by a role that only adults are given. An unknown age is a minor's."""
    return role in ADULT_ROLES if birth_date is None else age_on(birth_date, today) >= ADULT_AGE


def may_be_direct(people: Sequence[Principal], *, allowed: bool, today: date) -> bool:
    """Whether these, who are all that are in a call, may be asked. ``allowed``: by their organisation's policy."""
    return (
        allowed
        and len(people) == 2
        and people[0].organisation_id == people[1].organisation_id
        and people[0].account_id != people[1].account_id
        and all(is_adult(person.role, person.birth_date, today) for person in people)
    )
