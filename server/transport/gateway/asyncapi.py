"""The AsyncAPI 3.0 description of the socket, made from the same registry that decodes its frames."""

from collections.abc import Iterable
from typing import Any

import msgspec

import server
from server.kernel.errors import BinomeError
from server.transport.gateway.registry import Registry, UpEvent
from server.transport.gateway.welcome import Hello
from server.transport.openapi import RefusalBody
from server.transport.wire import schema_hook

_CHANNEL = {"$ref": "#/channels/socket"}
_REFS = "#/components/schemas/{name}"


class Refused(msgspec.Struct):
    """The acknowledgement of an event that was refused."""

    ok: bool
    error: RefusalBody


def describe(registry: Registry) -> dict[str, Any]:
    """The description of all events of ``registry``."""
    answers = [event.answer for event in registry.up.values() if event.answer is not None]
    payloads = [event.payload for table in (registry.up, registry.down) for event in table.values()]
    kinds = list(dict.fromkeys([Hello, Refused, *payloads, *answers]))
    references, schemas = msgspec.json.schema_components(kinds, schema_hook=schema_hook, ref_template=_REFS)
    schema = dict(zip(kinds, references, strict=True))
    messages: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for up in registry.up.values():
        key = _key(up.name)
        messages[f"up.{key}"] = _message(up.name, schema[up.payload])
        messages[f"answer.{key}"] = _message(f"acknowledgement of {up.name}", _answer(up, schema), _codes(up))
        operations[f"send.{key}"] = {
            "action": "send",
            "channel": _CHANNEL,
            "messages": [_ref(f"up.{key}")],
            "reply": {"channel": _CHANNEL, "messages": [_ref(f"answer.{key}")]},
            **_bounds(up),
        }
    for down in registry.down.values():
        key = _key(down.name)
        messages[f"down.{key}"] = _message(down.name, schema[down.payload])
        operations[f"receive.{key}"] = {"action": "receive", "channel": _CHANNEL, "messages": [_ref(f"down.{key}")]}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Binôme",
            "version": server.__version__,
            "description": "As a client sees it: it sends and receives. Frames are Socket.IO 5 over Engine.IO 4.",
        },
        "channels": {
            "socket": {
                "address": "/socket.io/",
                "description": "Namespace /. The payload of CONNECT is auth.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "x-connect": schema[Hello],
            }
        },
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def error_codes(base: type[BinomeError] = BinomeError) -> set[str]:
    """The codes of all errors of the tree."""
    return {base.code}.union(*(error_codes(kind) for kind in base.__subclasses__()))


def _key(event: str) -> str:
    return event.replace(":", ".")  # keys are of letters, digits, ".", "-" and "_"


def _ref(message: str) -> dict[str, str]:
    return {"$ref": f"#/channels/socket/messages/{message}"}


def _message(name: str, payload: Any, description: str = "") -> dict[str, Any]:
    message = {"name": name, "contentType": "application/json", "payload": payload}
    return {**message, "description": description} if description else message


def _answer(event: UpEvent, schema: dict[Any, Any]) -> dict[str, Any]:
    accepted: dict[str, Any] = {"type": "object", "properties": {"ok": {"const": True}}, "required": ["ok"]}
    if event.answer is not None:
        accepted = {"allOf": [accepted, schema[event.answer]]}
    return {"oneOf": [accepted, schema[Refused]]}


def _codes(event: UpEvent) -> str:
    codes: Iterable[str] = ["bad_request", "session_expired", "too_large", "try_again", "internal"]
    if event.rate is not None:
        codes = [*codes, "too_fast"]
    if event.permission is not None:
        codes = [*codes, "forbidden"]
    return f"Among the codes: {', '.join(sorted(codes))}"


def _bounds(event: UpEvent) -> dict[str, Any]:
    bounds: dict[str, Any] = {"x-max-bytes": event.max_bytes}
    if event.rate is not None:
        bounds["x-rate"] = {"per_second": event.rate.per_second, "burst": event.rate.burst}
    if event.permission is not None:
        bounds["x-permission"] = event.permission.value
    return bounds
