"""With whom somebody has to do: the other one of their pair, who answers for it, their child's mentor, a colleague."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs.rules import Pair, State, answers_for, belongs
from server.pairs.store import pairs_of
from server.people.consent.store import links_of
from server.people.store import Person, people_in_role, people_of

_BEGUN: Final = frozenset(State) - {State.PROPOSED, State.AGREED}
_PROFESSIONALS: Final = (Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody, the pair in which the two have to do with each other, if there is one, and those pairs of theirs whose
    contact can be stopped: that goes on, between them or with a child of theirs."""

    person: Person
    pair: Pair | None = None
    contacts: tuple[UUID, ...] = ()


async def acquaintances(conn: AsyncConnection, me: Principal) -> list[Acquaintance]:
    """By name. An admin has to do with everybody, which is no list: here are their colleagues."""
    pairs = await _pairs_around(conn, me)
    near: dict[UUID, list[Pair]] = {}
    for pair in pairs:
        for account_id in pair.people:
            if account_id != me.account_id:
                near.setdefault(account_id, []).append(pair)
    people = dict(await people_of(conn, near))
    if me.role is Role.GUARDIAN:
        children = await _children(conn, me.account_id)
        people |= dict(await people_of(conn, set(children) - people.keys()))
    if me.role in _PROFESSIONALS:
        for role in _PROFESSIONALS:
            people |= {one.id: one for one in await people_in_role(conn, me.organisation_id, role)}
        people.pop(me.account_id, None)
    found = [acquaintance(person, near.get(person.id, ()), me) for person in people.values()]
    return sorted(found, key=lambda one: (one.person.name.lower(), one.person.id))


async def acquainted(conn: AsyncConnection, me: Principal, account_id: UUID) -> Acquaintance:
    """``account_id`` as somebody with whom ``me`` has to do. Raises NotFound for anybody else, whether or not they
    exist."""
    if me.role is Role.ADMIN and account_id != me.account_id:
        person = (await people_of(conn, [account_id])).get(account_id)
        if person is None or person.organisation_id != me.organisation_id:
            raise NotFound
        theirs = [pair for pair in await pairs_of(conn, account_id) if pair.state in _BEGUN]
        return acquaintance(person, theirs, me)
    found = next((one for one in await acquaintances(conn, me) if one.person.id == account_id), None)
    if found is None:
        raise NotFound
    return found


def acquaintance(person: Person, pairs: Sequence[Pair], me: Principal) -> Acquaintance:
    """``pairs``: those in which they have to do with each other. A pair that goes on counts before one that is over,
    the newest first. To stop contact with a professional, or with one's own child, means nothing."""
    ordered = sorted(pairs, key=lambda pair: (pair.state is State.CLOSED, -pair.id.int))
    theirs = [pair for pair in ordered if belongs(pair, person.id) and pair.state is not State.CLOSED]
    own_child = me.role is Role.GUARDIAN and person.role is Role.MENTEE
    contacts = () if own_child else tuple(pair.id for pair in theirs)
    return Acquaintance(person, ordered[0] if ordered else None, contacts)


async def _pairs_around(conn: AsyncConnection, me: Principal) -> list[Pair]:
    """The pairs that have begun and that one is one of the two of, answers for, or has a child in."""
    if me.role is Role.GUARDIAN:
        children = await _children(conn, me.account_id)
        theirs = [pair for child in children for pair in await pairs_of(conn, child) if pair.mentee_id == child]
        return [pair for pair in theirs if pair.state in _BEGUN]
    pairs = await pairs_of(conn, me.account_id)
    return [
        pair
        for pair in pairs
        if pair.state in _BEGUN and (belongs(pair, me.account_id) or answers_for(pair, me.account_id))
    ]


async def _children(conn: AsyncConnection, guardian_id: UUID) -> Collection[UUID]:
    links = await links_of(conn, guardian_ids=[guardian_id])
    return sorted({link.mentee_id for link in links if link.until is None})
