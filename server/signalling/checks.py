"""A look at the line before a call: what a device sends comes back to it alone, through the very path of calls.

Nobody else can hear it: each look is a room of its own in the engine, which no call can ever be. Short, and bounded.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final
from uuid import UUID

from server.kernel.errors import BadSdp, NotFound, TryAgain
from server.kernel.identifiers import new_id
from server.media.engine import MediaEngine, PeerState
from server.media.errors import NoSuchPeer, UnusableDescription
from server.signalling import check_wire as wire
from server.signalling.turn import Relays
from server.transport.gateway import Connection

LONGEST: Final = 15.0  # seconds; a client is done in 8
MOST: Final = 50  # at once in this process: each may bring 300 kbit/s
STATE: Final = PeerState(mic=True, camera=False, voice_only=True)


@dataclass(frozen=True, slots=True)
class _Look:
    peer: UUID
    connection: Connection
    end: asyncio.TimerHandle

    @property
    def room(self) -> str:
        return f"check:{self.peer}"


class Checks:
    """``relays`` as in ``Calls``."""

    def __init__(self, engine: MediaEngine, relays: Relays) -> None:
        self._engine = engine
        self._relays = relays
        self._looks: dict[UUID, _Look] = {}  # by account: one a person
        self._leaving: set[asyncio.Task[None]] = set()

    async def network(self, connection: Connection, _request: wire.Nothing) -> wire.NetworkAnswer:
        return wire.NetworkAnswer(network=name_of_network(connection.peer))

    async def begin(self, connection: Connection, request: wire.Check) -> wire.CheckAnswer:
        """Raises BadSdp; TryAgain when too many look at once. An earlier look of the same person ends."""
        account = connection.principal.account_id
        await self._end(self._looks.pop(account, None))
        if len(self._looks) >= MOST:
            raise TryAgain
        peer = new_id()
        end = asyncio.get_running_loop().call_later(LONGEST, self._end_soon, account, peer)
        look = self._looks[account] = _Look(peer, connection, end)
        try:
            joined = await self._engine.join(look.room, str(peer), request.sdp, STATE, video=False, capacity=1)
        except BaseException as error:
            if self._looks.get(account) is look:
                del self._looks[account]
            end.cancel()
            if isinstance(error, UnusableDescription):
                raise BadSdp(field="sdp") from error
            raise
        if self._looks.get(account) is not look or not connection.open:
            await self._end(look)
            raise NotFound
        return wire.CheckAnswer(check=peer, answer=joined.answer, offer=joined.offer, ice=self._relays.servers())

    async def answer(self, connection: Connection, request: wire.Checked) -> None:
        """Raises NotFound when the look is over, and BadSdp."""
        look = self._looks.get(connection.principal.account_id)
        if look is None or look.peer != request.check:
            raise NotFound
        try:
            await self._engine.answer(look.room, str(look.peer), request.sdp)
        except UnusableDescription as error:
            raise BadSdp(field="sdp") from error
        except NoSuchPeer as error:
            raise NotFound from error

    async def end(self, connection: Connection, request: wire.CheckEnd) -> None:
        """Idempotent."""
        account = connection.principal.account_id
        look = self._looks.get(account)
        if look is not None and look.peer == request.check:
            await self._end(self._looks.pop(account))

    async def disconnected(self, connection: Connection) -> None:
        account = connection.principal.account_id
        look = self._looks.get(account)
        if look is not None and look.connection is connection:
            await self._end(self._looks.pop(account))

    async def stop(self) -> None:
        for account in list(self._looks):
            await self._end(self._looks.pop(account))
        await asyncio.gather(*self._leaving)

    async def _end(self, look: _Look | None) -> None:
        if look is not None:
            look.end.cancel()
            await self._engine.leave(look.room, str(look.peer))

    def _end_soon(self, account: UUID, peer: UUID) -> None:
        look = self._looks.get(account)
        if look is None or look.peer != peer:
            return
        task = asyncio.get_running_loop().create_task(self._end(self._looks.pop(account)), name="check-end")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


def name_of_network(address: str) -> str:
    """The network that ``address`` belongs to, as a short name that says nothing by itself. A device keeps it beside
    what it saw of the line there; the server keeps nothing. IPv4 by /24, IPv6 by /48: what one household, school or
    mobile operator's gateway usually has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    prefix = 24 if isinstance(parsed, IPv4Address) else 48
    network = ip_network(f"{parsed}/{prefix}", strict=False)
    return hashlib.sha256(str(network).encode()).hexdigest()[:12]
