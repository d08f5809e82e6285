"""Second factors at the door: who must have one, what opens nothing without it, what can be used once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.people.factors import recovery, totp
from server.people.sessions.store import LIFETIME_WAITING, MAX_PER_ACCOUNT
from tests.support.authenticator_device import AuthenticatorDevice
from tests.support.site import Reply
from tests.support.world import PASSWORD, World, world

MINUTE = 60


@pytest.fixture
async def here(database: Database) -> AsyncIterator[World]:
    async with world(database, sign_in=()) as made:
        yield made


async def come(here: World, login: str, password: str = PASSWORD) -> str:
    """The token of a sign-in that waits for the second factor, or of a session."""
    reply = await here.site.ask("POST", "/api/v1/session", {"login": login, "password": password, "kind": "bearer"})
    assert reply.status == 200, reply.body
    token: str = reply.body["token"]
    return token


async def ask(here: World, path: str, token: str, body: Any = None, method: str = "POST", **more: Any) -> Reply:
    return await here.site.ask(method, f"/api/v1/{path}", body, token=token, **more)


async def set_up(here: World, login: str) -> tuple[str, str, list[str]]:
    """(token of the session, secret, recovery codes) of somebody who has just set up one-time codes."""
    waiting = await come(here, login)
    offer = (await ask(here, "session/totp/offer", waiting)).body
    code = totp.code_at(offer["secret"], here.clock.now().timestamp())
    done = await ask(here, "session/totp", waiting, {"sealed": offer["sealed"], "code": code})
    assert done.status == 200, done.body
    return done.body["token"], offer["secret"], done.body["recovery_codes"]


def code_of(here: World, secret: str, later: int = 0) -> str:
    return totp.code_at(secret, here.clock.now().timestamp() + later)


async def status_of(here: World, token: str) -> tuple[int, str | None]:
    reply = await ask(here, "session", token, method="GET")
    return reply.status, reply.error[0] if reply.status >= 400 else None


async def test_a_first_sign_in_of_staff_sets_one_up_and_opens_nothing_before(here: World) -> None:
    reply = await here.site.ask("POST", "/api/v1/session", {"login": "alice.north", "password": PASSWORD})
    assert reply.body == {
        "expires_at": "2026-11-22T12:10:00.000Z",
        "second_factor": {"state": "set_up", "totp": False, "passkey": False, "recovery": False},
    }
    cookie = reply.headers["Set-Cookie"].partition(";")[0].removeprefix("binome=")
    for path in ("session", "accounts", "second-factors", "session/devices"):
        refused = await here.site.ask("GET", f"/api/v1/{path}", cookie=cookie)
        assert (refused.status, refused.error) == (401, ("second_factor", None)), path
    again = await here.site.ask("GET", "/api/v1/session/second-factor", cookie=cookie)
    assert again.body == reply.body
    offer = (await here.site.ask("POST", "/api/v1/session/totp/offer", cookie=cookie)).body
    assert totp.address(offer["secret"], "x", "y").startswith("otpauth://totp/")
    body = {"sealed": offer["sealed"], "code": code_of(here, offer["secret"])}
    wrong = await here.site.ask("POST", "/api/v1/session/totp", body | {"code": "000000"}, cookie=cookie)
    assert (wrong.status, wrong.error) == (401, ("bad_credentials", None))
    done = await here.site.ask("POST", "/api/v1/session/totp", body, cookie=cookie)
    assert done.body["account"]["name"] == "Alice"
    assert done.body["expires_at"] == "2026-11-23T00:00:00.000Z"
    assert len(set(done.body["recovery_codes"])) == recovery.COUNT
    fresh = done.headers["Set-Cookie"].partition(";")[0].removeprefix("binome=")
    assert fresh != cookie  # what was known before the second factor is worth nothing after it
    assert (await here.site.ask("GET", "/api/v1/session", cookie=cookie)).error == ("not_signed_in", None)
    assert (await here.site.ask("GET", "/api/v1/accounts", cookie=fresh)).status == 200


async def test_a_waiting_sign_in_lives_ten_minutes_however_it_is_used(here: World) -> None:
    waiting = await come(here, "claire.north")
    for _ in range(9):
        here.clock.advance(MINUTE)
        assert (await ask(here, "session/totp/offer", waiting)).status == 200
    here.clock.advance((LIFETIME_WAITING - timedelta(minutes=9)).total_seconds())
    assert (await ask(here, "session/totp/offer", waiting)).error == ("session_expired", None)


async def test_everyone_else_comes_in_with_one_factor_and_may_add_another(here: World) -> None:
    token = await come(here, "julien.north")
    assert await status_of(here, token) == (200, None)
    offer = (await ask(here, "session/totp/offer", token)).body
    body = {"sealed": offer["sealed"], "code": code_of(here, offer["secret"])}
    without = await ask(here, "second-factors/totp", token, body | {"proof": {}})
    wrong = await ask(here, "second-factors/totp", token, body | {"proof": {"password": "not it"}})
    assert (without.error, wrong.error) == (("bad_request", "proof"), ("bad_credentials", None))
    added = await ask(here, "second-factors/totp", token, body | {"proof": {"password": PASSWORD}})
    assert len(added.body["recovery_codes"]) == recovery.COUNT
    here.clock.advance(MINUTE)
    waiting = await come(here, "julien.north")
    assert await status_of(here, waiting) == (401, "second_factor")
    done = await ask(here, "session/code", waiting, {"code": code_of(here, offer["secret"])})
    assert await status_of(here, done.body["token"]) == (200, None)


async def test_a_code_is_taken_once_and_none_before_it(here: World) -> None:
    _, secret, _ = await set_up(here, "claire.north")
    at_set_up = code_of(here, secret)
    first = await come(here, "claire.north")
    assert (await ask(here, "session/code", first, {"code": at_set_up})).error == ("bad_credentials", None)
    next_one = code_of(here, secret, totp.STEP_SECONDS)
    assert (await ask(here, "session/code", first, {"code": f" {next_one[:3]} {next_one[3:]} "})).status == 200
    here.clock.advance(totp.STEP_SECONDS)
    second = await come(here, "claire.north")
    assert (await ask(here, "session/code", second, {"code": next_one})).error == ("bad_credentials", None)
    here.clock.advance(totp.STEP_SECONDS)
    assert (await ask(here, "session/code", second, {"code": code_of(here, secret)})).status == 200


@pytest.mark.parametrize("kind", ["one-time", "recovery"])
async def test_of_the_same_code_used_many_times_at_once_exactly_one_wins(here: World, kind: str) -> None:
    _, secret, codes = await set_up(here, "claire.north")
    here.clock.advance(MINUTE)
    waiting = [await come(here, "claire.north") for _ in range(4)]
    code = code_of(here, secret) if kind == "one-time" else codes[3].upper()
    replies = await asyncio.gather(*(ask(here, "session/code", token, {"code": code}) for token in waiting))
    assert sorted(reply.status for reply in replies) == [200, 401, 401, 401]
    assert {reply.error for reply in replies if reply.status == 401} == {("bad_credentials", None)}
    rows = await count(here, "select count(*) from auth_sessions where state = 'two_factors'")
    assert rows == 2  # that of the set-up, and the one that won


async def test_of_two_who_set_up_at_once_one_does(here: World) -> None:
    """Both know the password: the second is sent to show the factor of the first."""
    tokens = [await come(here, "claire.north") for _ in range(2)]
    offers = [(await ask(here, "session/totp/offer", token)).body for token in tokens]
    replies = await asyncio.gather(
        *(
            ask(
                here,
                "session/totp",
                token,
                {"sealed": offer["sealed"], "code": code_of(here, offer["secret"])},
            )
            for token, offer in zip(tokens, offers, strict=True)
        )
    )
    assert sorted(reply.status for reply in replies) == [200, 401]
    assert [reply.error[0] for reply in replies if reply.status == 401] == ["second_factor"]
    assert await count(here, "select count(*) from totp_secrets") == 1
    assert await count(here, "select count(*) from recovery_codes") == recovery.COUNT


async def test_the_database_holds_neither_secret_nor_codes(here: World) -> None:
    _, secret, codes = await set_up(here, "claire.north")
    async with here.database.everywhere() as conn:
        for table in ("totp_secrets", "recovery_codes", "auth_sessions"):
            for (row,) in await conn.execute(text(f"select t::text from {table} t")):  # noqa: S608 - names of ours
                assert secret not in row
                assert secret.encode().hex() not in row
                assert not any("".join(code.split("-")[1:]) in row for code in codes)


async def test_an_offer_is_for_one_person_and_half_an_hour(here: World) -> None:
    claire, samir = await come(here, "claire.north"), await come(here, "samir.north")
    offer = (await ask(here, "session/totp/offer", claire)).body
    body = {"sealed": offer["sealed"], "code": code_of(here, offer["secret"])}
    assert (await ask(here, "session/totp", samir, body)).error == ("bad_request", "sealed")
    assert (await ask(here, "session/totp", claire, body | {"sealed": "AAAA"})).error == ("bad_request", "sealed")
    here.clock.advance(31 * MINUTE)
    claire = await come(here, "claire.north")
    body["code"] = code_of(here, offer["secret"])
    assert (await ask(here, "session/totp", claire, body)).error == ("bad_request", "sealed")


async def test_wrong_codes_cost_more_each_time_and_never_all(here: World) -> None:
    """For a stranger with the password; a device that is known counts for itself."""
    _, _, codes = await set_up(here, "claire.north")
    waits, tries = [], 0
    here.clock.advance(MINUTE)
    waiting = await come(here, "claire.north")
    for _ in range(200):
        reply = await ask(here, "session/code", waiting, {"code": "000000" if tries % 2 else "zzzz-zzzz-zzzz"})
        if reply.error[0] == "too_fast":
            waits.append(reply.body["error"]["retry_in_ms"] // 1000)
            here.clock.advance(waits[-1])
        elif reply.error[0] == "session_expired":
            waiting = await come(here, "claire.north")
        else:
            tries += 1
        if len(waits) == 9:
            break
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert tries == 13
    waiting = await come(here, "claire.north")
    assert (await ask(here, "session/code", waiting, {"code": codes[0]})).status == 200
    assert (await ask(here, "session/code", await come(here, "claire.north"), {"code": "000000"})).status == 401


async def test_a_code_of_another_person_or_none_at_all(here: World) -> None:
    _, _, codes = await set_up(here, "claire.north")
    _, secret, _ = await set_up(here, "samir.north")
    here.clock.advance(MINUTE)
    waiting = await come(here, "samir.north")
    for code in (codes[0], "", "12345", "1" * 300, "é" * 6, "１２３４５６"):
        assert (await ask(here, "session/code", waiting, {"code": code})).error[0] in ("bad_credentials", "too_fast")
    assert code_of(here, secret) not in codes


async def test_who_changes_role_must_show_more(here: World) -> None:
    """A mentor's session is not one of a supervisor, even when it is the same person's."""
    token = await come(here, "julien.north")
    assert await status_of(here, token) == (200, None)
    async with here.database.everywhere() as conn:
        await conn.execute(text("update accounts set role = 'supervisor' where login = 'julien.north'"))
    here.authenticator.forget_all()
    assert await status_of(here, token) == (401, "session_expired")


class Telephone(AuthenticatorDevice):
    """Claire's. Browsers make no passkeys for addresses of numbers, so she comes under a name."""


