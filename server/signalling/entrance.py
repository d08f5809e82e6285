"""Coming into a call: whom a professional passes, and what is known of somebody at the moment in which they come."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from server.kernel.errors import Forbidden
from server.media.engine import PeerState
from server.rooms.access import Access
from server.signalling import wire
from server.signalling.lines import Line
from server.signalling.parts import Part
from server.transport.gateway import Connection

Door = Callable[[Access], Awaitable[None]]  # raises Forbidden for a professional who may not come in yet


async def shut(_access: Access) -> None:
    """The door of a house in which nobody announces themselves."""
    raise Forbidden("announce_first")


def wished(request: wire.Join | wire.State) -> PeerState:
    """What somebody switched on."""
    return PeerState(request.mic, request.camera, request.voice_only)


def new_part(
    peer: UUID,
    connection: Connection,
    access: Access,
    request: wire.Join,
    line: Line,
    now: datetime,
    *,
    observing: bool,
) -> Part:
    """Of nobody whom the engine knows yet."""
    return Part(
        peer=peer,
        room_id=access.room_id,
        principal=connection.principal,
        seat=access.seat,
        staff=access.staff,
        since=now,
        state=wished(request),
        line=line,
        connection=connection,
        wished=wished(request),
        calls_ended=access.room.calls_ended,
        observing=observing,
    )
