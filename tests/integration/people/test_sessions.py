"""Signing in, being who one is, and signing out, over HTTP on a real database."""

import asyncio
import hashlib
import threading
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text, update

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.people.events import SessionEnded
from server.people.passwords import AT_ONCE, default_hasher
from server.people.sessions import store as sessions
from server.people.sessions.purge import PurgeSessions
from server.people.tables import accounts, auth_sessions
from tests.support.site import Reply
from tests.support.world import PASSWORD, START, World, world


@pytest.fixture
async def here(database: Database) -> AsyncIterator[World]:
    async with world(database, sign_in=()) as made:
        yield made


async def sign_in(here: World, login: str, password: str = PASSWORD, **more: Any) -> Reply:
    return await here.site.ask("POST", "/api/v1/session", {"login": login, "password": password, **more})


def cookie_in(reply: Reply) -> str:
    return reply.headers["Set-Cookie"].partition(";")[0].removeprefix("binome=")


async def test_a_browser_signs_in(here: World) -> None:
    reply = await sign_in(here, "lea.north")
    lea, organisation = here.north.people["lea"], here.north.organisation
    assert (reply.status, reply.body) == (
        200,
        {
            "account": {"id": str(lea.id), "name": "Lea", "role": "mentee", "language": "fr", "minor": True},
            "organisation": {"id": str(organisation.id), "name": "North"},
            "expires_at": "2026-12-22T12:00:00.000Z",
        },
    )
    token = cookie_in(reply)
    assert reply.headers["Set-Cookie"] == (f"binome={token}; HttpOnly; Max-Age=2592000; Path=/; SameSite=Strict")
    assert len(token) == 43
    again = await here.site.ask("GET", "/api/v1/session", cookie=token)
    assert (again.status, again.body) == (200, reply.body)


async def test_a_program_signs_in(here: World) -> None:
    reply = await sign_in(here, "julien.north", kind="bearer")
    assert (reply.status, "Set-Cookie" in reply.headers) == (200, False)
    token = reply.body.pop("token")
    again = await here.site.ask("GET", "/api/v1/session", token=token)
    assert (again.status, again.body) == (200, reply.body)
    assert reply.body["account"]["minor"] is False


async def test_telephones_add_capitals_and_spaces(here: World) -> None:
    assert (await sign_in(here, " Lea.North ")).status == 200


async def test_staff_sign_in_each_day(here: World) -> None:
    lasting = {}
    for who in ("alice", "claire", "nadia", "sophie"):
        token = await here.token(f"{who}.north")
        lasting[who] = (await here.site.ask("GET", "/api/v1/session", token=token)).body["expires_at"]
    assert lasting == {
        "alice": "2026-11-23T00:00:00.000Z",
        "claire": "2026-11-23T00:00:00.000Z",
        "nadia": "2026-12-22T12:00:00.000Z",
        "sophie": "2026-12-22T12:00:00.000Z",
    }


async def test_a_wrong_name_or_password_is_one_and_the_same(here: World) -> None:
    for login, password in (
        ("lea.north", "wrong"),
        ("lea.north", PASSWORD.upper()),
        ("lea.north", PASSWORD + " "),
        ("lea.north", ""),
        ("lea.north", "x" * 400),
        ("nobody", PASSWORD),
        ("lea", PASSWORD),
        ("lea.north' or 1=1 --", PASSWORD),
        ("%", PASSWORD),
        ("", ""),
    ):
        reply = await sign_in(here, login, password)
        assert (reply.status, reply.error, "Set-Cookie" in reply.headers) == (401, ("bad_credentials", None), False)
        assert reply.body["error"]["message"].startswith("Ce nom et ce mot de passe ne vont pas ensemble."), login


async def test_bad_input_names_its_field(here: World) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "login"),
        ({"login": "lea.north"}, "password"),
        ({"login": 3, "password": "x"}, "login"),
        ({"login": ["lea"], "password": "x"}, "login"),
        ({"login": "lea", "password": None}, "password"),
        ({"login": "lea", "password": "x", "kind": "basic"}, "kind"),
        ({"login": "lea", "password": "x", "role": "admin"}, "role"),
        ({"login": "lea\x00", "password": "x"}, "login"),
        ({"login": "lea", "password": "x\x00"}, "password"),
        ({"login": "x" * 401, "password": "x"}, "login"),
        ({"login": "x", "password": "x" * 401}, "password"),
    ]
    for body, field in cases:
        reply = await here.site.ask("POST", "/api/v1/session", body)
        assert (reply.status, reply.error) == (400, ("bad_request", field)), body


async def test_a_lone_surrogate_names_its_field(here: World) -> None:
    reply = await here.site.ask("POST", "/api/v1/session", raw=rb'{"login": "lea", "password": "\ud800"}')
    assert (reply.status, reply.error) == (400, ("bad_request", "password"))


