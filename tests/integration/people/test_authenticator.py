"""A principal is remembered between acts, and never longer than it is true, whoever changed what where."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import delete, event, text, update

from server.infra.database import Database
from server.infra.limits import Rate
from server.kernel.errors import BinomeError, NotSignedIn, SessionExpired
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.sessions import authenticator as module
from server.people.sessions.tokens import new_token
from server.people.tables import accounts, auth_sessions
from tests.support.world import World, world


@pytest.fixture
async def here(database: Database) -> AsyncIterator[World]:
    async with world(database, sign_in=("lea", "julien")) as made:
        yield made


class Queries:
    """Counts the statements that reach the database about sessions."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._on_query)

    def _on_query(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.count += "auth_sessions" in statement


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what a notice brings about; it takes milliseconds."""
    async with asyncio.timeout(5):
        while not await condition():
            await asyncio.sleep(0.005)


async def until_refused(here: World, token: str, error: type[NotSignedIn]) -> None:
    async def refused() -> bool:
        try:
            await here.authenticator.authenticate(token)
        except NotSignedIn as told:
            return type(told) is error
        return False

    await until(refused)


async def test_the_database_is_asked_once(here: World) -> None:
    token = here.north.tokens["lea"]
    queries = Queries(here.bound)
    people = [await here.authenticator.authenticate(token) for _ in range(20)]
    assert queries.count == 1
    assert len(set(people)) == 1
    assert (people[0].account_id, people[0].name, people[0].role) == (here.north.id("lea"), "Lea", Role.MENTEE)


async def test_a_session_ended_by_another_process_is_over(here: World) -> None:
    token = here.north.tokens["lea"]
    principal = await here.authenticator.authenticate(token)
    async with here.database.everywhere() as conn:
        await conn.execute(delete(auth_sessions).where(auth_sessions.c.id == principal.session_id))

    await until_refused(here, token, NotSignedIn)
    queries = Queries(here.bound)
    await here.authenticator.authenticate(here.north.tokens["julien"])
    assert queries.count == 1


async def test_an_account_closed_by_another_process_is_out(here: World) -> None:
    token = here.north.tokens["lea"]
    await here.authenticator.authenticate(token)
    async with here.database.everywhere() as conn:
        await conn.execute(
            update(accounts).where(accounts.c.id == here.north.id("lea")).values(disabled_at=here.clock.now())
        )

    await until_refused(here, token, SessionExpired)


async def test_a_role_taken_away_is_gone(here: World) -> None:
    token = here.north.tokens["julien"]
    await here.authenticator.authenticate(token)
    async with here.database.everywhere() as conn:
        await conn.execute(update(accounts).where(accounts.c.id == here.north.id("julien")).values(role="prescriber"))

    async def changed() -> bool:
        return (await here.authenticator.authenticate(token)).role is Role.PRESCRIBER

    await until(changed)


async def test_a_session_cut_short_by_another_process_is_over(here: World) -> None:
    token = here.north.tokens["lea"]
    principal = await here.authenticator.authenticate(token)
    async with here.database.everywhere() as conn:
        await conn.execute(
            update(auth_sessions).where(auth_sessions.c.id == principal.session_id).values(expires_at=here.clock.now())
        )

    await until_refused(here, token, SessionExpired)


async def test_while_notices_cannot_arrive_the_database_is_asked_each_time(here: World) -> None:
    token = here.north.tokens["lea"]
    await here.authenticator.authenticate(token)
    await here.notices.stop()
    queries = Queries(here.bound)
    for _ in range(3):
        await here.authenticator.authenticate(token)
    assert queries.count == 3
    async with here.database.everywhere() as conn:
        await conn.execute(delete(auth_sessions))
    with pytest.raises(NotSignedIn):
        await here.authenticator.authenticate(token)


async def test_after_a_gap_nothing_is_taken_as_known(here: World) -> None:
    token = here.north.tokens["lea"]
    await here.authenticator.authenticate(token)
    async with here.database.everywhere() as conn:
        # In one go: the listener loses its connection and so cannot hear of the change.
        await conn.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()"
            )
        )
        await conn.execute(text("alter table auth_sessions disable trigger auth_sessions_deleted"))
        await conn.execute(delete(auth_sessions))

    await until_refused(here, token, NotSignedIn)
    async with asyncio.timeout(5):
        while not here.notices.alive:
            await asyncio.sleep(0.01)
    with pytest.raises(NotSignedIn):
        await here.authenticator.authenticate(token)


async def test_what_was_read_before_a_change_is_not_kept_after_it(here: World) -> None:
    """The change is announced while the read that does not know of it is still under way."""
    token = here.north.tokens["lea"]
    principal = await here.authenticator.authenticate(token)
    here.authenticator.forget_all()
    reading = asyncio.create_task(here.authenticator.authenticate(token))
    while not reading.done():
        here.authenticator.forget(principal.session_id)
        await asyncio.sleep(0)
    assert (await reading).session_id == principal.session_id
    queries = Queries(here.bound)
    await here.authenticator.authenticate(token)
    assert queries.count == 1


async def test_a_new_name_shows_within_a_minute(here: World) -> None:
    token = here.north.tokens["lea"]
    await here.authenticator.authenticate(token)
    async with here.database.everywhere() as conn:
        await conn.execute(update(accounts).where(accounts.c.id == here.north.id("lea")).values(name="Léa"))
    here.clock.advance(module.MAX_AGE + 1)
    assert (await here.authenticator.authenticate(token)).name == "Léa"


async def test_expiry_holds_whatever_is_remembered(here: World) -> None:
    token = here.north.tokens["lea"]
    principal = await here.authenticator.authenticate(token)
    here.clock.advance((principal.expires_at - here.clock.now()).total_seconds())
    with pytest.raises(SessionExpired):
        await here.authenticator.authenticate(token)


async def test_memory_is_bounded(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CACHED", 2)
    for who in ("lea", "julien", "lea", "julien"):
        await here.authenticator.authenticate(here.north.tokens[who])
        await here.authenticator.authenticate(here.south.tokens[who])
    assert len(here.authenticator._cache) == 2
    assert len(here.authenticator._keys) == 4
    here.authenticator.forget_all()
    assert not here.authenticator._keys


@pytest.mark.parametrize(
    "token", ["", "short", "A" * 43, "é" * 43, "\ud800" * 43, "\x00" * 43, "A" * 5_000, "../" * 20]
)
async def test_what_is_no_token(here: World, token: str) -> None:
    with pytest.raises(NotSignedIn):
        await here.authenticator.authenticate(token)


async def test_notices_about_others_drop_nothing(here: World) -> None:
    token = here.north.tokens["lea"]
    await here.authenticator.authenticate(token)
    here.authenticator.forget(new_id())
    async with here.database.everywhere() as conn:
        await conn.execute(text("select pg_notify('rights', 'room:' || gen_random_uuid())"))
        await conn.execute(text("select pg_notify('rights', 'account:not-an-id')"))
    await asyncio.sleep(0.05)
    queries = Queries(here.bound)
    await here.authenticator.authenticate(token)
    assert queries.count == 0


async def test_what_changes_under_a_read_is_read_again(here: World) -> None:
    """Who connects just now is found by no notice that has passed already: what they come with is of after it."""
    token, julien = here.north.tokens["julien"], here.north.id("julien")
    async with here.database.everywhere() as conn:
        await conn.execute(update(auth_sessions).where(auth_sessions.c.account_id == julien).values(used_on=None))
    holder = await here.database.connect_raw()
    try:
        async with holder.transaction():  # the day of its use cannot be noted, and the read has to wait
            await holder.execute("select from auth_sessions where account_id = $1 for update", julien)
            reading = asyncio.create_task(here.authenticator.authenticate(token))

            async def waits() -> bool:
                return bool(await holder.fetchval("select count(*) from pg_locks where not granted"))

            await until(waits)
            drops = here.authenticator._drops
            async with here.database.everywhere() as conn:
                await conn.execute(update(accounts).where(accounts.c.id == julien).values(role="prescriber"))

            async def told() -> bool:
                return here.authenticator._drops > drops

            await until(told)
        assert (await reading).role is Role.PRESCRIBER
    finally:
        await holder.close()


async def test_a_flood_of_made_up_tokens_asks_nothing_and_holds_up_nobody_who_was_here(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here.authenticator, "_rate", Rate(per_second=1, burst=4))
    lea, flood, elsewhere = here.north.tokens["lea"], "2001:db8:0:1::", "2001:db8:0:2::1"
    await here.authenticator.authenticate(lea, flood + "1")
    queries = Queries(here.bound)

    async def told(token: str, address: str) -> str:
        try:
            await here.authenticator.authenticate(token, address)
        except BinomeError as refused:
            return refused.code
        return "in"

    strangers = [await told(new_token(), f"{flood}{number}") for number in range(20)]
    assert strangers == ["not_signed_in"] * 3 + ["too_fast"] * 17
    assert queries.count == 3
    here.clock.advance(61)  # what is remembered of her is too old to be taken, and asked anew
    assert [await told(new_token(), flood + "1") for _ in range(5)][-1] == "too_fast"
    assert await told(lea, flood + "1") == "in"
    assert await told(new_token(), elsewhere) == "not_signed_in"
