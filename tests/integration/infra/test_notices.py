"""Changed rights are told, whoever changed them; and a gap in the telling is told too."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text

from server.infra import notices as notices_module
from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.identifiers import new_id
from tests.support.cable import cable_to


class Heard:
    def __init__(self) -> None:
        self.payloads: list[str] = []
        self.gaps = 0

    async def notice(self, payload: str) -> None:
        self.payloads.append(payload)

    async def gap(self) -> None:
        self.gaps += 1

    async def wait(self, count: int) -> list[str]:
        async with asyncio.timeout(5):
            while len(self.payloads) < count:
                await asyncio.sleep(0.01)
        return self.payloads


@pytest.fixture
async def heard(database: Database) -> AsyncIterator[Heard]:
    heard = Heard()
    notices = Notices(database)
    notices.on("rights", heard.notice)
    notices.on_gap(heard.gap)
    await notices.start()
    assert notices.alive
    yield heard
    await notices.stop()
    assert not notices.alive


async def run(database: Database, sql: str, **values: object) -> None:
    async with database.everywhere() as connection:
        for statement in sql.split(";"):
            if statement.strip():
                await connection.execute(text(statement), values)


async def listening(notices: Notices) -> None:
    async with asyncio.timeout(10):
        while not notices.alive:
            await asyncio.sleep(0.01)


async def pair_and_room(database: Database) -> dict[str, UUID]:
    ids = {name: new_id() for name in ("org", "mentor", "mentee", "supervisor", "pair", "room", "session")}
    await run(
        database,
        """insert into organisations (id, name) values (:org, 'A');
        insert into accounts (id, organisation_id, login, name, role) values (:mentor, :org, 'm', 'M', 'mentor');
        insert into accounts (id, organisation_id, login, name, role, birth_date)
            values (:mentee, :org, 'j', 'J', 'mentee', '2010-01-01');
        insert into accounts (id, organisation_id, login, name, role)
            values (:supervisor, :org, 's', 'S', 'supervisor');
        insert into pairs (id, organisation_id, mentor_id, mentee_id, supervisor_id)
            values (:pair, :org, :mentor, :mentee, :supervisor);
        insert into rooms (id, organisation_id, pair_id, pair_state) values (:room, :org, :pair, 'active');
        insert into auth_sessions (id, account_id, kind, token_hash, created_at, expires_at)
            values (:session, :mentor, 'cookie', 'x', now(), now())""",
        **ids,
    )
    return ids


async def test_each_change_of_a_right_is_told_and_nothing_else(database: Database, heard: Heard) -> None:
    ids = await pair_and_room(database)
    for sql, told in (
        ("insert into room_members (room_id, account_id, seat) values (:room, :mentor, 1)", "room:{room}"),
        ("update room_members set left_at = now() where room_id = :room", "room:{room}"),
        ("delete from room_members where room_id = :room", "room:{room}"),
        ("update rooms set last_seq = last_seq + 1 where id = :room", None),
        ("update rooms set closed_at = now() where id = :room", "room:{room}"),
        ("update pairs set supervisor_id = supervisor_id where id = :pair", None),
        ("update pairs set state = 'paused' where id = :pair", "pair:{pair} room:{room}"),
        ("update accounts set password_hash = 'x', zone = 'Europe/Madrid' where id = :mentor", None),
        ("update accounts set name = 'N' where id = :mentor", "account:{mentor}"),
        ("update accounts set language = 'en' where id = :mentor", "account:{mentor}"),
        ("update accounts set birth_date = '1990-01-01' where id = :mentor", "account:{mentor}"),
        ("update accounts set disabled_at = now() where id = :mentor", "account:{mentor}"),
        ("update accounts set role = 'admin' where id = :mentor", "account:{mentor}"),
        ("update auth_sessions set token_hash = 'y' where id = :session", None),
        ("update auth_sessions set expires_at = now() + interval '1 hour' where id = :session", None),  # goes on
        ("update auth_sessions set expires_at = now() + interval '1 minute' where id = :session", "session:{session}"),
        ("delete from auth_sessions where id = :session", "session:{session}"),
    ):
        heard.payloads.clear()
        await run(database, sql, **{name: value for name, value in ids.items() if f":{name}" in sql})
        await run(database, "select pg_notify('rights', 'end')")
        expected = told.format(**ids).split() if told else []
        assert await heard.wait(len(expected) + 1) == [*expected, "end"], sql


async def test_a_rolled_back_change_is_not_told(database: Database, heard: Heard) -> None:
    ids = await pair_and_room(database)
    async with database.engine.connect() as connection:
        await connection.execute(text("update pairs set state = 'paused' where id = :pair"), {"pair": ids["pair"]})
        await connection.rollback()
    await run(database, "select pg_notify('rights', 'end')")
    assert await heard.wait(1) == ["end"]


async def test_a_cut_connection_is_made_again_and_the_gap_is_told(database: Database, heard: Heard) -> None:
    await run(
        database,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where pid <> pg_backend_pid() and datname = current_database() and query like 'LISTEN%'",
    )
    async with asyncio.timeout(5):
        while heard.gaps == 0:
            await asyncio.sleep(0.01)
    await run(database, "select pg_notify('rights', 'after')")
    assert await heard.wait(1) == ["after"]
    assert heard.gaps == 1


async def test_a_handler_that_fails_keeps_nothing_from_the_next(database: Database) -> None:
    heard = Heard()

    async def fails(_payload: str) -> None:
        raise RuntimeError

    notices = Notices(database)
    notices.on("rights", fails)
    notices.on("rights", heard.notice)
    await notices.start()
    await run(database, "select pg_notify('rights', 'one')")
    await run(database, "select pg_notify('rights', 'two')")
    assert await heard.wait(2) == ["one", "two"]
    await notices.stop()


async def test_a_backlog_that_overflows_counts_as_a_gap(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices_module, "BACKLOG", 3)
    heard = Heard()
    hold = asyncio.Event()

    async def slow(payload: str) -> None:
        await hold.wait()
        await heard.notice(payload)

    notices = Notices(database)
    notices.on("rights", slow)
    notices.on_gap(heard.gap)
    await notices.start()
    for number in range(20):
        await run(database, f"select pg_notify('rights', '{number}')")
    await asyncio.sleep(0.1)
    hold.set()
    async with asyncio.timeout(5):
        while heard.gaps == 0:
            await asyncio.sleep(0.01)
    await run(database, "select pg_notify('rights', 'after')")
    async with asyncio.timeout(5):
        while heard.payloads[-1] != "after":
            await asyncio.sleep(0.01)
    await notices.stop()


async def test_a_right_that_ends_is_not_told_behind_letters(database: Database) -> None:
    """Whoever handles one channel slowly, or not at all, keeps nothing from another."""
    heard, delivered = Heard(), asyncio.Event()

    async def slow(_payload: str) -> None:
        await delivered.wait()

    notices = Notices(database)
    notices.on("letters", slow)
    notices.on("rights", heard.notice)
    await notices.start()
    await run(database, "select pg_notify('letters', 'a'); select pg_notify('letters', 'b')")
    await run(database, "select pg_notify('rights', 'one'); select pg_notify('rights', 'two')")
    assert await heard.wait(2) == ["one", "two"]
    delivered.set()
    await notices.stop()


async def test_a_line_that_swallows_everything_is_found_out(database: Database) -> None:
    """Nobody closes the connection, and nothing comes any more."""
    heard, lost = Heard(), asyncio.Event()
    async with cable_to(database.engine.url.render_as_string(hide_password=False)) as cable:
        notices = Notices(Database(cable.url))
        notices.on("rights", heard.notice)
        notices.on_lost(lost.set)
        notices.on_gap(heard.gap)
        await notices.start()
        cable.silent = True
        await run(database, "select pg_notify('rights', 'swallowed')")
        async with asyncio.timeout(10):
            await lost.wait()
        assert not notices.alive
        cable.cut()
        cable.silent = False
        await listening(notices)
        assert (heard.payloads, heard.gaps) == ([], 1)
        await notices.stop()


async def test_while_there_is_no_place_to_listen_everything_is_looked_at_now_and_then(database: Database) -> None:
    heard = Heard()
    notices = Notices(database)
    notices.on("rights", heard.notice)
    notices.on_gap(heard.gap)
    await notices.start()
    name = database.engine.url.database
    await run(database, f'alter database "{name}" connection limit 0')
    await run(
        database,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where pid <> pg_backend_pid() and datname = current_database() and query like 'LISTEN%'",
    )
    async with asyncio.timeout(10):
        while heard.gaps < 2:
            await asyncio.sleep(0.01)
    assert not notices.alive
    await run(database, f'alter database "{name}" connection limit -1')
    await listening(notices)
    await notices.stop()
