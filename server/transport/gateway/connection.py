"""One signed-in socket, as the capabilities see it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from server.kernel.principal import Principal
from server.transport.gateway.frames import DISCONNECT, encode_event

MAX_HELD = 1000  # frames sent while the handlers of on_connect run: more is a mistake in one of them


class Ended(msgspec.Struct):
    """Why the server closes: a stable code."""

    code: str


class Wire(Protocol):
    """What a connection needs of its transport."""

    def write(self, *frames: bytes) -> None:
        """Sends Engine.IO message frames, or keeps them while the transport cannot take them. Never blocks, and does
        nothing once the transport is closed; closes it when too much waits."""
        ...

    def finish(self, *frames: bytes) -> None:
        """Sends ``frames`` and closes when they are out, or after a few seconds without."""
        ...


class Connection:
    """What is known of one socket. Made by the gateway only.

    ``principal`` is who connected, as they were then; ``language`` is that of what they see, else theirs. ``cursors``
    are those that the client brought, by room reference; they are dropped when the handlers of ``on_connect`` are
    through.
    ``peer`` is the network address, for counting only: it is never logged. ``topics`` still says, in the handlers of
    ``on_disconnect``, what the connection had joined.
    """

    __slots__ = (
        "_held",
        "_on_end",
        "_state",
        "_wire",
        "compact",
        "cursors",
        "language",
        "open",
        "peer",
        "principal",
        "sid",
        "topics",
    )

    def __init__(
        self,
        wire: Wire,
        sid: str,
        principal: Principal,
        on_end: Callable[["Connection"], None],
        *,
        peer: str,
        compact: bool,
        cursors: Mapping[str, int],
        language: str | None = None,
    ) -> None:
        self._wire = wire
        self._on_end = on_end
        self._held: list[bytes] | None = []
        self._state: dict[str, Any] | None = None
        self.sid = sid
        self.principal = principal
        self.language = language or principal.language
        self.peer = peer
        self.compact = compact
        self.cursors = cursors
        self.topics: set[str] = set()
        self.open = True

    @property
    def state(self) -> dict[str, Any]:
        """A capability's own facts about this connection, under a key of its own; made at first use."""
        if self._state is None:
            self._state = {}
        return self._state

    def send(self, event: str, payload: Any) -> None:
        """Sends one event. Never blocks, and does nothing on a connection that is gone. A client that does not read
        is disconnected when too much waits for it."""
        if self.open:
            self.send_frame(encode_event(event, payload))

    def send_frame(self, frame: bytes) -> None:
        """As ``send``, for a frame from ``encode_event``."""
        if not self.open:
            return
        if self._held is None:
            self._wire.write(frame)
        elif len(self._held) < MAX_HELD:
            self._held.append(frame)
        else:
            raise OverflowError("too many frames before the connection is accepted")

    def accept(self, first: bytes) -> None:
        """For the gateway: sends ``first``, then all that was held back until the handlers of ``on_connect`` agreed."""
        held, self._held = self._held, None
        self._wire.write(first, *(held or ()))

    async def end(self, code: str) -> None:
        """Tells the client ``session:ended`` with ``code`` and closes. From now on nothing reaches it, and no event of
        it is handled; the handlers of ``on_disconnect`` run as soon as the event in hand, if any, is done."""
        self.end_now(code)

    def end_now(self, code: str) -> None:
        """``end`` for callers that cannot wait; there is nothing to wait for."""
        if not self.open:
            return
        self._on_end(self)
        if self._held is None:  # else the handshake is under way, and refuses when it finds the connection ended
            self._wire.finish(encode_event("session:ended", Ended(code)), DISCONNECT)
