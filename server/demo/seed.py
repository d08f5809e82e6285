"""Fills an empty database with the association of ``association.json``, through the same use cases as real life: its
messages are assessed, numbered and flagged like any others, only that the clock is set back for each."""

import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry
from sqlalchemy import select, text

from server.agenda.store import plan
from server.compose import Rooms
from server.demo import calls, second_step, worry
from server.demo.consents import consent
from server.demo.duty import plan_duty
from server.demo.pairing import begin, other_pairs, record_papers
from server.demo.story import Story
from server.escalation.contents import Contents
from server.escalation.held import Cases
from server.ground import Ground
from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.notices import Notices
from server.kernel.clock import ManualClock
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.moderation.flags import Flags
from server.moderation.rules_in_force import RulesInForce
from server.pairs.rules import Pair
from server.people import accounts, first_admin, store
from server.people.passwords import Passwords
from server.people.sessions.authenticator import SessionAuthenticator
from server.people.tables import organisations
from server.rights.requests import Requests
from server.rooms.stand_ins import follow_cases
from server.transport.gateway import Gateway
from server.transport.health import Health

SESSION_LASTS = timedelta(minutes=10)  # of the principals that speak while the association is made
_TABLES = text("""
select format('%I', tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'
""")
_BEGUN_BEFORE = timedelta(hours=2)  # a pair, before its first message
_HALF_A_YEAR = timedelta(days=182)  # so that nobody of the demonstration has a birthday today


@dataclass(frozen=True, slots=True)
class SignInRow:
    """What the table of sign-ins says of one person."""

    login: str
    name: str
    role: Role
    age: int | None
    email: str | None = None


def association() -> dict[str, Any]:
    """The content of ``association.json``."""
    file = resources.files(__name__.rpartition(".")[0]).joinpath("association.json")
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def sign_ins() -> list[SignInRow]:
    """Who can sign in to the demonstration, in the order of the table."""
    return [
        SignInRow(person["login"], person["name"], Role(person["role"]), person.get("age"), person.get("email"))
        for person in association()["people"]
    ]


async def organisations_of(database: Database) -> set[str]:
    """The names of all associations there are."""
    async with database.everywhere() as conn:  # before there is any
        return {row.name for row in await conn.execute(select(organisations.c.name))}


async def clear(database: Database) -> None:
    """Takes everything out again, as the owner of the tables: for a database in which making the demonstration was
    broken off. What may only be added to is emptied too, this once."""
    async with database.everywhere() as conn:
        asked = await conn.execute(_TABLES)
        tables = [row.name for row in asked]
        for table in tables:
            await conn.execute(text(f"alter table {table} disable trigger user"))
        await conn.execute(text(f"truncate {', '.join(tables)}"))
        for table in tables:
            await conn.execute(text(f"alter table {table} enable trigger user"))


async def seed(ground: Ground, password: str) -> None:
    """Makes the association, everyone in it with ``password``."""
    told = association()
    now = ground.clock.now()
    people = await _make_people(ground, told, password, now)
    async with ground.database.begin(*{person.organisation_id for person in people.values()}) as conn:
        await second_step.learn(conn, ground, people)
        await consent(conn, told, people, now)
        await record_papers(conn, told, people, now)
    for pair in told["pairs"]:
        await _make_pair(ground, people, pair, ZoneInfo(told["organisation"]["zone"]), now)
    await other_pairs(ground, told, people)
    await plan_duty(ground, told, people, now)
    for reported in told["worries"]:
        await worry.play(ground, reported, people, _when(reported, ZoneInfo(told["organisation"]["zone"]), now))
    for asked in told["requests"]:
        requests = Requests(ground.database, ManualClock(now - timedelta(days=asked["days_ago"])))
        await requests.make(people[asked["by"]], new_id(), asked["kind"], None, asked["words"])


