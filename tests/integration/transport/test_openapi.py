"""The description is true: of the routes that are served, of what they take, and of what they really answer."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web

from server.infra.database import Database
from server.pairs.rules import State
from server.transport import openapi
from server.transport.router import Endpoints
from tests.support.schema import resolve, wrong
from tests.support.world import PASSWORD, World, world

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
async def here(database: Database) -> AsyncIterator[World]:
    async with world(database, sign_in=("alice", "claire")) as made:
        yield made


async def description(here: World) -> dict[str, Any]:
    reply = await here.site.ask("GET", "/api/openapi.json")
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "public, max-age=300")
    document: dict[str, Any] = reply.body
    return document


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


async def test_it_describes_each_route_and_no_other(here: World) -> None:
    app = web.Application()
    endpoints = Endpoints(here.authenticator)
    endpoints.table = here.endpoints.table
    endpoints.attach(app)
    served = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method in METHODS and route.resource is not None
    }
    document = await description(here)
    described = {(method, path) for method, path, _ in operations(document)}
    assert described == served - {("GET", "/api/openapi.json")}


async def test_it_is_whole(here: World) -> None:
    document = await description(here)
    assert (document["openapi"], document["info"]["title"]) == ("3.1.0", "Binôme")
    for reference in references(document):
        resolve(reference, document)
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert sorted(names) == sorted(set(names))
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"].endswith("."), where
        in_path = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]
        assert in_path == re.findall(r"{(\w+)}", path), where
        assert all(parameter["required"] for parameter in operation["parameters"] if parameter["in"] == "path"), where
        assert sum(status.startswith("2") for status in operation["responses"]) == 1, where
        assert all(response["description"] for response in operation["responses"].values()), where
        for requirement in operation["security"]:
            assert set(requirement) <= set(document["components"]["securitySchemes"]), where
        assert ("requestBody" in operation) <= (method in {"POST", "PUT", "PATCH"}), where


async def test_bodies_that_are_described_forbid_what_is_not(here: World) -> None:
    document = await description(here)
    for method, path, operation in operations(document):
        if "requestBody" in operation:
            body = resolve(operation["requestBody"]["content"]["application/json"]["schema"]["$ref"], document)
            assert body["additionalProperties"] is False, f"{method} {path}"


async def test_real_answers_are_as_described(here: World) -> None:
    document = await description(here)
    token = here.north.tokens["alice"]
    await here.pair(here.north, "julien", "lea", "claire", State.ACTIVE)
    account = {"login": "zoe", "name": "Zoé", "role": "mentee", "password": "un galet", "birth_date": "2012-02-29"}
    asked: list[tuple[str, str, Any, str | None]] = [
        ("POST", "/api/v1/session", {"login": "lea.north", "password": PASSWORD}, None),
        ("POST", "/api/v1/session", {"login": "lea.north", "password": PASSWORD, "kind": "bearer"}, None),
        ("POST", "/api/v1/session", {"login": "lea.north", "password": "wrong"}, None),
        ("POST", "/api/v1/session", {}, None),
        ("GET", "/api/v1/session", None, token),
        ("GET", "/api/v1/session", None, None),
        ("POST", "/api/v1/accounts", account, token),
        ("POST", "/api/v1/accounts", account, token),
        ("POST", "/api/v1/accounts", account, here.north.tokens["claire"]),
        ("GET", "/api/v1/accounts", None, token),
        ("GET", "/api/v1/pairs", None, token),
        ("DELETE", "/api/v1/session", None, token),
    ]
    statuses = []
    for method, path, body, bearer in asked:
        reply = await here.site.ask(method, path, body, token=bearer)
        response = document["paths"][path][method.lower()]["responses"][str(reply.status)]
        statuses.append(reply.status)
        if reply.body is None:
            assert "content" not in response
            continue
        schema = response["content"]["application/json"]["schema"]
        assert wrong(reply.body, schema, document) == [], f"{method} {path} {reply.status}"
    assert statuses == [200, 200, 401, 400, 200, 401, 201, 409, 403, 200, 200, 204]


def test_the_checker_itself_finds_what_is_wrong() -> None:
    document = openapi.describe([])
    schema = {"$ref": "#/components/schemas/Refusal"}
    assert wrong({"error": {"code": "x", "message": "y"}}, schema, document) == []
    assert wrong({"error": {"code": 3, "message": "y"}}, schema, document) == ["$.error.code: 3 is no string"]
    assert wrong({"error": {"code": "x"}}, schema, document) == ["$.error: lacks message"]
    assert wrong({"error": {"code": "x", "message": "y"}, "z": 1}, schema, document) == ["$: z is not described"]
