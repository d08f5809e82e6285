"""Whatever the description of the endpoints allows, and some that it does not, sent by everyone: no answer is a failure
of ours, and each is as described. Requests are made by Schemathesis from /api/openapi.json, always the same ones.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import cycle
from typing import Any

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

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.transport.endpoint_rows import TABLE
from tests.integration.transport.scene import Scene, scene
from tests.support.rooms import House, Person
from tests.support.schema import identifiers

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 2  # of each endpoint and kind: 20 s in all
WITH_QUERY = 8  # of the few that can be asked with a query, or without
AS_ALWAYS = settings(
    max_examples=EXAMPLES,
    derandomize=True,  # a fixed seed
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def things(scene: Scene) -> dict[str, Iterator[Any]]:
    """For each identifier in a path, a query or a body, what is there and what is not, in turn: else nothing would ever
    be found."""
    young, mentor = scene.room.mentee.id, scene.room.mentor.id
    real: Mapping[str, list[Any]] = {
        "account": [young, mentor],
        "before": [scene.flag],
        "by": [young, scene.people[Role.GUARDIAN].id],
        "chunk": [0, 1],
        "deferral": [scene.deferral],
        "device": [scene.device],
        "flag": [scene.flag, scene.sampled],
        "guardian": [scene.people[Role.GUARDIAN].id],
        "hold": [scene.hold],
        "id": [scene.asked],
        "ids": [scene.notice],
        "link": [scene.link],
        "mentee": [young],
        "mentor": [mentor, scene.spare.id],
        "note": [scene.note],
        "pair": [scene.room.pair.id, scene.paused],
        "pairs": [scene.room.pair.id, scene.paused],
        "paper": [scene.paper],
        "person": [young, mentor],
        "request": [scene.asked, scene.leaving],
        "room": [scene.room.number, scene.room.id, scene.glass],
        "session": [scene.spare.principal.session_id],
        "supervisor": [scene.room.supervisor.id],
    }
    return {name: cycle([*values, new_id()]) for name, values in real.items()}


def name_real_things(case: Any, real: Mapping[str, Iterator[Any]], names: Collection[str]) -> None:
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            for name in part:
                if name in names and name in real:
                    thing = str(next(real[name]))
                    part[name] = [thing] if isinstance(part[name], list) else thing


def attempt(
    operation: Any,
    mode: GenerationMode,
    tokens: Sequence[str],
    real: Mapping[str, Iterator[Any]],
    names: Collection[str],
) -> tuple[list[str], set[int]]:
    """What was wrong with the answers, and their status codes. Runs beside the server, in a thread."""
    wrong: list[str] = []
    statuses: set[int] = set()
    with requests.Session() as session:

        @settings(AS_ALWAYS, max_examples=WITH_QUERY if "query" in str(operation.definition.raw) else EXAMPLES)
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            name_real_things(case, real, names)
            for token in tokens:
                case.headers["Authorization"] = f"Bearer {token}"
                response = case.call(session=session, timeout=30)
                statuses.add(response.status_code)
                try:
                    case.validate_response(response, checks=CHECKS)
                except (Failure, FailureGroup) as failure:
                    told = " | ".join(str(one) for one in getattr(failure, "exceptions", [failure]))
                    wrong.append(f"{operation.label}: {response.status_code} {told[:600]} {str(case.body)[:200]}")

        with suppress(Unsatisfiable):  # an endpoint that takes nothing can be sent nothing wrong
            send()
    return wrong, statuses


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
    answered: dict[str, set[int]] = defaultdict(set)
    turn = list(Role)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for operation in operations:
        for role in Role:  # one may have been signed out, or shut out, by what was sent before
            if (await house.ask(people[role], "GET", "/api/v1/session")).status != 200:
                people[role] = await house.person(role, role.value.title())
        turn = [*turn[1:], turn[0]]  # so that over all endpoints each role has asked
        may = [people[role].token for role in turn if role in roles.get(operation.label, Role)]
        may_not = [people[role].token for role in turn if people[role].token not in may]
        in_address, in_body = identifiers(document, operation.path, operation.method)
        for mode, tokens, names in (
            (GenerationMode.POSITIVE, may[:2] + may_not[:1], in_address | in_body),
            (GenerationMode.NEGATIVE, may[:1], in_address),  # what is wrong with a body stays
        ):
            told, statuses = await asyncio.to_thread(attempt, operation, mode, tokens, real, names)
            wrong += told
            answered[operation.label] |= statuses
    assert wrong == [], "\n".join(dict.fromkeys(wrong))
    assert len(operations) == len({row.endpoint for row in TABLE})
    # What is made up rarely passes where a word from a list, a code or a proof is wanted; most endpoints take it.
    unheard = sorted(label for label, statuses in answered.items() if not statuses - {400, 401, 403, 413})
    assert len(unheard) < len(operations) / 4, unheard
