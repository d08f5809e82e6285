"""The migrated database is what the tables of the capabilities say; many processes may migrate at once."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import server
from server.infra import migrate
from server.infra.database import Database, metadata
from server.infra.migrate import NewerDatabase
from tests.conftest import Postgres

_SERVER = Path(server.__file__).parent
for tables in _SERVER.rglob("tables.py"):
    importlib.import_module(".".join(("server", *tables.relative_to(_SERVER).with_suffix("").parts)))


@pytest.fixture
async def empty(postgres: Postgres) -> AsyncIterator[Database]:
    """A database that no migration has touched."""
    url = await postgres.create("template0")
    database = Database(url)
    yield database
    await database.close()
    await postgres.drop(url)


async def catalog(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """What PostgreSQL itself holds of the tables: columns, constraints and indexes, in full."""
    queries = {
        "columns": """
            select table_name, column_name, data_type, is_nullable, column_default, is_identity, identity_generation
            from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version'
            order by 1, 2""",
        "constraints": """
            select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) from pg_constraint
            where connamespace = 'public'::regnamespace and contype not in ('n', 't') -- nor a deferred trigger
            and conrelid::regclass::text <> 'alembic_version' order by 1, 2""",
        "indexes": """
            select tablename::text, indexname::text, indexdef from pg_indexes
            where schemaname = 'public' and tablename <> 'alembic_version' order by 1, 2""",
        "options": """
            select relname::text, reloptions::text from pg_class
            where relnamespace = 'public'::regnamespace and relkind = 'r'
            and relname <> 'alembic_version' order by 1""",
    }
    async with database.engine.connect() as connection:
        return {name: [tuple(row) for row in await connection.execute(text(sql))] for name, sql in queries.items()}


async def test_the_migrated_database_is_what_the_tables_say(database: Database, empty: Database) -> None:
    async with empty.everywhere() as connection:
        await connection.run_sync(metadata.create_all)
    assert await catalog(database) == await catalog(empty)


async def test_alembic_sees_no_difference(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_the_versions_are_those_that_alembic_sees_in_its_order() -> None:
    script = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert migrate.versions() == [revision.revision for revision in reversed(list(script.walk_revisions()))]


async def test_a_migrated_database_is_left_alone(database: Database) -> None:
    assert await migrate.current(database) == migrate.head()
    assert await migrate.upgrade(database) == []


async def test_of_two_that_start_together_one_migrates(empty: Database) -> None:
    others = [
        Database(empty.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) for _ in range(3)
    ]
    try:
        applied = await asyncio.gather(*(migrate.upgrade(database) for database in (empty, *others)))
    finally:
        for other in others:
            await other.close()
    assert sorted(applied, key=len)[:3] == [[], [], []]
    assert max(applied, key=len)[-1] == migrate.head()


async def test_waits_for_the_process_that_migrates(empty: Database) -> None:
    holder = await empty.connect_raw()
    await holder.execute("select pg_advisory_lock($1)", migrate.LOCK)
    upgrade = asyncio.create_task(migrate.upgrade(empty))
    await asyncio.sleep(0.3)
    assert not upgrade.done()
    await holder.close()
    assert (await asyncio.wait_for(upgrade, 10))[-1] == migrate.head()


async def test_a_migration_that_fails_leaves_nothing(empty: Database) -> None:
    async with empty.everywhere() as connection:
        await connection.execute(text("create table room_visits (mine int)"))  # the last of 0001's tables is in its way
    with pytest.raises(Exception, match="room_visits"):
        await migrate.upgrade(empty)
    async with empty.everywhere() as connection:
        tables = await connection.execute(text("select tablename from pg_tables where schemaname = 'public'"))
        assert tables.scalars().all() == ["room_visits"]
        await connection.execute(text("drop table room_visits"))
    assert (await migrate.upgrade(empty))[-1] == migrate.head()


async def test_a_newer_database_is_refused_and_not_touched(database: Database) -> None:
    async with database.everywhere() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    before = await catalog(database)
    with pytest.raises(NewerDatabase, match=r"version 9999.*newer Binôme"):
        await migrate.upgrade(database)
    assert await migrate.current(database) == "9999"
    assert await catalog(database) == before


SQL = Path(migrate.__file__).parent / "migrations" / "sql"


async def test_flags_of_before_the_review_queue_are_kept(empty: Database) -> None:
    """As version 0003 wrote them: what they were about, what became of it, and by when they want an answer."""
    raw = await empty.connect_raw()
    for name in ("0001_tables", "0001_notices", "0002_voice_notes", "0003_direct_calls"):
        await raw.execute((SQL / f"{name}.sql").read_text())
    who, room, pair = (str(UUID(int=number)) for number in range(1, 4))
    await raw.execute(f"""
        insert into organisations (id, name) values ('{who}', 'North');
        insert into accounts (id, organisation_id, login, name, role) values
            ('{who}', '{who}', 'claire', 'Claire', 'supervisor'), ('{room}', '{who}', 'julien', 'Julien', 'mentor');
        insert into pairs (id, organisation_id, mentor_id, mentee_id, supervisor_id)
            values ('{pair}', '{who}', '{who}', '{room}', '{who}');
        insert into rooms (id, organisation_id, pair_id, pair_state) values ('{room}', '{who}', '{pair}', 'active');
        insert into room_members (room_id, account_id, seat) values ('{room}', '{who}', 1);
        insert into messages (room_id, seq, changed, id, author_id, at, kind, body, state) values
            ('{room}', 1, 1, '{who}', '{who}', now(), 'text', 'a', 'held'),
            ('{room}', 2, 3, '{room}', '{who}', now(), 'text', 'b', 'refused');
        insert into flags (id, organisation_id, supervisor_id, room_id, seq, author_id, category, severity, action,
                           labels, excerpt, engine, state, raised_at, decided_at) values
            ('{who}', '{who}', '{who}', '{room}', 1, '{who}', 'contact', 3, 'hold', '[]', 'a', 'm1', 'open',
                '2026-11-22T12:00Z', null),
            ('{room}', '{who}', '{who}', '{room}', 2, '{who}', 'threat', 4, 'hold', '[]', 'b', 'm1', 'refused',
                '2026-11-22T12:00Z', now()),
            ('{pair}', '{who}', '{who}', null, null, '{who}', 'help', 4, 'help', '[]', 'c', 'm1', 'open',
                '2026-11-22T12:00Z', null)
    """)  # noqa: S608 - of a test
    for name in ("0004_moderated_messages", "0005_review", "0006_own_rules"):
        await raw.execute((SQL / f"{name}.sql").read_text())
    told = "select state, message, changed, known, alert, due_at - raised_at from flags order by id"
    minutes = [timedelta(hours=1), timedelta(minutes=5), timedelta(minutes=5)]
    assert [tuple(row) for row in await raw.fetch(told)] == [
        ("open", "held", 1, 1, False, minutes[0]),
        ("refused", "refused", 2, 3, True, minutes[1]),
        ("open", "none", None, None, True, minutes[2]),
    ]
    await raw.close()
