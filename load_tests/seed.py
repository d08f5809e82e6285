"""People for a Binôme under load: an organisation, pairs with their rooms, and a session for each person.

Accounts and sessions are written straight through the project's own code, without a password: hashing a thousand of
them would only measure argon2. Pairs are made over HTTP, as staff make them, so that their rooms are real.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
from sqlalchemy import select

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs.charters import FIRST_CHARTER
from server.pairs.papers import KINDS, Gate, Paper
from server.pairs.papers_store import insert_paper
from server.people.consent import store as consent_store
from server.people.consent import texts as consent_texts
from server.people.consent.rules import Capacity, Decision, How, Purpose
from server.people.consent.store import Entry
from server.people.sessions.store import insert_session
from server.people.sessions.tokens import hash_token, new_token
from server.people.store import Account, Organisation, Person, insert_account, insert_organisation
from server.rooms.tables import rooms

SESSION = timedelta(hours=12)
MENTEE_AGE = timedelta(days=16 * 365)  # a minor, so that moderation does all that it does for one; consents alone
MAKING = 8  # pairs being made at a time


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in the room of their pair."""

    account_id: UUID
    token: str
    room: int
    room_id: UUID
    pair_id: UUID


@dataclass(frozen=True, slots=True)
class Seeded:
    """``supervisor`` is the token of the professional who answers for all pairs, ``admin`` that of the admin."""

    seats: list[Seat]
    supervisor: str
    admin: str


async def seed(database: Database, base_url: str, people: int) -> Seeded:
    """An even number of people; 2n is the mentor, 2n + 1 the mentee of one pair."""
    organisation = Organisation(new_id(), "Sous charge", "FR", "Europe/Paris")
    async with database.everywhere() as conn:
        await insert_organisation(conn, organisation)
    admin, supervisor = await _sign_in(database, organisation, (Role.ADMIN, Role.SUPERVISOR))
    signed_in = await _sign_in(database, organisation, (Role.MENTOR, Role.MENTEE) * (people // 2))
    pairs = list(zip(signed_in[::2], signed_in[1::2], strict=True))
    await _consent(database, organisation, [mentee for _, (mentee, _) in pairs])
    await _vet(database, organisation, [mentor for (mentor, _), _ in pairs])
    gate = asyncio.Semaphore(MAKING)

    async with aiohttp.ClientSession(base_url, headers={"Authorization": f"Bearer {admin[1]}"}) as staff:

        async def post(path: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
            own = {"Authorization": f"Bearer {token}"} if token is not None else {}
            async with staff.post(f"/api/v1/{path}", json=body, headers=own) as answer:
                if not answer.ok:
                    raise ConnectionError(f"POST /api/v1/{path}: {answer.status} {await answer.text()}")
                told: dict[str, Any] = await answer.json()
                return told

        async def make(mentor: UUID, mentee: tuple[UUID, str]) -> UUID:
            body = {"mentor": str(mentor), "mentee": str(mentee[0]), "supervisor": str(supervisor[0])}
            async with gate:
                pair = (await post("pairs", body))["id"]
                await post(f"pairs/{pair}/answer", {"answer": "yes"}, mentee[1])
                await post(f"pairs/{pair}/acts", {"act": "start", "revision": 1})
            return UUID(pair)

        made = await asyncio.gather(*(make(mentor[0], mentee) for mentor, mentee in pairs))

    async with database.everywhere() as conn:
        found = {row.pair_id: row for row in await conn.execute(select(rooms.c.pair_id, rooms.c.number, rooms.c.id))}
    seats: list[Seat] = []
    for pair_id, both in zip(made, pairs, strict=True):
        room = found[pair_id]
        seats.extend(Seat(account_id, token, room.number, room.id, pair_id) for account_id, token in both)
    return Seeded(seats, supervisor[1], admin[1])


async def _consent(database: Database, organisation: Organisation, mentees: Sequence[UUID]) -> None:
    """Each of them has said yes to everything."""
    now = datetime.now(UTC)
    said = [
        Entry(
            new_id(), organisation.id, who, purpose, 1, Decision.GIVEN, who, Capacity.SELF, How.APP, now, who, now
        )
        for who in mentees
        for purpose in Purpose
    ]  # fmt: skip
    async with database.everywhere() as conn:
        await consent_texts.ensure_shipped(conn, organisation.id, now)
        await consent_store.append(conn, said)


async def _vet(database: Database, organisation: Organisation, mentors: Sequence[UUID]) -> None:
    """Each of them has the papers that a mentor needs."""
    now = datetime.now(UTC)
    async with database.everywhere() as conn:
        for who in mentors:
            for gate, kinds in KINDS.items():
                version = FIRST_CHARTER if gate is Gate.CHARTER else None
                paper = Paper(new_id(), who, gate, kinds[0], version, now.date(), None, who, now)
                await insert_paper(conn, organisation.id, paper)


async def _sign_in(database: Database, organisation: Organisation, roles: Sequence[Role]) -> list[tuple[UUID, str]]:
    """A new account with a session for each of ``roles``: its identifier and its token."""
    now = datetime.now(UTC)
    made = []
    async with database.everywhere() as conn:
        for number, role in enumerate(roles):
            birth_date = (now - MENTEE_AGE).date() if role is Role.MENTEE else date(1975, 5, 17)
            person = Person(
                new_id(), organisation.id, f"Personne {number}", role, "fr", "Europe/Paris", birth_date, disabled=False
            )
            await insert_account(conn, Account(person, f"charge-{role}-{number}", None))
            token = new_token()
            principal = Principal(
                person.id, organisation.id, new_id(), role, person.name, "fr", birth_date, now + SESSION
            )
            await insert_session(conn, principal, "bearer", hash_token(token), now)
            made.append((person.id, token))
    return made
