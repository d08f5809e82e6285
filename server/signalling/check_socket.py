"""The events of a look at the line. Nothing is decided here."""

from server.infra.limits import Rate
from server.kernel.permissions import Permission
from server.signalling import check_wire as wire
from server.signalling.checks import Checks
from server.signalling.descriptions import described, read
from server.signalling.socket import LONGEST_FRAME
from server.transport.gateway import Connection, Gateway

_DEAR = Rate(per_second=0.1, burst=4)  # two DTLS handshakes and some 50 kB of sound each
_STEP = Rate(per_second=0.5, burst=8)


class ChecksSocket:
    """Registers the events on the gateway."""

    def __init__(self, gateway: Gateway, checks: Checks) -> None:
        self._checks = checks
        on, may = gateway.on, Permission.CALL_JOIN
        on("check:network", wire.Nothing, checks.network, answer=wire.NetworkAnswer, permission=may, rate=_STEP)
        on(
            "check:begin",
            wire.Check,
            self.begin,
            answer=wire.CheckAnswer,
            permission=may,
            rate=_DEAR,
            max_bytes=LONGEST_FRAME,
        )
        on("check:answer", wire.Checked, self.answer, permission=may, rate=_STEP, max_bytes=LONGEST_FRAME)
        on("check:end", wire.CheckEnd, checks.end, permission=may, rate=_STEP)
        gateway.on_disconnect(checks.disconnected)

    async def begin(self, connection: Connection, request: wire.Check) -> wire.CheckAnswer:
        return await described(request, lambda: self._checks.begin(connection, request))

    async def answer(self, connection: Connection, request: wire.Checked) -> None:
        request.sdp = read(request.sdp)
        await self._checks.answer(connection, request)
