"""Nothing crosses between organisations, whatever a statement asks for: PostgreSQL itself keeps each transaction to
those it says it is about. Tried on every table, with statements that name the rows of others and no organisation."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from server.infra.database import EVERYWHERE, Database
from server.kernel.errors import NotFound
from server.kernel.identifiers import new_id
from server.people.store import Organisation, people_of
from tests.support.roles import bound
from tests.support.rooms import House, organisation, served
from tests.support.two_organisations import Row, Table, fill

# Without a policy of their own: what is about no person and no organisation.
WITHOUT: Mapping[str, str] = {
    "public.alembic_version": "the version of the tables",
    "jobs.pgqueuer": "names of jobs and identifiers of what they are about; the queue is one for all",
    "jobs.pgqueuer_log": "the same, of jobs that were done",
    "jobs.pgqueuer_schedules": "when a job is due next",
    "jobs.pgqueuer_statistics": "how many there were",
}
# With a policy that shows them to nobody in particular.
OF_NOBODY: Mapping[str, str] = {
    "guesses": "sign-in names, also such that nobody has, before it is known whose they are"
}
# These run with the rights of the owner, whom no policy holds, and so look for themselves.
WITH_RIGHTS_OF_THE_OWNER: Mapping[str, str] = {
    "audit_chain": "a trigger: takes what its own transaction drafted into the chains, which the server cannot write",
    "erase_append_only": "takes words about a person who was forgotten out of what is only added to, if in scope",
}

NORTH, SOUTH = new_id(), new_id()


@dataclass
class Scene:
    tables: list[Table]
    owner: asyncpg.Connection
    server: asyncpg.Connection

    @asynccontextmanager
    async def about(self, *organisations: UUID | str) -> AsyncIterator[asyncpg.Connection]:
        """A transaction of the server, which is taken back."""
        transaction = self.server.transaction()
        await transaction.start()
        try:
            scope = ",".join(map(str, organisations))
            await self.server.execute("select set_config('binome.organisations', $1, true)", scope)
            yield self.server
        finally:
            await transaction.rollback()


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    server = bound(database)
    owner, raw = await database.connect_raw(), await server.connect_raw()
    yield Scene(await fill(owner, (NORTH, SOUTH)), owner, raw)
    for connection in (owner, raw):
        await connection.close()
    await server.close()


async def refused(connection: asyncpg.Connection, statement: str, *values: object) -> str | None:
    """What PostgreSQL says when it does not allow the statement; None when it has no objection of that kind."""
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        await connection.execute(statement, *values)
    except asyncpg.InsufficientPrivilegeError as error:
        return str(error)
    except asyncpg.PostgresError:
        return None
    finally:
        await savepoint.rollback()
    return None


async def test_every_table_has_a_policy_or_a_reason(database: Database) -> None:
    async with database.everywhere() as conn:
        found = await conn.execute(
            text("""
            select n.nspname || '.' || c.relname as name,
                c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid) as held
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            """)
        )
        held = {row.name: row.held for row in found}
    assert {name for name, is_held in held.items() if not is_held} == set(WITHOUT)


async def test_nothing_else_looks_with_the_eyes_of_the_owner(database: Database) -> None:
    async with database.everywhere() as conn:
        views = await conn.execute(
            text("""
            select relname from pg_class
            where relkind = 'v' and relnamespace in ('public'::regnamespace, 'jobs'::regnamespace)
                and not coalesce(reloptions @> '{security_invoker=true}', false)
            """)
        )
        functions = await conn.execute(
            text("""
            select proname, coalesce(array_to_string(proconfig, ' '), '') ~ 'search_path=' as fixed
            from pg_proc where prosecdef and pronamespace in ('public'::regnamespace, 'jobs'::regnamespace)
            """)
        )
        assert views.all() == []
        assert {row.proname: row.fixed for row in functions} == dict.fromkeys(WITH_RIGHTS_OF_THE_OWNER, True)


async def test_no_row_of_another_organisation_is_seen_changed_or_removed(scene: Scene) -> None:
    """Each is asked for by its key, and by nothing else."""
    for mine, other in ((NORTH, SOUTH), (SOUTH, NORTH)):
        async with scene.about(mine) as server:
            for table in scene.tables:
                own = [] if table.name in OF_NOBODY else [table.rows[mine]]
                assert (table.name, await rows(server, table)) == (table.name, own)
                assert await touched(server, table, "select from {} where {}", other) == 0
                assert await touched(server, table, "select from {} where {} for update", other) in (0, REFUSED)
                for change in ("delete from {} where {}", "update {} set {column} = default where {}"):
                    assert await touched(server, table, change, other) == (REFUSED if table.append_only else 0)
                keep = "update {} set {column} = {column} where {}"
                assert await touched(server, table, keep, mine) == (REFUSED if table.append_only else len(own))
    for table in scene.tables:
        assert len(await rows(scene.owner, table)) == 2


async def test_nothing_is_written_into_another_organisation(scene: Scene) -> None:
    """What is written there is a row of theirs as it stands: in its own organisation, only its key is taken."""
    for mine, other in ((NORTH, SOUTH), (SOUTH, NORTH)):
        async with scene.about(mine) as server:
            for table in scene.tables:
                said = await refused(server, table.insert, *table.values_of(other))
                assert said == f'new row violates row-level security policy for table "{table.name}"', table.name
                if table.name not in OF_NOBODY:
                    assert await refused(server, table.insert, *table.values_of(mine)) is None, table.name
                if "organisation_id" in table.written and not table.append_only and table.name not in OF_NOBODY:
                    moved = f"update {table.name} set organisation_id = $1"  # noqa: S608 - a name of the catalog
                    said = await refused(server, moved, other)
                    assert said == f'new row violates row-level security policy for table "{table.name}"', table.name


async def test_without_an_organisation_there_is_nothing(scene: Scene) -> None:
    for table in scene.tables:
        assert await rows(scene.server, table) == [], table.name  # outside any transaction that says something
    async with scene.about() as server:
        for table in scene.tables:
            assert await rows(server, table) == [], table.name
            assert await refused(server, table.insert, *table.values_of(NORTH)) is not None, table.name


async def test_several_organisations_or_all(scene: Scene) -> None:
    for scope in ((NORTH, SOUTH), (EVERYWHERE,)):
        async with scene.about(*scope) as server:
            for table in scene.tables:
                hidden = table.name in OF_NOBODY and scope != (EVERYWHERE,)
                assert len(await rows(server, table)) == (0 if hidden else 2), table.name
    async with scene.about(new_id()) as server:
        for table in scene.tables:
            assert await rows(server, table) == [], table.name


async def test_a_scope_ends_with_its_transaction(database: Database, scene: Scene) -> None:
    server = bound(database)
    count = text("select count(*) from accounts")
    for _ in range(3):  # the same connection of the pool
        async with server.begin(NORTH) as conn:
            assert (await conn.execute(count)).scalar_one() == 1
        async with server.everywhere() as conn:
            assert (await conn.execute(count)).scalar_one() == 2
        async with server.engine.begin() as conn:
            assert (await conn.execute(count)).scalar_one() == 0
    await server.close()


async def test_a_transaction_about_nobody_cannot_be_written() -> None:
    begin: Callable[..., object] = Database("postgresql://nobody:x@127.0.0.1:1/none").begin
    with pytest.raises(TypeError):
        begin()


FORBIDDEN = (
    "set role {owner}",
    "set session authorization {owner}",
    "set session_replication_role = replica",
    "alter role {server} bypassrls",
    "grant {owner} to {server}",
    "alter table accounts disable row level security",
    "alter table accounts no force row level security",
    "drop policy organisations on accounts",
    "create policy everything on accounts using (true)",
    "alter table messages disable trigger all",
    "alter table accounts owner to {server}",
    "alter table accounts add column more text",
    "drop table messages",
    "truncate messages",
    "create table mine (id int)",
    "create index on messages (body)",
    "create function scope_is_everywhere() returns boolean language sql as 'select true'",
    "create or replace function scope_is_everywhere() returns boolean language sql as 'select true'",
    "create trigger mine after insert on messages execute function notify_rights()",
    "update alembic_version set version_num = '0001'",
    "comment on table accounts is 'append-only'",
    "drop schema public cascade",
    "create schema mine",
    "copy accounts to program 'cat'",
)


async def test_the_servers_role_cannot_let_itself_out(database: Database) -> None:
    server = bound(database)
    raw = await server.connect_raw()
    names = {"owner": database.engine.url.username, "server": server.engine.url.username}
    async with raw.transaction():
        allowed = [one for one in FORBIDDEN if await refused(raw, one.format(**names)) is None]
    await raw.close()
    await server.close()
    assert allowed == []


async def test_what_may_only_be_added_to_is_only_added_to(scene: Scene) -> None:
    append_only = [table for table in scene.tables if table.append_only]
    async with scene.about(NORTH) as server:
        for table in append_only:
            for statement in ("update {} set {} = {}", "delete from {}", "truncate {}"):
                column = table.written[-1]
                said = await refused(server, statement.format(table.name, column, column))
                assert said == f"permission denied for table {table.name}", statement


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with served(database) as house:
        yield house


async def test_it_is_the_policy_and_not_the_condition_of_the_query(house: House) -> None:
    """The same calls of the server's own code, with the policies and without: only with them is nothing found."""
    north, south = await house.room(), await house.room(where=await other_organisation(house))
    rights = house.capabilities.rooms.rights
    its = south.pair.organisation_id

    async def crosses() -> list[bool]:
        async with house.bound.begin(north.pair.organisation_id) as conn:
            people = await people_of(conn, [south.mentee.id])
        rights._places.clear()
        try:
            await rights.place(south.id, north.pair.organisation_id)
        except NotFound:
            return [bool(people), False]
        return [bool(people), True]

    assert await crosses() == [False, False]
    assert (await rights.place(south.id, its)).pair.id == south.pair.id
    for table in ("accounts", "pairs", "rooms", "room_members"):
        await house.sql(f"alter table {table} disable row level security")
    assert await crosses() == [True, True]


