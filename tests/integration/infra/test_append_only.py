"""What is only added to is only added to, for the owner of the tables as well: tried on every table that says so, and
on suspensions, which are lifted besides. (What the server's role may not do stands in ``test_isolation.py``.)"""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from server.infra.database import Database
from server.kernel.identifiers import new_id
from tests.support.two_organisations import Table, fill

NORTH, SOUTH = new_id(), new_id()
STATEMENTS = ("update {table} set {column} = {column}", "delete from {table}", "truncate {table} cascade")


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await database.connect_raw()
    yield connection
    await connection.close()


async def guarded(owner: asyncpg.Connection) -> list[Table]:
    """All tables with two rows each; those that are tried have their triggers on again."""
    tables = await fill(owner, (NORTH, SOUTH))
    for table in tables:
        if table.append_only or table.name == "suspensions":
            await owner.execute(f"alter table {table.name} enable trigger user")
    return tables


async def refusal(owner: asyncpg.Connection, statement: str, *values: object) -> str | None:
    """What a trigger of ours says against it; None when it would be done, or something else is in its way."""
    savepoint = owner.transaction()
    await savepoint.start()
    try:
        await owner.execute(statement, *values)
    except asyncpg.PostgresError as error:
        return str(error) if "PL/pgSQL function" in (error.context or "") else None
    finally:
        await savepoint.rollback()
    return None


async def test_the_owner_only_adds(owner: asyncpg.Connection) -> None:
    tables = await guarded(owner)
    tried = {table.name for table in tables if table.append_only}
    assert {"audit_entries", "consent_entries", "glass_accesses", "age_steps", "mentor_papers"} <= tried
    done = []
    async with owner.transaction():
        for table in tables:
            if not table.append_only:
                continue
            for statement in STATEMENTS:
                for column in table.written if statement.startswith("update") else ("",):
                    said = await refusal(owner, statement.format(table=table.name, column=column))
                    # A table without a trigger of its own would be refused by that of one that refers to it.
                    if said is None or (statement.startswith("truncate") and table.name not in said):
                        done.append((statement, table.name, column))
    assert done == []


async def test_erasing_takes_words_and_nothing_else(owner: asyncpg.Connection) -> None:
    """By the function alone, and were the setting that it uses on for anybody else."""
    tables = await guarded(owner)
    async with owner.transaction():
        await owner.execute("select set_config('binome.erasing', 'on', true)")
        words = dict.fromkeys(("welfare_entries", "pair_history"), "note = null")
        words |= dict.fromkeys(("glass_accesses", "glass_deferrals"), "sentence = ''")
        for table in tables:
            update = f"update {table.name} set "  # noqa: S608 - of the catalog
            if table.name in words:
                gone = update + words[table.name]
                assert await refusal(owner, gone) is None, table.name
                beside = next(column["name"] for column in table.columns if "timestamp" in column["type"])
                assert await refusal(owner, f"{gone}, {beside} = {beside} + interval '1 second'") is not None, gone
            elif table.append_only:
                for column in table.written:
                    assert await refusal(owner, f"{update}{column} = {column}") is not None, (table.name, column)
        assert await refusal(owner, "delete from age_steps") is not None  # of people who are there
        await owner.execute("update accounts set erased_at = now()")
        assert await refusal(owner, "delete from age_steps") is None


async def test_a_suspension_is_lifted_once_and_never_undone(owner: asyncpg.Connection) -> None:
    await guarded(owner)
    lift = "update suspensions set lifted_at = '2026-11-22T12:00:00Z', lifted_by = by_id"
    async with owner.transaction():
        for statement in (
            "update suspensions set since = since - interval '1 day'",
            "update suspensions set why = 'other'",
            "update suspensions set why = ''",
            "update suspensions set id = gen_random_uuid()",
            "delete from suspensions",
            "truncate suspensions",
        ):
            assert await refusal(owner, statement) is not None, statement
        await owner.execute(lift)
        for statement in (lift.replace("12:00", "13:00"), "update suspensions set lifted_at = null, lifted_by = null"):
            assert await refusal(owner, statement) is not None, statement
        await owner.execute("update accounts set erased_at = now()")
        assert await refusal(owner, "update suspensions set why = ''") is None