def host(here: World) -> dict[str, str]:
    return {"Host": f"localhost:{here.site.port}"}


async def with_passkey(here: World, login: str) -> tuple[str, Telephone]:
    waiting = await come(here, login)
    telephone = Telephone(f"http://localhost:{here.site.port}")
    options = (await ask(here, "session/new-passkey/options", waiting, headers=host(here))).body["public_key"]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    body = {"passkey": telephone.make(options)}
    done = await ask(here, "session/new-passkey", waiting, body, headers=host(here))
    assert done.status == 200, done.body
    assert len(done.body["recovery_codes"]) == recovery.COUNT
    return done.body["token"], telephone


async def key_options(here: World) -> Any:
    return (await here.site.ask("POST", "/api/v1/session/passkey/options", headers=host(here))).body["public_key"]


async def use_key(here: World, passkey: dict[str, str]) -> Reply:
    body = {"passkey": passkey, "kind": "bearer"}
    return await here.site.ask("POST", "/api/v1/session/passkey", body, headers=host(here))


async def test_a_passkey_alone_signs_in_with_both_factors(here: World) -> None:
    _, telephone = await with_passkey(here, "claire.north")
    options = await key_options(here)
    assert options["rpId"] == "localhost"
    assert "allowCredentials" not in options or options["allowCredentials"] == []
    reply = await use_key(here, telephone.use(options))
    assert reply.body["account"]["name"] == "Claire"
    assert await status_of(here, reply.body["token"]) == (200, None)


