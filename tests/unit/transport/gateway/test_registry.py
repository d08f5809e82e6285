"""Declared events: names, and payloads that are refused with the field named."""

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from server.infra.limits import Rate
from server.kernel.errors import BadRequest
from server.transport.gateway import Connection, Registry
from server.transport.gateway.asyncapi import describe, error_codes
from server.transport.wire import Identifier

ID = "0193a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b"


class Caps(msgspec.Struct, forbid_unknown_fields=True):
    video: bool


class Send(msgspec.Struct, forbid_unknown_fields=True):
    room: int | str
    id: Identifier
    body: Annotated[str, Meta(min_length=1, max_length=10)]
    caps: Caps | None = None


class Sent(msgspec.Struct):
    seq: int


async def handler(_connection: Connection, _payload: Any) -> None:
    return None


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.on("chat:send", Send | tuple[int | str, str, str], handler, answer=Sent, rate=Rate(5, 20))
    registry.on("help:now", Send, handler, rate=None)
    registry.declare("chat:send", Sent)
    return registry


def parse(registry: Registry, array: str | bytes) -> Any:
    event = registry.find(b"chat:send")
    assert event is not None
    return event.parse(array if isinstance(array, bytes) else array.encode())


def test_both_forms_are_read_into_their_types(registry: Registry) -> None:
    assert parse(registry, f'["chat:send",{{"room":7,"id":"{ID}","body":"é"}}]') == Send(7, Identifier(ID), "é")
    assert parse(registry, f'["chat:send",["7","{ID}","é"]]') == ("7", ID, "é")


@pytest.mark.parametrize(
    ("payload", "detail", "field"),
    [
        ('{"room":7,"id":"ID","body":5}', "wrong_type", "body"),
        ('{"room":[],"id":"ID","body":"a"}', "wrong_type", "room"),
        ('{"room":7,"id":"x","body":"a"}', "identifier", "id"),
        ('{"room":7,"id":"ID"}', "missing", "body"),
        ('{"room":7,"id":"ID","body":""}', "empty", "body"),
        ('{"room":7,"id":"ID","body":"aaaaaaaaaaaaaaa"}', "too_long", "body"),
        ('{"room":7,"id":"ID","body":"a","caps":{"video":1}}', "wrong_type", "caps.video"),
        ('{"room":7,"id":"ID","body":"a","caps":{}}', "missing", "caps.video"),
        ('{"room":7,"id":"ID","body":"a","extra":1}', "unknown_field", "extra"),
        ('{"room":7,"id":"ID","body":"a\\u0000"}', "nul", "body"),
        ('{"room":7,"id":"ID","body":"\\ud83d"}', "surrogate", "body"),
        ('[7,"ID",5]', "wrong_type", "[2]"),
        ('[7,"ID"]', "wrong_type", "payload"),
        ("5", "wrong_type", "payload"),
        ("null", "wrong_type", "payload"),
        ('"text"', "wrong_type", "payload"),
        ('{"room":7,"id":"ID","body":"a"},1', "wrong_type", "payload"),  # extra arguments
        ("{", "malformed_json", "payload"),
        ('{"room":NaN}', "malformed_json", "payload"),
    ],
)
def test_the_field_is_named(registry: Registry, payload: str, detail: str, field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(registry, '["chat:send",' + payload.replace("ID", ID) + "]")
    assert (refused.value.detail, refused.value.field) == (detail, field)


@pytest.mark.parametrize(
    "array",
    [
        '["chat:send"]',
        '["chat:send",' + "[" * 50_000,
        '["chat:send",' + '{"a":' * 50_000,
        '["chat:send",{"room":1' + "0" * 10_000 + "}]",
        '["chat:send",{"room":1e999}]',
        b'["chat:send",{"room":1,"id":"' + ID.encode() + b'","body":"\xff"}]',
        b'["chat:send",{"room":1,"id":"' + ID.encode() + b'","body":"a\x00"}]',
        '["chat:send",{}] and more',
    ],
)
def test_whatever_comes_is_a_bad_request(registry: Registry, array: str | bytes) -> None:
    with pytest.raises(BadRequest):
        parse(registry, array)


def test_names_are_two_words_and_declared_once(registry: Registry) -> None:
    for name in ("chat", "Chat:send", "chat:send:now", "chat:", "chat:send\n", 'a:"'):
        with pytest.raises(ValueError, match="no event name"):
            registry.on(name, Send, handler, rate=None)
    with pytest.raises(ValueError, match="twice"):
        registry.on("chat:send", Send, handler, rate=None)
    with pytest.raises(ValueError, match="twice"):
        registry.declare("chat:send", Sent)
    assert registry.find(b"chat:none") is None


def test_the_description_has_each_event_in_its_direction(registry: Registry) -> None:
    description = describe(registry)
    assert set(description["operations"]) == {"send.chat.send", "send.help.now", "receive.chat.send"}
    assert description["operations"]["send.chat.send"]["x-rate"] == {"per_second": 5, "burst": 20}
    assert "x-rate" not in description["operations"]["send.help.now"]
    messages = description["components"]["messages"]
    assert set(messages) == {"up.chat.send", "answer.chat.send", "up.help.now", "answer.help.now", "down.chat.send"}
    assert messages["up.help.now"]["payload"] == {"$ref": "#/components/schemas/Send"}
    assert description["components"]["schemas"]["Send"]["required"] == ["room", "id", "body"]


def test_every_reference_of_the_description_leads_somewhere(registry: Registry) -> None:
    description = describe(registry)

    def follow(node: Any) -> None:
        if isinstance(node, dict):
            target = node.get("$ref")
            if isinstance(target, str):
                here: Any = description
                for part in target.removeprefix("#/").split("/"):
                    here = here[part]
            for inner in node.values():
                follow(inner)
        elif isinstance(node, list):
            for inner in node:
                follow(inner)

    follow(description)
    assert msgspec.json.decode(msgspec.json.encode(description)) == description


def test_error_codes_are_those_of_the_tree() -> None:
    assert {"bad_request", "bad_sdp", "draining", "internal", "session_expired"} < error_codes()