async def test_the_log_writes_rooms_of_many_organisations_and_sees_no_others(house: House) -> None:
    rooms = [await house.room(), await house.room(where=await other_organisation(house))]
    people = [await house.open(one.mentor) for one in rooms]
    for step in range(3):
        for client, one in zip(people, rooms, strict=True):
            assert (await client.say(one, f"Bonjour {step}"))["seq"] == step + 1
    log = house.capabilities.rooms.log
    assert log._statements is not None
    seen = await log._statements.raw.fetch("select distinct room_id from messages")
    assert [row["room_id"] for row in seen] == [rooms[-1].id]  # of the last batch


async def other_organisation(house: House) -> Organisation:
    return await organisation(house.database, "South")


REFUSED = -1


async def rows(connection: asyncpg.Connection, table: Table) -> list[Row]:
    return [dict(row) for row in await connection.fetch(f"table {table.name}")]


async def touched(server: asyncpg.Connection, table: Table, statement: str, of: UUID) -> int:
    """How many rows a statement touches that names the row of ``of``; REFUSED when no row of the table may be touched
    so. It is taken back."""
    savepoint = server.transaction()
    await savepoint.start()
    try:
        sql = statement.format(table.name, table.of_row, column=table.written[-1])
        done = await server.execute(sql, *table.key_of(of))
        return int(done.split()[-1])
    except asyncpg.InsufficientPrivilegeError:
        return REFUSED
    finally:
        await savepoint.rollback()