async def _make_people(ground: Ground, told: Mapping[str, Any], password: str, now: datetime) -> dict[str, Principal]:
    passwords = Passwords()
    admin = next(row for row in sign_ins() if row.role is Role.ADMIN)
    wanted = first_admin.FirstAdmin(told["organisation"]["name"], admin.login, admin.name, password, "fr")
    made = [await first_admin.create_first_admin(ground.database, passwords, ground.clock, wanted)]
    for row in sign_ins():
        if row.role is not Role.ADMIN:
            born = _birth_date(row.age, now.date())
            new = accounts.NewAccount(row.login, row.name, row.role, password, born, email=row.email)
            checked = await accounts.check(new, passwords, now.date(), wanted.organisation)
            async with ground.database.begin(made[0].person.organisation_id) as conn:
                organisation = await store.organisation(conn, made[0].person.organisation_id)
                made.append(await accounts.add(conn, organisation, checked))
    passwords.close()
    return {account.login: _principal(account.person, now) for account in made}


async def _make_pair(
    ground: Ground, people: Mapping[str, Principal], told: Mapping[str, Any], zone: ZoneInfo, now: datetime
) -> None:
    said = [(_when(message, zone, now), message) for message in told["messages"]]
    async with ground.database.begin(people[told["mentor"]].organisation_id) as conn:
        pair, room_id = await begin(conn, told, people, said[0][0] - _BEGUN_BEFORE)
    async with ground.database.begin(pair.organisation_id) as conn:
        for held in told["calls"]:
            two = people[told["mentor"]], people[told["mentee"]]
            await calls.hold(conn, room_id, two, _when(held, zone, now), held)
    await _plan(ground.database, pair, told, zone, now)
    await _say(ground, room_id, people, said)


async def _plan(database: Database, pair: Pair, told: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> None:
    for session in told["planned"]:
        day = (now.astimezone(zone) + timedelta(days=session["in_days"])).date()
        async with database.begin(pair.organisation_id) as conn:
            await plan(
                conn,
                pair,
                title=session["title"],
                starts_at=datetime.combine(day, time.fromisoformat(session["at"]), zone),
                minutes=session["minutes"],
                zone=str(zone),
                created_by=pair.supervisor_id,
                now=now,
            )


async def _say(
    ground: Ground, room_id: UUID, people: Mapping[str, Principal], said: list[tuple[datetime, Mapping[str, Any]]]
) -> None:
    """Each message, and what became of it, at its time. The rooms used for it are of their own, with nobody connected,
    and nobody asks after their health or has work for them later."""
    clock, metrics = ManualClock(said[0][0]), CollectorRegistry()
    quiet = replace(
        ground,
        clock=clock,
        notices=Notices(ground.database),
        jobs=Jobs(ground.database, clock),
        health=Health(clock, metrics),
        metrics=metrics,
    )
    gateway = Gateway(SessionAuthenticator(ground.database, quiet.notices, clock), clock)
    flags = Flags(ground.database, clock, quiet.bus, gateway)
    contents = Contents(Cases(ground.database, clock, follow_cases))
    rooms = Rooms(quiet, gateway, flags, RulesInForce(ground.database, quiet.notices), contents)
    async with AsyncExitStack() as running:
        await rooms.start(running)
        await Story(rooms, ground.database, clock, room_id, people).play(said)


def _when(message: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> datetime:
    """``at`` is a time of day, so many days ago; with a minus sign, so long before now."""
    if message["at"].startswith("-"):
        ago = time.fromisoformat(message["at"][1:])
        return now - timedelta(hours=ago.hour, minutes=ago.minute)
    day = (now.astimezone(zone) - timedelta(days=message["days_ago"])).date()
    return datetime.combine(day, time.fromisoformat(message["at"]), zone)


def _birth_date(age: int | None, today: date) -> date | None:
    if age is None:
        return None
    day = today - _HALF_A_YEAR
    return date(day.year - age, day.month, min(day.day, 28))


def _principal(person: store.Person, now: datetime) -> Principal:
    return Principal(
        account_id=person.id,
        organisation_id=person.organisation_id,
        session_id=new_id(),
        role=person.role,
        name=person.name,
        language=person.language,
        birth_date=person.birth_date,
        expires_at=now + SESSION_LASTS,
    )
