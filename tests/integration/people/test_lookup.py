"""Who signs in, or asks for another password, is found by index in a table of any size, as the server's own role."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.people.store import account_by_login, named
from tests.support.roles import bound, is_scope

MANY = 10_000


@pytest.fixture
async def crowded(database: Database) -> AsyncIterator[Database]:
    """Ten thousand accounts of two organisations, as the server sees them."""
    async with database.engine.begin() as conn:
        await conn.execute(
            text("""
            with places as (
                insert into organisations (id, name) select gen_random_uuid(), 'Place ' || n
                from generate_series(1, 2) n returning id
            )
            insert into accounts (id, organisation_id, login, name, role, email)
            select gen_random_uuid(), (array(select id from places))[1 + n % 2], 'P' || n, 'P', 'mentor',
                case when n % 2 = 0 then 'P' || n || '@Example.org' end
            from generate_series(1, :many) n
            """),
            {"many": MANY},
        )
        await conn.execute(text("analyze accounts"))
    server = bound(database)
    yield server
    await server.close()


async def plan_of(conn: AsyncConnection, ask: Callable[[], Awaitable[Any]]) -> str:
    """How PostgreSQL finds the answer to the one query of ``ask``."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not is_scope(statement):
            asked.append((statement, parameters))

    engine = conn.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    ((statement, parameters),) = asked
    return "\n".join((await conn.exec_driver_sql(f"explain {statement}", parameters)).scalars())


async def test_a_login_is_found_by_index_in_whatever_case(crowded: Database) -> None:
    async with crowded.everywhere() as conn:
        for written in ("p4242", "P4242"):
            found = await account_by_login(conn, written)
            assert found is not None
            assert found.login == "P4242"
        plan = await plan_of(conn, lambda: account_by_login(conn, "p4242"))
    assert "Index Scan using accounts_login_key_key" in plan, plan
    assert "Seq Scan on accounts" not in plan, plan


async def test_a_login_or_an_address_is_found_by_index_in_whatever_case(crowded: Database) -> None:
    async with crowded.everywhere() as conn:
        account = await account_by_login(conn, "p4242")
        assert account is not None
        for name in ("p4242@EXAMPLE.org", "P4242"):
            assert await named(conn, name, 2) == [account.person.id]
        assert await named(conn, "nobody@example.org", 2) == []
        plan = await plan_of(conn, lambda: named(conn, "p4242@example.org", 2))
    assert "accounts_email_key_idx" in plan, plan
    assert "accounts_login_key_key" in plan, plan
    assert "Seq Scan on accounts" not in plan, plan


async def test_two_have_never_one_login(database: Database) -> None:
    async with database.engine.begin() as conn:
        await conn.execute(text("insert into organisations (id, name) values (gen_random_uuid(), 'North')"))
    another = text("""
        insert into accounts (id, organisation_id, login, name, role)
        select gen_random_uuid(), id, :login, 'Zoe', 'mentor' from organisations""")
    async with database.engine.begin() as conn:
        await conn.execute(another, {"login": "zoe"})
    with pytest.raises(IntegrityError, match="accounts_login_key_key"):
        async with database.engine.begin() as conn:
            await conn.execute(another, {"login": "Zoe"})