async def test_a_passkey_is_refused_for_whatever_is_not_quite_right(here: World) -> None:
    _, telephone = await with_passkey(here, "claire.north")
    stranger = Telephone(telephone.origin)
    for lie in (
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"verifies": False},
        {"challenge": "AAAA"},
    ):
        reply = await use_key(here, telephone.use(await key_options(here), **lie))
        assert (reply.status, reply.error) == (401, ("bad_credentials", None)), lie
    for wrong in (
        stranger.use(await key_options(here)),
        telephone.use(await key_options(here)) | {"signature": "AAAA"},
        telephone.use(await key_options(here)) | {"client_data": "!"},
        telephone.use(await key_options(here)) | {"id": stranger.use(await key_options(here))["id"]},
    ):
        assert (await use_key(here, wrong)).error == ("bad_credentials", None)
    options = await key_options(here)
    here.clock.advance(5 * MINUTE)
    assert (await use_key(here, telephone.use(options))).error == ("bad_credentials", None)


async def test_a_passkey_is_made_for_one_session_by_a_device_that_asks_for_a_finger(here: World) -> None:
    waiting, other = await come(here, "claire.north"), await come(here, "claire.north")
    origin = f"http://localhost:{here.site.port}"
    options = (await ask(here, "session/new-passkey/options", waiting, headers=host(here))).body["public_key"]
    made = Telephone(origin).make(options)
    for token, wrong in (
        (other, made),
        (waiting, Telephone(origin, verifies=False).make(options)),
        (waiting, Telephone("https://evil.example").make(options)),
        (waiting, Telephone(origin, id=bytes(1024)).make(options)),
        (waiting, made | {"attestation": "AAAA"}),
        (waiting, {"id": "AAAA", "client_data": "AAAA"}),
    ):
        reply = await ask(here, "session/new-passkey", token, {"passkey": wrong}, headers=host(here))
        assert (reply.status, reply.error) == (401, ("bad_credentials", None))
    by_number = await ask(here, "session/new-passkey", waiting, {"passkey": made})
    assert by_number.error == ("bad_request", None)
    assert (await ask(here, "session/new-passkey", waiting, {"passkey": made}, headers=host(here))).status == 200


