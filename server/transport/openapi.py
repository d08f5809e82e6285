"""The OpenAPI 3.1 description of the endpoints, made from the same table that serves them."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

import server
from server.transport.endpoint import Endpoint
from server.transport.web_session import COOKIE
from server.transport.wire import Timestamp, schema_hook

_PATH_PARAMETER = re.compile(r"{(\w+)}")
_REFUSALS = {
    "400": "bad_request, bad_sdp: refused whole, the field named; nothing was changed",
    "401": "not_signed_in, bad_credentials, session_expired, second_factor",
    "403": "forbidden",
    "404": "not_found: does not exist, or is not yours to know about",
    "409": "conflict, or a code that says more",
    "413": "too_large",
    "429": "too_fast: wait retry_in_ms",
    "503": "try_again: a part is down for now; nothing was changed",
}


class Refusal(msgspec.Struct):
    """What every refusal looks like."""

    error: "RefusalBody"


class RefusalBody(msgspec.Struct, omit_defaults=True):
    """``code`` is stable, ``message`` is for people, ``field`` names what was wrong with the input. ``gaps`` come with
    duty_gaps: when nobody would be on call."""

    code: str
    message: str
    field: str | msgspec.UnsetType = msgspec.UNSET
    retry_in_ms: int | msgspec.UnsetType = msgspec.UNSET
    gaps: list["RefusalGap"] | msgspec.UnsetType = msgspec.UNSET


class RefusalGap(msgspec.Struct):
    begins: Timestamp
    ends: Timestamp


def describe(table: Sequence[Endpoint]) -> dict[str, Any]:
    """The description of all endpoints of ``table``."""
    kinds: list[type[msgspec.Struct]] = [Refusal]
    for row in table:
        kinds += [kind for kind in (row.declared.body, row.declared.query, row.declared.answer) if kind is not None]
    unique = list(dict.fromkeys(kinds))
    references, components = msgspec.json.schema_components(
        unique, schema_hook=schema_hook, ref_template="#/components/schemas/{name}"
    )
    schema = dict(zip(unique, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for row in table:
        operation = _operation(row, schema, components)
        paths.setdefault(row.declared.path, {})[row.declared.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Binôme", "version": server.__version__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(
    row: Endpoint, schema: dict[type[msgspec.Struct], dict[str, Any]], components: dict[str, Any]
) -> dict[str, Any]:
    declared = row.declared
    operation: dict[str, Any] = {
        "operationId": row.name,
        "summary": row.summary,
        "security": [{"cookie": []}, {"bearer": []}] if declared.signed_in else [],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _PATH_PARAMETER.findall(declared.path)
        ],
        "responses": {str(declared.status): {"description": row.summary}},
    }
    if declared.query is not None:
        described = components[schema[declared.query]["$ref"].rpartition("/")[2]]
        operation["parameters"] += [
            {"name": name, "in": "query", "required": name in described.get("required", []), "schema": kind}
            for name, kind in described["properties"].items()
        ]
    if declared.body is not None:
        content = {"application/json": {"schema": schema[declared.body]}}
        operation["requestBody"] = {"required": True, "content": content}
    if declared.upload is not None:
        operation["requestBody"] = {"required": True, "content": {declared.upload: {}}}
    if declared.content is not None:
        operation["responses"][str(declared.status)]["content"] = {declared.content: {}}
    if declared.answer is not None:
        content = {"application/json": {"schema": schema[declared.answer]}}
        operation["responses"][str(declared.status)]["content"] = content
    for status, meaning in _REFUSALS.items():
        content = {"application/json": {"schema": schema[Refusal]}}
        operation["responses"][status] = {"description": meaning, "content": content}
    return operation
