"""Whatever the description of the endpoints allows, and some that it does not, sent by everyone: no answer is a failure
of ours, and each is as described. Requests are made by Schemathesis from /api/openapi.json, always the same ones.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import cycle
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.transport.test_every_endpoint import Scene, scene
from tests.support.rooms import House, Person, served

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 2  # of each endpoint and kind: 20 s in all
AS_ALWAYS = settings(
    max_examples=EXAMPLES,
    derandomize=True,  # a fixed seed
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with served(database) as house:
        yield house


def things(scene: Scene) -> dict[str, Iterator[Any]]:
    """For each part of a path, what is there and what is not, in turn: else nothing would ever be found."""
    real: Mapping[str, list[Any]] = {
        "account": [scene.people[Role.MENTEE].id, scene.people[Role.MENTOR].id],
        "chunk": [0, 1],
        "flag": [scene.flag, scene.sampled],
        "mentee": [scene.people[Role.MENTEE].id],
        "mentor": [scene.people[Role.MENTOR].id],
        "note": [scene.note],
        "pair": [scene.room.pair.id],
        "person": [scene.people[Role.MENTEE].id],
        "room": [scene.room.number, scene.room.id],
    }
    return {name: cycle([*values, new_id()]) for name, values in real.items()}


def attempt(
    operation: Any, mode: GenerationMode, tokens: Sequence[str], real: Mapping[str, Iterator[Any]]
) -> list[str]:
    """What was wrong with the answers. Runs beside the server, in a thread."""
    wrong: list[str] = []
    with requests.Session() as session:

        @AS_ALWAYS
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            for name in case.path_parameters or {}:
                if name in real:
                    case.path_parameters[name] = str(next(real[name]))
            for token in tokens:
                case.headers["Authorization"] = f"Bearer {token}"
                response = case.call(session=session, timeout=30)
                try:
                    case.validate_response(response, checks=CHECKS)
                except (Failure, FailureGroup) as failure:
                    told = " | ".join(str(one) for one in getattr(failure, "exceptions", [failure]))
                    wrong.append(f"{operation.label}: {response.status_code} {told[:600]} {str(case.body)[:200]}")

        with suppress(Unsatisfiable):  # an endpoint that takes nothing can be sent nothing wrong
            send()
    return wrong


async def test_no_request_makes_the_server_fail(house: House) -> None:
    made = await scene(house, house.north)
    people: dict[Role, Person] = dict(made.people)
    document = (await house.site.ask("GET", "/api/openapi.json")).body
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=house.site.url)
    real = things(made)
    declared = [row.declared for row in house.capabilities.endpoints.table]
    roles = {f"{row.method} {row.path}": row.permission.roles for row in declared if row.permission is not None}
    wrong: list[str] = []
    turn = list(Role)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for operation in operations:
        for role in Role:  # one may have been signed out, or shut out, by what was sent before
            if (await house.ask(people[role], "GET", "/api/v1/session")).status != 200:
                people[role] = await house.person(role, role.value.title())
        turn = [*turn[1:], turn[0]]  # so that over all endpoints each role has asked
        may = [people[role].token for role in turn if role in roles.get(operation.label, Role)]
        may_not = [people[role].token for role in turn if people[role].token not in may]
        for mode, tokens in ((GenerationMode.POSITIVE, may[:2] + may_not[:1]), (GenerationMode.NEGATIVE, may[:1])):
            wrong += await asyncio.to_thread(attempt, operation, mode, tokens, real)
    assert wrong == [], "\n".join(dict.fromkeys(wrong))
    assert len(operations) > 25
