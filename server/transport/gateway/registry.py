"""Which events there are: for each its types, its limits and, when a client may send it, its handler.

The decoding of frames, the AsyncAPI description and the check of docs/protocol.md are all made from this one table.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from server.infra.limits import Rate
from server.kernel.errors import BadRequest
from server.kernel.permissions import Permission
from server.transport import payload as payloads
from server.transport.gateway.connection import Connection

Answer = Mapping[str, Any] | msgspec.Struct | None
EventHandler = Callable[[Connection, Any], Awaitable[Answer]]

DEFAULT_MAX_BYTES = 16 * 1024  # of a whole frame: the longest message, each character escaped, is half of it
_EVENT_NAME = re.compile(r"[a-z]+:[a-z]+")


@dataclass(frozen=True, slots=True)
class UpEvent:
    """An event that clients send. ``max_bytes`` bounds its whole frame. ``lenient``: what cannot be read of its payload
    counts as not said."""

    name: str
    payload: Any
    handler: EventHandler
    answer: Any
    permission: Permission | None
    rate: Rate | None
    max_bytes: int
    reader: msgspec.json.Decoder[tuple[str, Any]] = field(repr=False)
    lenient: bool = False

    def parse(self, array: bytes) -> Any:
        """The payload out of ``["name",payload]``. Raises BadRequest that names the field, unless it is lenient."""
        try:
            return payloads.decode(array, self.reader)[1]
        except BadRequest as refusal:
            if self.lenient:
                return payloads.gleaned(array, self.payload)
            refusal.field = _in_payload(refusal.field)
            raise


@dataclass(frozen=True, slots=True)
class DownEvent:
    """An event that the server sends."""

    name: str
    payload: Any


class Registry:
    """The events of one gateway, by name. A name may go both ways, with a type for each."""

    def __init__(self) -> None:
        self.up: dict[str, UpEvent] = {}
        self.down: dict[str, DownEvent] = {}
        self._by_wire_name: dict[bytes, UpEvent] = {}

    def on(
        self,
        event: str,
        payload: Any,
        handler: EventHandler,
        *,
        answer: Any = None,
        permission: Permission | None = None,
        rate: Rate | None,
        max_bytes: int = DEFAULT_MAX_BYTES,
        lenient: bool = False,
    ) -> None:
        _check_name(event, self.up)
        reader = payloads.decoder(tuple[str, payload])
        self.up[event] = UpEvent(event, payload, handler, answer, permission, rate, max_bytes, reader, lenient)
        self._by_wire_name[event.encode()] = self.up[event]

    def declare(self, event: str, payload: Any) -> None:
        _check_name(event, self.down)
        self.down[event] = DownEvent(event, payload)

    def find(self, wire_name: bytes) -> UpEvent | None:
        """The event that a client may send under this name."""
        return self._by_wire_name.get(wire_name)


def _in_payload(path: str | None) -> str:
    """``path`` counted from the payload, which is element 1 of its frame's array: ``[1].body`` is ``body``."""
    return (path or "").removeprefix("[1]").removeprefix(".") or "payload"


def _check_name(event: str, known: Mapping[str, object]) -> None:
    if not _EVENT_NAME.fullmatch(event):
        raise ValueError(f"{event!r} is no event name: two words in small letters with a colon between")
    if event in known:
        raise ValueError(f"{event!r} is declared twice")
