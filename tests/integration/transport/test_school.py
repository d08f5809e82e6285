"""A school behind one address: sixty children who come in together, at the same instant, each with a session of last
month, each mistyping their code twice. Nobody is told to wait, with the rates of real life."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from server.infra.database import Database
from server.kernel.permissions import Role
from server.people.entry import codes
from server.people.sessions.tokens import new_token
from tests.support.rooms import House, served

CHILDREN = 60
PAGE = ("session", "home", "notices", "my-consents")


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with served(database, BINOME_RATE_FACTOR="1", BINOME_DATA=str(tmp_path)) as house:
        # Its cost has limits of its own: it would only make the test slower.
        house.capabilities.people.passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        yield house


async def codes_of(house: House) -> list[str]:
    """One for each child, as one admin hands them out, one each five seconds."""
    admin = await house.person(Role.ADMIN, "Alice")
    given = []
    for number in range(CHILDREN):
        house.clock.advance(5)
        body = {"name": f"Lea {number}", "role": "mentee", "birth_date": "2010-03-01"}
        made = (await house.ask(admin, "POST", "/api/v1/accounts", body)).body
        reply = await house.ask(admin, "POST", f"/api/v1/accounts/{made['id']}/invitation", {})
        assert reply.status == 201, reply.body
        given.append(reply.body["code"])
    return given


async def come_in(house: House, code: str) -> list[tuple[int, str]]:
    """What a child does in the first minute: (status, what was asked) of all that was not as it should be."""
    wrong: list[tuple[int, str]] = []

    async def ask(status: int, method: str, path: str, body: object = None, token: str | None = None) -> str:
        reply = await house.site.ask(method, f"/api/v1/{path}", body, token=token)
        if reply.status != status:
            wrong.append((reply.status, path))
        return reply.body["token"] if path == "join/device" and reply.status == 200 else ""

    ended = new_token()
    for path in PAGE:
        await ask(401, "GET", path, token=ended)
    for _ in range(2):
        await ask(401, "POST", "join/device", {"code": codes.new_code(), "kind": "bearer"})
    token = await ask(200, "POST", "join/device", {"code": code, "kind": "bearer"})
    for path in PAGE:
        await ask(200, "GET", path, token=token)
    await ask(204, "PUT", "session/pin", {"pin": "4711"}, token)
    await ask(204, "POST", "session/pin", {"pin": "4711"}, token)
    return wrong


async def test_sixty_children_behind_one_address_come_in_together(house: House) -> None:
    given = await codes_of(house)
    turns = asyncio.Semaphore(10)

    async def child(code: str) -> list[tuple[int, str]]:
        async with turns:
            return await come_in(house, code)

    wrong = await asyncio.gather(*map(child, given))
    assert [each for told in wrong for each in told] == []
