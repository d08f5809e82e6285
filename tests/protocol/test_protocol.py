"""docs/protocol.md, the types, and what is served: the same, in each direction."""

import json

import msgspec
import pytest

from server.compose import Capabilities
from server.transport.gateway import Registry, asyncapi
from server.transport.gateway.welcome import Hello
from server.transport.messages import LANGUAGES, catalogue
from tests.protocol.document import (
    PATH,
    Document,
    error_differences,
    event_differences,
    read,
    request_differences,
)
from tests.protocol.notation import Comparison, Object, parse


@pytest.fixture(scope="module")
def document() -> Document:
    return read(PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def registry(capabilities: Capabilities) -> Registry:
    return capabilities.gateway.registry


def test_events(document: Document, registry: Registry) -> None:
    assert event_differences(document, registry) == []


def test_requests(document: Document, capabilities: Capabilities) -> None:
    assert request_differences(document, capabilities.endpoints.table) == []


def test_errors(document: Document) -> None:
    assert error_differences(document) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_error_has_a_sentence(document: Document, language: str) -> None:
    assert set(document.errors) <= set(catalogue(language)["errors"])


def test_what_is_told_at_connect() -> None:
    """The members of ``auth`` stand in the text, not in a table."""
    text = PATH.read_text(encoding="utf-8")
    told = text.partition("Connect with `auth: ")[2].partition("`")[0]
    shape = parse(told)
    assert isinstance(shape, Object)
    assert Comparison({}, sent=False).differences(shape, Hello, "auth") == []


def test_help_is_never_limited_to_silence(registry: Registry) -> None:
    assert registry.up["help:now"].rate is None
    assert registry.up["help:now"].permission is None or registry.up["help:now"].permission.value == "help:ask"


def test_every_other_event_has_a_rate(registry: Registry) -> None:
    assert [event.name for event in registry.up.values() if event.rate is None] == ["help:now"]


def test_the_description_covers_every_event_and_is_plain_json(registry: Registry) -> None:
    description = asyncapi.describe(registry)
    sends = {f"send.{name.replace(':', '.')}" for name in registry.up}
    receives = {f"receive.{name.replace(':', '.')}" for name in registry.down}
    assert set(description["operations"]) == sends | receives
    assert json.loads(msgspec.json.encode(description)) == description
