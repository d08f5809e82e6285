"""The audit trail takes what is recorded, all of it, once, in one chain, and lets nobody change it."""

import asyncio
from datetime import date
from uuid import UUID

import asyncpg
import msgspec
import pytest
import rfc8785
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.trail.acts import Act
from server.trail.chain import GENESIS, link
from server.trail.record import record
from tests.support.roles import bound
from tests.support.trails import NOW, chain, faults, organisation, sql

LEA, CLAIRE = UUID(int=1), UUID(int=2)


async def test_an_entry_is_canonical_json_hashed_with_the_one_before(database: Database) -> None:
    north = await organisation(database)
    async with database.begin(north.id) as conn:
        detail = {"state": Role.MENTEE, "flag": LEA, "on": date(2026, 1, 2), "at": NOW, "n": [1, None, True]}
        await record(conn, north.id, NOW, Act.FLAG_DECIDED, by=CLAIRE, about={LEA}, detail=detail)
        await record(conn, north.id, NOW, Act.SESSION_ENDED, by=None)
    first, second = await sql(
        database, "select sequence, at, act, by_id, about, entry, hash from audit_entries order by sequence"
    )
    said = (
        f'{{"about":["{LEA}"],"act":"flag.decided","at":"2026-11-22T12:00:00.000000Z","by":"{CLAIRE}",'
        f'"detail":{{"at":"2026-11-22T12:00:00.000000Z","flag":"{LEA}","n":[1,null,true],"on":"2026-01-02",'
        f'"state":"mentee"}},"organisation":"{north.id}","sequence":1}}'
    )
    assert first == (1, NOW, "flag.decided", CLAIRE, [LEA], said, link(GENESIS, said))
    assert rfc8785.dumps(msgspec.json.decode(said)) == said.encode()
    assert second[:5] == (2, NOW, "session.ended", None, [])
    assert second[6] == link(first[6], second[5])
    assert await sql(database, "select sequence, hash from audit_heads") == [(2, second[6])]
    assert await sql(database, "select count(*) from audit_drafts") == [(0,)]


async def test_what_is_rolled_back_leaves_no_gap(database: Database) -> None:
    north = await chain(database, 2)

    async def fail() -> None:
        async with database.begin(north.id) as conn:
            await record(conn, north.id, NOW, Act.PAIR_CREATED, by=CLAIRE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.begin(north.id) as conn:
        await record(conn, north.id, NOW, Act.PAIR_CREATED, by=CLAIRE)
        async with conn.begin_nested() as savepoint:
            await record(conn, north.id, NOW, Act.POLICY_CHANGED, by=CLAIRE)
            await savepoint.rollback()
    assert await sql(database, "select sequence, act from audit_entries where sequence > 2") == [(3, "pair.created")]
    assert await faults(database, north) == []


async def test_fifty_at_once_are_one_chain(database: Database) -> None:
    """Each in a transaction of its own, of two organisations in either order, and with a lock that others wait for
    taken after it was recorded: nobody waits in a circle."""
    north, south = await organisation(database, "North"), await organisation(database, "South")
    raw = [await database.connect_raw() for _ in range(50)]

    async def act(number: int, conn: asyncpg.Connection) -> None:
        both = [north.id, south.id] if number % 2 else [south.id, north.id]
        for _ in range(4):
            async with conn.transaction():
                await conn.execute("select set_config('binome.organisations', '*', true)")
                for where in both:
                    await record(conn, where, NOW, Act.SESSION_OPENED, by=new_id(), detail={"number": number})
                await conn.execute("select from organisations where id = $1 for no key update", both[0])

    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*(act(number, conn) for number, conn in enumerate(raw)))
    finally:
        for conn in raw:
            await conn.close()
    for where in (north, south):
        found = await sql(
            database,
            "select array_agg(sequence order by sequence) = array(select generate_series(1::bigint, 200)), "
            "count(distinct entry::jsonb ->> 'by') from audit_entries where organisation_id = :where",
            where=where.id,
        )
        assert found == [(True, 200)]
        assert await faults(database, where, only=True) == []


REFUSED = {
    "an edit": "update audit_entries set act = 'pair.created'",
    "a deletion": "delete from audit_entries where sequence = 2",
    "emptying": "truncate audit_entries",
    "an entry of one's own": "insert into audit_entries select organisation_id, 4, at, act, by_id, about, entry, hash "
    "from audit_entries where sequence = 3",
    "a head set back": "update audit_heads set sequence = 2, "
    "hash = (select hash from audit_entries where sequence = 2)",
    "a head of another hash": "update audit_heads set hash = sha256('x')",
    "a head ahead": "update audit_heads set sequence = 4",
    "a head removed": "delete from audit_heads",
    "heads emptied": "truncate audit_heads",
    "the head of a day that never was": "insert into audit_day_heads select organisation_id, '2026-01-01', 2, hash, at "
    "from audit_entries where sequence = 3",
    "the head of a day changed": "update audit_day_heads set sequence = 1",
    "the head of a day removed": "delete from audit_day_heads",
    "the heads of days emptied": "truncate audit_day_heads",
    "a draft that numbers itself": "insert into audit_drafts (organisation_id, draft) "
    "select organisation_id, entry from audit_entries where sequence = 1",
    "a draft for another organisation": "insert into audit_drafts (organisation_id, draft) "
    'select organisation_id, \'{"organisation":"x"}\' from audit_heads',
}


async def test_the_database_itself_refuses(database: Database) -> None:
    """Also to the owner of the tables."""
    north = await chain(database, 3)
    await sql(
        database,
        "insert into audit_day_heads select organisation_id, '2026-11-21', sequence, hash, now() from audit_heads",
    )
    everything = "select * from audit_entries, audit_heads, audit_day_heads order by 2"
    before = await sql(database, everything)
    server = bound(database)
    try:
        for who in (database, server):
            for what, statement in REFUSED.items():
                with pytest.raises(DBAPIError):
                    async with who.everywhere() as conn:
                        await conn.execute(text(statement))
                assert await sql(database, everything) == before, what
    finally:
        await server.close()
    assert await faults(database, north) == []


async def test_the_role_of_the_server_records_where_its_transaction_is(database: Database) -> None:
    north, south = await chain(database, 1, "North"), await chain(database, 1, "South")
    server = bound(database)
    try:
        async with server.begin(north.id) as conn:
            await record(conn, north.id, NOW, Act.PAIR_CREATED, by=CLAIRE)
        with pytest.raises(DBAPIError, match="row-level security"):
            async with server.begin(north.id) as conn:
                await record(conn, south.id, NOW, Act.PAIR_CREATED, by=CLAIRE)
        async with server.begin(north.id) as conn:
            seen = set((await conn.execute(text("select organisation_id, sequence from audit_entries"))).all())
        assert seen == {(north.id, 1), (north.id, 2)}
    finally:
        await server.close()
    assert await sql(database, "select count(*) from audit_entries where organisation_id = :s", s=south.id) == [(1,)]
