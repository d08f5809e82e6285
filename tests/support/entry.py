"""Steps of people who come in, and of the staff who let them in, through a served house."""

import json
import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

from server.kernel.permissions import Role
from server.people.entry.delivery import JOB
from server.people.entry.reset import JOB as RESET_JOB
from tests.support.rooms import House, Person
from tests.support.site import Reply

PASSWORD = "une phrase assez longue"


async def made(house: House, admin: Person, role: Role, name: str = "Zoé", **fields: Any) -> str:
    body = {"name": name, "role": role.value, **fields}
    if role is Role.MENTEE:
        body["birth_date"] = "2010-03-01"
    reply = await house.ask(admin, "POST", "/api/v1/accounts", body)
    assert (reply.status, reply.body["state"]) == (201, "none"), reply.body
    return str(reply.body["id"])


async def issued(house: House, admin: Person, account: str, **how: Any) -> dict[str, Any]:
    reply = await house.ask(admin, "POST", f"/api/v1/accounts/{account}/invitation", how)
    assert reply.status == 201, reply.body
    return dict(reply.body)


def token_of(link: str) -> str:
    found = re.search(r"/#/join/([A-Za-z0-9_-]{43})\b", link)
    assert found is not None, link
    return found[1]


async def public(house: House, path: str, body: dict[str, Any]) -> Reply:
    return await house.site.ask("POST", f"/api/v1/{path}", body)


async def bound(house: House, how: dict[str, Any]) -> Person:
    """Somebody on a device that a code or a link has just bound."""
    reply = await public(house, "join/device", {**how, "kind": "bearer"})
    assert reply.status == 200, reply.body
    account, token = reply.body["account"], reply.body["token"]
    principal = await house.capabilities.people.authenticator.authenticate(token)
    return Person(UUID(account["id"]), Role(account["role"]), account["name"], principal, token)


async def asked(house: House, who: Person, method: str, path: str, body: Any) -> Reply:
    reply: Reply = await house.ask(who, method, path, body)
    return reply


async def file_of(house: House, admin: Person, account: str) -> dict[str, Any]:
    return dict((await house.ask(admin, "GET", f"/api/v1/accounts/{account}")).body)


async def jobs(house: House, name: str) -> list[dict[str, Any]]:
    """The payloads of the jobs of this name that wait."""
    rows = await house.sql("select payload from jobs.pgqueuer where entrypoint = :name order by id", name=name)
    return [json.loads(bytes(row[0])) for row in rows]


def letters(folder: Path) -> list[Any]:
    files = sorted((folder / "mail").glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


async def deliver(house: House) -> None:
    """Runs the jobs that wait, as the queue would."""
    handlers = house.jobs._handlers
    for name in (RESET_JOB, JOB):
        for payload in await jobs(house, name):
            await handlers[name](payload)
    await house.sql("delete from jobs.pgqueuer")
