"""One event: may it, what is in it, what comes of it, and the acknowledgement, whatever happens."""

import logging
from math import ceil

from server.infra.limits import Buckets
from server.infra.outage import is_passing
from server.kernel.clock import Clock
from server.kernel.errors import (
    BinomeError,
    InternalError,
    SessionExpired,
    TooFast,
    TooLarge,
    TryAgain,
    UnknownEvent,
)
from server.transport.gateway.connection import Connection
from server.transport.gateway.frames import EventText, encode_ack, encode_refusal
from server.transport.gateway.limits import Limits
from server.transport.gateway.metrics import UNKNOWN, Metrics
from server.transport.gateway.registry import Registry, UpEvent
from server.transport.messages import error_body
from server.transport.router import note_refusal

log = logging.getLogger(__name__)

RETRY_IN_MS = 2_000  # told with try_again, over the socket as over HTTP


class Dispatcher:
    """Rates and refusals are counted by account, over all its connections and for some time after the last."""

    def __init__(self, registry: Registry, clock: Clock, limits: Limits, metrics: Metrics) -> None:
        self._registry = registry
        self._clock = clock
        self._limits = limits
        self._metrics = metrics
        self._rates = Buckets(clock)
        self._refusals = Buckets(clock)

    async def dispatch(self, connection: Connection, text: EventText) -> None:
        """Handles one event of ``connection`` and acknowledges it, if asked to. Never raises."""
        started = self._clock.monotonic()
        event = self._registry.find(text.name)
        at_hand = False
        frame: bytes | None = None
        try:
            known = self._admit(connection, event, text)
            payload = known.parse(text.array)
            at_hand = True
            answer = await known.handler(connection, payload)
            if text.ack:
                frame = encode_ack(text.ack, answer)
            code = "ok"
        except Exception as error:
            told = told_of(error, event.name if event else UNKNOWN)
            code = told.code
            note_refusal(error, connection.principal, event_type=event.name if event else UNKNOWN)
            if text.ack:
                frame = encode_refusal(text.ack, error_body(told, connection.language))
        if frame is not None:
            connection.send_frame(frame)
        if code == SessionExpired.code:
            connection.end_now(code)
        elif code != "ok" and not at_hand:
            self.count_refusal(connection)
        self._metrics.event(event.name if event else UNKNOWN, code, self._clock.monotonic() - started)

    def _admit(self, connection: Connection, event: UpEvent | None, text: EventText) -> UpEvent:
        if event is None:
            raise UnknownEvent
        if self._clock.now() >= connection.principal.expires_at:
            raise SessionExpired
        if len(text.array) > event.max_bytes:
            raise TooLarge("body", field="payload", maximum=event.max_bytes)
        if event.rate is not None:
            wait = self._rates.take((connection.principal.account_id, event.name), event.rate)
            if wait > 0:
                raise TooFast(retry_in_ms=max(1, ceil(wait * 1000)))
        if event.permission is not None:
            connection.principal.require(event.permission)
        return event

    def count_refusal(self, connection: Connection) -> None:
        """Ends the connection of a client that sends and sends what is refused."""
        if self._refusals.take(connection.principal.account_id, self._limits.refusals) > 0:
            log.info("flood")
            connection.end_now(TooFast.code)

    def tidy(self) -> None:
        """Forgets the people who have been quiet."""
        self._rates.forget_full()
        self._refusals.forget_full()


def told_of(error: Exception, event: str) -> BinomeError:
    """What a client is told of ``error``: the one place where the socket maps exceptions."""
    if isinstance(error, BinomeError):
        return error
    facts = {"event_type": event, "error": type(error).__name__}
    if is_passing(error):
        log.warning("database_away", extra=facts)
        return TryAgain(retry_in_ms=RETRY_IN_MS)
    log.error("event_failed", extra=facts, exc_info=error)
    return InternalError()