async def test_an_answer_of_a_passkey_is_worth_one_sign_in(here: World) -> None:
    _, telephone = await with_passkey(here, "claire.north")
    answer = telephone.use(await key_options(here))
    replies = await asyncio.gather(*(use_key(here, answer) for _ in range(4)))
    assert sorted(reply.status for reply in replies) == [200, 401, 401, 401]


async def test_a_copied_authenticator_is_noticed(here: World) -> None:
    """Its counter does not go up: WebAuthn Level 2, section 6.1.1."""
    token, telephone = await with_passkey(here, "claire.north")
    assert (await use_key(here, telephone.use(await key_options(here)))).status == 200
    assert (await use_key(here, telephone.use(await key_options(here), count=1))).error == ("bad_credentials", None)
    told = await kinds(here, "claire")
    assert "passkey_copied" in told
    assert await count(here, "select count(*) from audit_entries where entry like '%passkey.refused%'") == 1
    assert await status_of(here, token) == (200, None)


async def test_a_passkey_of_somebody_else_is_as_if_there_were_none(here: World) -> None:
    claire, _ = await with_passkey(here, "claire.north")
    owners = [here.north.id("samir"), here.south.id("claire")]
    for login in ("samir.north", "claire.south"):
        await with_passkey(here, login)
    async with here.database.everywhere() as conn:
        found = await conn.execute(text("select account_id, id from passkeys"))
        keys = {row.account_id: row.id for row in found}
    before = await count(here, "select count(*) from passkeys")
    replies = [
        await ask(here, f"second-factors/passkeys/{key}/remove", claire, {"proof": {"password": PASSWORD}})
        for key in (new_id(), *(keys[owner] for owner in owners))
    ]
    assert [reply.error for reply in replies] == [("not_found", None)] * 3
    assert replies[0].body == replies[1].body == replies[2].body
    assert await count(here, "select count(*) from passkeys") == before == 3


