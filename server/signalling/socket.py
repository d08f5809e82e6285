"""The events of calls: their types, and the use case behind each. Nothing is decided here."""

from dataclasses import dataclass

from server.infra.limits import Rate
from server.kernel.permissions import Permission
from server.signalling import descriptions, wire
from server.signalling.calls import Calls
from server.signalling.descriptions import described
from server.transport.gateway import Connection, Gateway

LONGEST_FRAME = 64 * 1024  # bytes: a description of 32 KiB with every line end escaped, and more

_DEAR = Rate(per_second=0.5, burst=8)  # each costs two DTLS handshakes, some 10 ms of CPU
_OFTEN = Rate(per_second=1, burst=12)  # a bad line restarts again and again
_BUTTON = Rate(per_second=5, burst=30)
_SAMPLES = Rate(per_second=2, burst=20)  # one a second at most, times two tabs


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a person may do what, over all their devices."""

    join: Rate = _DEAR
    describe: Rate = _OFTEN
    state: Rate = _BUTTON
    stats: Rate = _SAMPLES
    leave: Rate = _BUTTON


class CallsSocket:
    """Registers the events of calls on the gateway."""

    def __init__(self, gateway: Gateway, calls: Calls, rates: Rates | None = None) -> None:
        self._calls = calls
        rates = rates or Rates()
        on, permission = gateway.on, Permission.CALL_JOIN
        on(
            "call:join",
            wire.Join,
            self.join,
            answer=wire.JoinAnswer,
            permission=permission,
            rate=rates.join,
            max_bytes=LONGEST_FRAME,
        )
        on(
            "call:answer",
            wire.Answer,
            self.answer,
            permission=permission,
            rate=rates.describe,
            max_bytes=LONGEST_FRAME,
        )
        on(
            "call:restart",
            wire.Restart,
            self.restart,
            answer=wire.RestartAnswer,
            permission=permission,
            rate=rates.describe,
            max_bytes=LONGEST_FRAME,
        )
        on("call:restarted", wire.Restarted, self.restarted, permission=permission, rate=rates.describe)
        on("call:state", wire.State, self.set_state, permission=permission, rate=rates.state)
        on("call:stats", wire.Stats, self.stats, permission=permission, rate=rates.stats)
        on("call:leave", wire.Leave, self.leave, permission=permission, rate=rates.leave)
        gateway.declare("call:slots", wire.Slots)
        gateway.declare("call:people", wire.People)
        gateway.declare("call:rung", wire.Step)
        gateway.declare("call:renew", wire.Renew)
        gateway.declare("call:ice", wire.Ice)
        gateway.declare("call:paused", wire.Paused)
        gateway.declare("call:ended", wire.Ended)
        gateway.on_disconnect(calls.disconnected)

    async def join(self, connection: Connection, request: wire.Join) -> wire.JoinAnswer:
        return await described(request, lambda: self._calls.join(connection, request))

    async def answer(self, connection: Connection, request: wire.Answer) -> None:
        request.sdp = descriptions.read(request.sdp)
        await self._calls.answer(connection, request)

    async def restart(self, connection: Connection, request: wire.Restart) -> wire.RestartAnswer:
        return await described(request, lambda: self._calls.restart(connection, request))

    async def restarted(self, connection: Connection, request: wire.Restarted) -> None:
        await self._calls.restarted(connection, request)

    async def set_state(self, connection: Connection, request: wire.State) -> None:
        await self._calls.set_state(connection, request)

    async def stats(self, connection: Connection, request: wire.Stats) -> None:
        self._calls.stats(connection, request)

    async def leave(self, connection: Connection, request: wire.Leave) -> None:
        await self._calls.leave(connection, request)
