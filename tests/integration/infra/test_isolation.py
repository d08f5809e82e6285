"""Nothing crosses between organisations, whatever a statement asks for: PostgreSQL itself keeps each transaction to
those it says it is about. Tried on every table, with statements that name the rows of others and no organisation."""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from server.infra import grants
from server.infra.database import EVERYWHERE, Database
from server.kernel.errors import NotFound
from server.kernel.identifiers import new_id
from server.people.store import Organisation, people_of
from tests.support.roles import bound, name
from tests.support.rooms import House, organisation
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
    "call_carriers": "the processes that carry calls; whose, the calls say",
    "guesses": "sign-in names, also such that nobody has, before it is known whose they are",
    "push_keys": "the keys of the instance, the private halves sealed",
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
                gone = await touched(server, table, "delete from {} where {}", other)
                assert gone == (REFUSED if table.append_only else 0)
                changed = await touched(server, table, "update {} set {column} = default where {}", other)
                assert changed == (REFUSED if table.unchanged else 0)
                keep = "update {} set {column} = {column} where {}"
                assert await touched(server, table, keep, mine) == (REFUSED if table.unchanged else len(own))
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
                if "organisation_id" in table.written and not table.unchanged and table.name not in OF_NOBODY:
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
    "copy accounts to '/tmp/all'",
    "copy accounts from '/etc/passwd'",
    "select pg_read_file('/etc/passwd')",
    "select pg_ls_dir('.')",
    "select lo_import('/etc/passwd')",
    "select lo_export(lo_create(0), '/tmp/all')",
    "select stavalues1 from pg_statistic",
    "select rolpassword from pg_authid",
    "select pg_create_physical_replication_slot('mine')",
    "create publication everything for all tables",
    "create extension pg_trgm",
    "alter default privileges for role {owner} grant all on tables to {server}",
    # For itself alone: a connection of the pool would carry it to the next organisation.
    "create temp table accounts as select gen_random_uuid() as id",
    "create function pg_temp.mine() returns trigger language plpgsql as 'begin return null; end'",
    "create view pg_temp.mine as select 1",
)


async def test_the_servers_role_cannot_let_itself_out(database: Database) -> None:
    server = bound(database)
    await grants.grant(database, name())  # what is said of a database does not come with its copy
    raw = await server.connect_raw()
    names = {"owner": database.engine.url.username, "server": server.engine.url.username}
    async with raw.transaction():
        allowed = [one for one in FORBIDDEN if await refused(raw, one.format(**names)) is None]
    await raw.close()
    await server.close()
    assert allowed == []


async def test_functions_are_for_who_needs_them(database: Database) -> None:
    """Not for other roles of the same cluster, since some run with the rights of the owner; and those of triggers for
    nobody, who could hang them on a table of their own."""
    async with database.everywhere() as conn:
        found = await conn.execute(
            text("""
            select p.oid::regprocedure::text as name, p.prorettype = 'trigger'::regtype as of_trigger,
                has_function_privilege('public', p.oid, 'EXECUTE') as for_all,
                has_function_privilege(cast(:server as name), p.oid, 'EXECUTE') as for_server
            from pg_proc p where p.pronamespace in ('public'::regnamespace, 'jobs'::regnamespace)
                and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
            """),
            {"server": name()},
        )
        functions = found.all()
    assert len(functions) > 15
    assert [row.name for row in functions if row.for_all] == []
    assert [row.name for row in functions if row.for_server is row.of_trigger] == []


async def test_no_other_way_leads_to_rows_of_others(scene: Scene) -> None:
    """Copies, statistics, large objects."""
    await scene.owner.execute("analyze")
    of_columns = "select distinct schemaname || '.' || tablename from pg_stats where schemaname in ('public', 'jobs')"
    assert {row[0] for row in await scene.owner.fetch(of_columns)} > {"public.accounts", "public.messages"}
    async with scene.about(NORTH) as server:
        assert {row[0] for row in await server.fetch(of_columns)} <= set(WITHOUT)
        assert await server.fetchval("select count(*) from pg_stats_ext") == 0
        assert await server.fetchval("select count(*) from pg_largeobject_metadata") == 0
        for table in scene.tables:
            copied = io.BytesIO()
            await server.copy_from_table(table.name, output=copied)
            assert len(copied.getvalue().splitlines()) == (0 if table.name in OF_NOBODY else 1), table.name


NOTICE = re.compile(
    r"([a-z_]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?(:([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?)?"
)


async def test_notices_name_what_changed_and_tell_nothing(database: Database) -> None:
    """Whoever may connect may listen: to kinds and identifiers, made of chance."""
    server = bound(database)
    listener, owner = await server.connect_raw(), await database.connect_raw()
    heard: list[tuple[str, str]] = []
    told = await owner.fetch("select prosrc from pg_proc where prosrc ~ 'pg_notify'")
    channels = {channel for row in told for channel in re.findall(r"pg_notify\('(\w+)'", row["prosrc"])}
    assert channels > {"account_notices", "rights"}
    for channel in channels:
        await listener.add_listener(channel, lambda _c, _pid, channel, payload: heard.append((channel, payload)))
    await fill(owner, (NORTH, SOUTH))
    for table in ("account_notices", "accounts", "auth_sessions", "room_members", "rooms"):
        await owner.execute(f"alter table {table} enable trigger user")
    for change in (
        "update accounts set disabled_at = now()",
        "update rooms set closed_at = now()",
        "delete from auth_sessions",
        "update room_members set seat = seat + 10",
        "with gone as (delete from account_notices returning *) insert into account_notices select * from gone",
    ):
        await owner.execute(change)
    async with asyncio.timeout(10):
        while len(heard) < 10:  # of two organisations
            await asyncio.sleep(0.02)
    assert {channel for channel, _ in heard} == {"account_notices", "rights"}
    assert [said for said in heard if NOTICE.fullmatch(said[1]) is None] == []
    for connection in (listener, owner):
        await connection.close()
    await server.close()


async def test_what_may_only_be_added_to_is_only_added_to(scene: Scene) -> None:
    append_only = [table for table in scene.tables if table.append_only]
    async with scene.about(NORTH) as server:
        for table in append_only:
            for statement in ("update {} set {} = {}", "delete from {}", "truncate {}"):
                column = table.written[-1]
                said = await refused(server, statement.format(table.name, column, column))
                assert said == f"permission denied for table {table.name}", statement


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