async def test_staff_keep_a_second_factor(here: World) -> None:
    token, secret, _ = await set_up(here, "claire.north")
    proof = {"proof": {"password": PASSWORD}}
    refused = await ask(here, "second-factors/totp/remove", token, proof)
    assert refused.error == ("conflict", None)
    assert await count(here, "select count(*) from totp_secrets") == 1
    telephone = Telephone(f"http://localhost:{here.site.port}")
    options = (await ask(here, "session/new-passkey/options", token, headers=host(here))).body["public_key"]
    here.clock.advance(MINUTE)
    body = {"passkey": telephone.make(options), "proof": {"code": code_of(here, secret)}}
    added = await ask(here, "second-factors/passkeys", token, body, headers=host(here))
    assert added.body == {"recovery_codes": []}
    assert (await ask(here, "second-factors/totp/remove", token, proof)).status == 204
    listed = (await ask(here, "second-factors", token, method="GET")).body
    assert (listed["totp"], len(listed["passkeys"]), listed["required"], listed["password"]) == (False, 1, True, True)
    challenge = await ask(here, "second-factors/challenge", token, headers=host(here))
    proven = {"proof": {"passkey": telephone.use(challenge.body["public_key"])}}
    fresh = await ask(here, "second-factors/recovery-codes", token, proven, headers=host(here))
    assert len(fresh.body["recovery_codes"]) == recovery.COUNT


async def test_an_admin_resets_what_a_colleague_has_lost(here: World) -> None:
    alice, _, _ = await set_up(here, "alice.north")
    claire, _, _ = await set_up(here, "claire.north")
    path = f"accounts/{here.north.id('claire')}/second-factors"
    assert (await ask(here, path, claire, method="DELETE")).error == ("forbidden", None)
    own = await ask(here, f"accounts/{here.north.id('alice')}/second-factors", alice, method="DELETE")
    assert own.error == ("forbidden", None)
    other = await ask(here, f"accounts/{here.south.id('claire')}/second-factors", alice, method="DELETE")
    assert other.error == ("not_found", None)
    assert (await ask(here, path, alice, method="DELETE")).status == 204
    assert await status_of(here, claire) == (401, "not_signed_in")
    reply = await here.site.ask("POST", "/api/v1/session", {"login": "claire.north", "password": PASSWORD})
    assert reply.body["second_factor"]["state"] == "set_up"
    assert "second_factor_reset" in await kinds(here, "claire")
    assert await count(here, "select count(*) from audit_entries where entry like '%factor.reset%'") == 1


async def kinds(here: World, who: str) -> list[str]:
    async with here.database.everywhere() as conn:
        query = text("select kind from account_notices where account_id = :who order by id")
        return [row[0] for row in await conn.execute(query, {"who": here.north.id(who)})]


async def test_who_knows_a_password_alone_ends_nothing_of_its_owner(here: World) -> None:
    token, secret, _ = await set_up(here, "alice.north")
    for _ in range(MAX_PER_ACCOUNT + 1):
        here.clock.advance(10)
        await come(here, "alice.north")
    waiting = await come(here, "alice.north")
    assert (await ask(here, "session/code", waiting, {"code": code_of(here, secret)})).status == 200
    assert await status_of(here, token) == (200, None)


async def test_a_code_that_has_served_forgives_no_guess(here: World) -> None:
    _, secret, _ = await set_up(here, "alice.north")
    waiting, used = await come(here, "alice.north"), code_of(here, secret)
    codes = ("000000", "000001", "000002", used, "000003", "000004")
    told = [(await ask(here, "session/code", waiting, {"code": code})).error[0] for code in codes]
    assert told == ["bad_credentials"] * 5 + ["too_fast"]


async def count(here: World, query: str) -> int:
    async with here.database.everywhere() as conn:
        return int((await conn.execute(text(query))).scalar_one())
