"""Calls and the engine that carries them."""

from contextlib import AsyncExitStack

from server.compose.rooms import Rooms
from server.ground import Ground
from server.signalling.calls import Calls
from server.signalling.check_socket import ChecksSocket
from server.signalling.checks import Checks
from server.signalling.direct.direct import DirectCalls
from server.signalling.direct.socket import DirectSocket
from server.signalling.meetings import Meetings
from server.signalling.metrics import CallMetrics
from server.signalling.revocation import CallRevocation
from server.signalling.side.sides import Sides
from server.signalling.socket import CallsSocket
from server.signalling.turn import Relays
from server.transport.gateway import Gateway
from server.transport.web_session import Authenticator


class Signalling:
    def __init__(self, ground: Ground, gateway: Gateway, rooms: Rooms, authenticator: Authenticator) -> None:
        self.engine = ground.media
        self.relays = Relays(ground.settings.turn_url, ground.settings.turn_secret or "", ground.clock)
        self.calls = Calls(self.engine, gateway, rooms.rights, rooms.visits, ground.clock, relays=self.relays)
        self.sides = Sides(self.calls, self.engine, rooms.rights, authenticator, ground.clock)
        self.revocation = CallRevocation(self.calls, rooms.rights, ground.notices, ground.database, ground.clock)
        rooms.presence.watch(arrival=self.calls.arrived, departure=self.calls.departed)
        rooms.live.in_call = lambda room, account: self.calls.parts.of_account(room, account) is not None
        CallsSocket(gateway, self.calls)
        self.checks = Checks(self.engine, self.relays)
        ChecksSocket(gateway, self.checks)
        self.direct = DirectCalls(self.calls, rooms.rights, ground.database, ground.notices, ground.clock)
        DirectSocket(gateway, self.direct)
        self.meetings = Meetings(self.calls, ground.database, ground.clock)
        self.metrics = CallMetrics(self.engine, self.calls)
        ground.metrics.register(self.metrics)
        ground.health.add("media", self._carries)

    async def _carries(self) -> bool:
        return self.engine.alive()

    async def start(self, running: AsyncExitStack) -> None:
        """Raises when a media port cannot be had."""
        running.push_async_callback(self.engine.stop)
        await self.engine.start(self.calls)
        running.push_async_callback(self.sides.stop)
        running.push_async_callback(self.meetings.stop)
        running.push_async_callback(self.calls.stop)
        running.push_async_callback(self.revocation.stop)
        running.push_async_callback(self.checks.stop)
        running.push_async_callback(self.direct.stop)
        running.push_async_callback(self.relays.stop)
        self.relays.start(self.calls.parts)
