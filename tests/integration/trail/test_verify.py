"""``binome audit verify`` finds whatever somebody does to the trail past everything that keeps it, and says where."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.people.store import Organisation
from server.trail import heads
from server.trail.acts import Act
from server.trail.chain import GENESIS, Head, Wrong, link
from server.trail.record import record
from tests.support.trails import NOW, chain, entries, faults, organisation, sql, unguarded

LENGTH = 40

# Each is done to entry ``at`` (1 to LENGTH) of an organisation, and says which (number, fault) must be among what is
# found. What nobody can do without a trace is here in every kind that we could think of.
Found = tuple[int | None, Wrong]
Tamper = Callable[[asyncpg.Connection, Organisation, int, random.Random], Awaitable[Found]]


async def _run(conn: asyncpg.Connection, where: Organisation, statement: str, *values: object) -> None:
    await conn.execute(statement + " where organisation_id = $1 and sequence = $2", where.id, *values)


async def edit_entry(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    entry = (await entries(conn, where.id))[at - 1]["entry"]
    place = dice.randrange(len(entry))
    other = chr(dice.choice([n for n in range(32, 127) if n != ord(entry[place])]))
    await _run(conn, where, "update audit_entries set entry = $3", at, entry[:place] + other + entry[place + 1 :])
    return at, Wrong.HASH


async def edit_and_rehash(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    """With the right hash for the changed entry: the one after it gives it away."""
    rows = await entries(conn, where.id)
    entry = rows[at - 1]["entry"].replace('"number":', '"numbers":')
    previous = rows[at - 2]["hash"] if at > 1 else GENESIS
    await _run(conn, where, "update audit_entries set entry = $3, hash = $4", at, entry, link(previous, entry))
    return (at + 1, Wrong.HASH) if at < LENGTH else (at, Wrong.HEAD)


async def edit_hash(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    await _run(conn, where, "update audit_entries set hash = $3", at, dice.randbytes(32))
    return at, Wrong.HASH


async def edit_column(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    change = dice.choice(
        ["at = at + interval '1 us'", "act = 'pair.created'", "by_id = null", "about = array_append(about, by_id)"]
    )
    await _run(conn, where, f"update audit_entries set {change}", at)  # noqa: S608 - one of those above
    return at, Wrong.COLUMN


async def delete(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    await _run(conn, where, "delete from audit_entries", at)
    return (at, Wrong.MISSING) if at < LENGTH else (at - 1, Wrong.HEAD)


async def delete_and_close_up(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    """What comes after moves one down, its numbers in the columns too."""
    await delete(conn, where, at, dice)
    for later in range(at + 1, LENGTH + 1):
        await _run(conn, where, "update audit_entries set sequence = sequence - 1", later)
    return (at, Wrong.HASH) if at < LENGTH else (at - 1, Wrong.HEAD)


async def swap(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    other = dice.choice([n for n in range(1, LENGTH + 1) if n != at])
    for old, new in ((at, -1), (other, at), (-1, other)):
        await _run(conn, where, "update audit_entries set sequence = $3", old, new)
    return min(at, other), Wrong.HASH


async def insert(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    for later in range(LENGTH, at - 1, -1):
        await _run(conn, where, "update audit_entries set sequence = sequence + 1", later)
    await conn.execute(
        "insert into audit_entries select organisation_id, $2, at, act, by_id, about, entry, hash from audit_entries "
        "where organisation_id = $1 and sequence = $3",
        where.id,
        at,
        at + 1,
    )
    return at + 1, Wrong.HASH


async def cut_off(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    await conn.execute("delete from audit_entries where organisation_id = $1 and sequence >= $2", where.id, at)
    return at - 1, Wrong.HEAD


async def cut_off_with_its_head(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    """The head that a day kept is still there."""
    await cut_off(conn, where, at, dice)
    await conn.execute(
        "update audit_heads set sequence = $2, hash = coalesce("
        "(select hash from audit_entries where organisation_id = $1 and sequence = $2), $3) where organisation_id = $1",
        where.id,
        at - 1,
        GENESIS,
    )
    return at, Wrong.TRUNCATED


async def set_head_back(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    await conn.execute("update audit_heads set sequence = $2 where organisation_id = $1", where.id, at - 1)
    return LENGTH, Wrong.HEAD


async def remove_head(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    await conn.execute("delete from audit_heads where organisation_id = $1", where.id)
    return LENGTH, Wrong.HEAD


async def slip_in_a_draft(conn: asyncpg.Connection, where: Organisation, at: int, dice: random.Random) -> Found:
    await conn.execute("insert into audit_drafts (organisation_id, draft) values ($1, '{}')", where.id)
    return None, Wrong.DRAFT


TAMPERS: list[Tamper] = [
    edit_entry, edit_and_rehash, edit_hash, edit_column, delete, delete_and_close_up, swap, insert, cut_off,
    cut_off_with_its_head, set_head_back, remove_head, slip_in_a_draft,
]  # fmt: skip


async def rewrite(conn: asyncpg.Connection, where: Organisation, at: int) -> None:
    """The whole rest of a chain as if entry ``at`` had always been another: each hash right, the heads too."""
    rows = await entries(conn, where.id)
    previous = rows[at - 2]["hash"] if at > 1 else GENESIS
    for row in rows[at - 1 :]:
        entry = row["entry"].replace('"number":', '"numbers":') if row["sequence"] == at else row["entry"]
        previous = link(previous, entry)
        await _run(conn, where, "update audit_entries set entry = $3, hash = $4", row["sequence"], entry, previous)
    await conn.execute("update audit_heads set hash = $2 where organisation_id = $1", where.id, previous)
    await conn.execute("update audit_day_heads set hash = $2 where organisation_id = $1", where.id, previous)


async def _kept(database: Database, data: Path) -> None:
    """The heads of today, in the database and in the file."""
    async with database.everywhere() as conn:
        await heads.keep(conn, {row[0]: date(2026, 11, 21) for row in await _heads(database)}, NOW)
    async with database.everywhere() as conn:
        heads.append(data, await heads.lines(conn))


async def _heads(database: Database) -> list[tuple[UUID, int, bytes]]:
    return await sql(database, "select organisation_id, sequence, hash from audit_heads")


async def test_every_kind_of_tampering_is_found_where_it_is(database: Database, tmp_path: Path) -> None:
    """At the first entry, the last, and some between; each is undone before the next."""
    north = await chain(database, LENGTH)
    await _kept(database, tmp_path)
    assert await faults(database, north) == []
    dice = random.Random(5)  # noqa: S311 - no secret, but the same in each run
    raw = await database.connect_raw()
    try:
        for tamper in TAMPERS:
            for at in (1, LENGTH, *dice.sample(range(2, LENGTH), 2)):
                copy = await raw.fetch("select * from audit_entries order by sequence")
                async with unguarded(raw):
                    number, wrong = await tamper(raw, north, at, dice)
                found = await faults(database, north)
                assert (number, wrong) in [(one.sequence, one.what) for one in found], (tamper.__name__, at, found)
                assert {one.organisation for one in found} == {north.id}
                async with unguarded(raw):
                    await _restore(raw, copy)
        assert await faults(database, north) == []
    finally:
        await raw.close()


async def _restore(raw: asyncpg.Connection, copy: list[asyncpg.Record]) -> None:
    await raw.execute("truncate audit_entries, audit_heads, audit_drafts")
    await raw.copy_records_to_table("audit_entries", records=[tuple(row) for row in copy])
    last = copy[-1]
    await raw.execute(
        "insert into audit_heads values ($1, $2, $3)", last["organisation_id"], last["sequence"], last["hash"]
    )


async def test_a_chain_rewritten_whole_is_found_by_what_was_kept_outside(database: Database, tmp_path: Path) -> None:
    north = await chain(database, 12)
    await _kept(database, tmp_path)
    (kept,) = heads.read(tmp_path / heads.FILE)
    ((_, sequence, hashed),) = await _heads(database)
    assert kept == Head(north.id, 12, hashed, f"the head of 2026-11-21 in {tmp_path / heads.FILE}")
    raw = await database.connect_raw()
    try:
        async with unguarded(raw):
            await rewrite(raw, north, 5)
    finally:
        await raw.close()
    assert await faults(database, north) == []  # nothing inside the database can know
    (found,) = await faults(database, north, kept)
    assert (found.sequence, found.what, found.name) == (12, Wrong.KEPT, kept.source)
    assert heads.typed(f"{sequence}:{hashed.hex()}") == (12, hashed)


async def test_a_chain_that_is_gone_is_missed(database: Database, tmp_path: Path) -> None:
    """With its heads, with its days, and with the association itself."""
    north = await chain(database, 3)
    await _kept(database, tmp_path)
    (kept,) = heads.read(tmp_path / heads.FILE)
    raw = await database.connect_raw()
    try:
        async with unguarded(raw):
            await raw.execute("truncate audit_entries, audit_heads, audit_drafts, audit_day_heads")
            await raw.execute("delete from organisations")
    finally:
        await raw.close()
    south = await organisation(database, "South")
    found = await faults(database, south, kept)
    assert [(one.organisation, one.sequence, one.what) for one in found] == [
        (north.id, 1, Wrong.TRUNCATED),
        (north.id, None, Wrong.UNKNOWN),
    ]


async def test_a_guard_that_is_off_is_told(database: Database) -> None:
    north = await chain(database, 1)
    await sql(database, "alter table audit_entries disable trigger changed")
    await sql(database, "drop trigger moved on audit_heads")
    await sql(database, "drop trigger changed on glass_accesses")  # and whatever else is only added to
    await sql(database, "alter table consent_entries disable trigger user")
    found = await faults(database, north)
    assert [(one.organisation, one.name) for one in found] == [
        (None, "audit_entries.changed"),
        (None, "audit_heads.moved"),
        *((None, f"consent_entries ({way})") for way in ("delete", "truncate", "update")),
        *((None, f"glass_accesses ({way})") for way in ("delete", "update")),
    ]


async def test_verifying_beside_those_who_append(database: Database) -> None:
    north = await chain(database, 5)
    done = asyncio.Event()

    async def go_on() -> int:
        written = 0
        while not done.is_set():
            async with database.begin(north.id) as conn:
                at = NOW + timedelta(seconds=written)
                await record(conn, north.id, at, Act.SESSION_OPENED, by=new_id())
            written += 1
        return written

    writers = [asyncio.create_task(go_on()) for _ in range(3)]
    try:
        for _ in range(5):
            assert await faults(database, north) == []
    finally:
        done.set()
        written = sum(await asyncio.gather(*writers))
    assert [row[1] for row in await _heads(database)] == [5 + written]