async def test_another_site_cannot_sign_a_browser_in(here: World) -> None:
    body = {"login": "lea.north", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        reply = await here.site.ask("POST", "/api/v1/session", body, headers=headers)
        assert (reply.status, reply.error) == (403, ("forbidden", None))
    assert await stored(here.database) == []


async def stored(database: Database) -> list[tuple[Any, ...]]:
    async with database.everywhere() as conn:
        return [tuple(row) for row in await conn.execute(select(auth_sessions))]


async def test_the_database_holds_the_hash_only(here: World) -> None:
    token = cookie_in(await sign_in(here, "lea.north"))
    ((_, account_id, kind, token_hash, created_at, expires_at, *_),) = await stored(here.database)
    assert (account_id, kind, token_hash, created_at, expires_at) == (
        here.north.id("lea"),
        "cookie",
        hashlib.sha256(token.encode()).digest(),
        START,
        START + timedelta(days=30),
    )
    async with here.database.everywhere() as conn:
        tables = [
            row[0] for row in await conn.execute(text("select tablename from pg_tables where schemaname = 'public'"))
        ]
        for table in tables:
            rows = await conn.execute(text(f'select t::text from "{table}" t'))  # noqa: S608 - names from the catalogue
            for (row,) in rows:
                assert token not in row
                assert token.encode().hex() not in row
                assert PASSWORD not in row


async def test_signing_out_ends_the_session_at_once(here: World) -> None:
    token = cookie_in(await sign_in(here, "lea.north"))
    other = (await sign_in(here, "lea.north", kind="bearer")).body["token"]
    principal = await here.authenticator.authenticate(token)
    reply = await here.site.ask("DELETE", "/api/v1/session", cookie=token)
    assert (reply.status, reply.body) == (204, None)
    assert reply.headers["Set-Cookie"] == "binome=; HttpOnly; Max-Age=0; Path=/; SameSite=Strict"
    assert here.ended == [SessionEnded(principal.session_id, principal.account_id, "signed_out")]
    gone = await here.site.ask("GET", "/api/v1/session", cookie=token)
    assert (gone.status, gone.error) == (401, ("not_signed_in", None))
    assert (await here.site.ask("GET", "/api/v1/session", token=other)).status == 200


async def test_signing_out_from_another_site_is_refused(here: World) -> None:
    token = cookie_in(await sign_in(here, "lea.north"))
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        reply = await here.site.ask("DELETE", "/api/v1/session", cookie=token, headers=headers)
        assert (reply.status, reply.error) == (403, ("forbidden", None))
    assert (await here.site.ask("GET", "/api/v1/session", cookie=token)).status == 200


async def test_an_expired_session_is_told_so_and_then_forgotten(here: World) -> None:
    token = (await sign_in(here, "lea.north", kind="bearer")).body["token"]
    here.clock.advance(timedelta(days=30).total_seconds() - 1)
    assert (await here.site.ask("GET", "/api/v1/session", token=token)).status == 200
    here.clock.advance(1)
    for _ in range(2):
        reply = await here.site.ask("GET", "/api/v1/session", token=token)
        assert (reply.status, reply.error) == (401, ("session_expired", None))
    purge = PurgeSessions(here.database, here.clock)
    await purge.run({})
    assert len(await stored(here.database)) == 1
    here.clock.advance(timedelta(days=7).total_seconds() + 1)
    await purge.run({})
    assert await stored(here.database) == []
    reply = await here.site.ask("GET", "/api/v1/session", token=token)
    assert (reply.status, reply.error) == (401, ("not_signed_in", None))


async def test_a_session_does_not_slide(here: World) -> None:
    token = await here.token("alice.north")
    for _ in range(11):
        here.clock.advance(3_600)
        assert (await here.site.ask("GET", "/api/v1/session", token=token)).status == 200
    here.clock.advance(3_600)
    assert (await here.site.ask("GET", "/api/v1/session", token=token)).error == ("session_expired", None)


async def test_a_closed_account_loses_its_sessions_at_once(here: World) -> None:
    tokens = [(await sign_in(here, "lea.north", kind="bearer")).body["token"] for _ in range(3)]
    neighbour = (await sign_in(here, "yanis.north", kind="bearer")).body["token"]
    for token in (*tokens, neighbour):
        assert (await here.site.ask("GET", "/api/v1/session", token=token)).status == 200
    await here.accounts.disable(here.north.organisation.id, here.north.id("lea"))
    for token in tokens:
        assert (await here.site.ask("GET", "/api/v1/session", token=token)).error == ("not_signed_in", None)
    assert (await here.site.ask("GET", "/api/v1/session", token=neighbour)).status == 200
    assert [(event.account_id, event.code) for event in here.ended] == [(here.north.id("lea"), "disabled")] * 3


async def test_a_closed_account_cannot_sign_in(here: World) -> None:
    await here.accounts.disable(here.north.organisation.id, here.north.id("lea"))
    right, wrong = await sign_in(here, "lea.north"), await sign_in(here, "lea.north", "wrong")
    assert (right.status, right.error) == (wrong.status, wrong.error) == (401, ("bad_credentials", None))
    assert right.body["error"]["message"].startswith("Ce compte est fermé pour le moment.")
    assert wrong.body["error"]["message"].startswith("Ce nom et ce mot de passe ne vont pas ensemble.")
    assert await stored(here.database) == []


async def test_an_account_without_a_password_opens_to_none(here: World) -> None:
    async with here.database.everywhere() as conn:
        await conn.execute(update(accounts).where(accounts.c.id == here.north.id("lea")).values(password_hash=None))
    for password in ("", "None", "null", PASSWORD):
        assert (await sign_in(here, "lea.north", password)).error == ("bad_credentials", None)


async def test_an_account_closed_while_its_password_is_checked_gets_no_session(here: World) -> None:
    """The check takes long; what was true when it began is asked again in the transaction that opens the session."""
    results = await asyncio.gather(
        *(sign_in(here, "lea.north", kind="bearer") for _ in range(5)),
        here.accounts.disable(here.north.organisation.id, here.north.id("lea")),
    )
    for reply in results[:5]:
        assert isinstance(reply, Reply)
        if reply.status == 200:
            assert (await here.site.ask("GET", "/api/v1/session", token=reply.body["token"])).status == 401
    assert await stored(here.database) == []


async def test_a_browser_that_changes_hands_ends_the_former_session(here: World) -> None:
    first = cookie_in(await sign_in(here, "lea.north"))
    body = {"login": "yanis.north", "password": PASSWORD}
    second = cookie_in(await here.site.ask("POST", "/api/v1/session", body, cookie=first))
    assert (await here.site.ask("GET", "/api/v1/session", cookie=first)).error == ("not_signed_in", None)
    assert (await here.site.ask("GET", "/api/v1/session", cookie=second)).body["account"]["name"] == "Yanis"
    assert [(event.account_id, event.code) for event in here.ended] == [(here.north.id("lea"), "replaced")]


async def test_the_oldest_of_too_many_sessions_gives_way(here: World) -> None:
    tokens = []
    for _ in range(sessions.MAX_PER_ACCOUNT + 2):
        tokens.append(await here.token("lea.north"))
        here.clock.advance(60)
    statuses = [(await here.site.ask("GET", "/api/v1/session", token=token)).status for token in tokens]
    assert statuses == [401, 401] + [200] * sessions.MAX_PER_ACCOUNT


async def test_guessing_is_slowed_down(here: World) -> None:
    replies = [await sign_in(here, "lea.north", "wrong") for _ in range(10)]
    assert [reply.status for reply in replies] == [401] * 6 + [429] * 4
    assert replies[-1].error == ("too_fast", None)
    assert replies[-1].body["error"]["retry_in_ms"] == 10_000
    assert "10 s" in replies[-1].body["error"]["message"]
    nobody = [await sign_in(here, "nobody", "wrong") for _ in range(10)]
    assert [reply.status for reply in nobody] == [401] * 6 + [429] * 4
    here.clock.advance(10)
    assert (await sign_in(here, "lea.north")).status == 200


async def test_a_forwarded_address_is_nobodys_word(here: World) -> None:
    """Whoever is not a believed proxy cannot make themselves a new address for each guess."""
    statuses = []
    for number in range(10):
        reply = await here.site.ask(
            "POST",
            "/api/v1/session",
            {"login": "lea.north", "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"},
        )
        statuses.append(reply.status)
    assert statuses == [401] * 6 + [429] * 4


class Counting(PasswordHasher):
    """Counts how many hashes are under way at the same moment."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.under_way = self.peak = 0
        self._lock = threading.Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002 - the library's own name
        with self._lock:
            self.under_way += 1
            self.peak = max(self.peak, self.under_way)
        try:
            time.sleep(0.005)
            return super().verify(hash, password)
        finally:
            with self._lock:
                self.under_way -= 1


async def test_fifty_sign_ins_at_once_keep_within_the_bound(database: Database) -> None:
    hasher = Counting()
    async with world(database, hasher=hasher, sign_in=()) as here:
        logins = [
            f"{who}.{where}" for where in ("north", "south") for who in ("lea", "yanis", "julien", "nadia", "marc")
        ]
        replies = await asyncio.gather(*(sign_in(here, logins[number % 10], kind="bearer") for number in range(50)))
        assert [reply.status for reply in replies] == [200] * 50
        assert hasher.peak == AT_ONCE
        assert len({reply.body["token"] for reply in replies}) == 50


async def test_an_old_hash_is_renewed_at_sign_in(here: World) -> None:
    async def hash_of_lea() -> str:
        async with here.database.everywhere() as conn:
            query = select(accounts.c.password_hash).where(accounts.c.id == here.north.id("lea"))
            return str((await conn.execute(query)).scalar_one())

    old = await hash_of_lea()
    here.passwords._hasher = default_hasher()
    replies = await asyncio.gather(*(sign_in(here, "lea.north") for _ in range(4)))
    assert [reply.status for reply in replies] == [200] * 4
    new = await hash_of_lea()
    assert (old.split("$")[3], new.split("$")[3]) == ("m=8,t=1,p=1", "m=47104,t=1,p=1")
    assert (await sign_in(here, "lea.north")).status == 200


async def test_a_token_that_was_never_given_out(here: World) -> None:
    for token in ("A" * 43, new_id().hex, "A" * 200):
        assert (await here.site.ask("GET", "/api/v1/session", token=token)).error == ("not_signed_in", None)
