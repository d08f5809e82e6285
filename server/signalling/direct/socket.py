"""The events of direct calls, and the use case behind each. Nothing is decided here."""

from server.infra.limits import Rate
from server.kernel.permissions import Permission
from server.signalling.direct import wire
from server.signalling.direct.direct import DirectCalls
from server.transport.gateway import Connection, Gateway

LONGEST_FRAME = 2 * wire.LONGEST_DESCRIPTION + 1024  # bytes: every line end of a description escaped

_AGREE = Rate(per_second=1, burst=10)
_DESCRIBE = Rate(per_second=0.5, burst=6)


class DirectSocket:
    """Registers the events on the gateway; after those of calls, whose parts lose their socket first."""

    def __init__(self, gateway: Gateway, direct: DirectCalls) -> None:
        self._direct = direct
        permission = Permission.CALL_JOIN
        gateway.on("call:direct", wire.Agree, self.agree, permission=permission, rate=_AGREE)
        gateway.on(
            "call:describe",
            wire.Describe,
            self.describe,
            permission=permission,
            rate=_DESCRIBE,
            max_bytes=LONGEST_FRAME,
        )
        gateway.declare("call:direct", wire.Direct)
        gateway.declare("call:describe", wire.Described)
        gateway.on_disconnect(direct.disconnected)

    async def agree(self, connection: Connection, request: wire.Agree) -> None:
        await self._direct.agree(connection, request)

    async def describe(self, connection: Connection, request: wire.Describe) -> None:
        await self._direct.describe(connection, request)
