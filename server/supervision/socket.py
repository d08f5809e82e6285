"""The events of live supervision: their types, and the use case behind each. Nothing is decided here."""

from typing import Final

from server.infra.limits import Rate
from server.kernel.permissions import Permission
from server.supervision import wire
from server.supervision.board import Board
from server.supervision.knocks import Knocks
from server.supervision.leading import Leading
from server.supervision.stepping_in import SteppingIn
from server.supervision.summons import Summoning
from server.supervision.whispers import Whispers
from server.transport.gateway import Connection, Gateway

_BUTTON: Final = Rate(per_second=2, burst=20)
_WRITES: Final = Rate(per_second=2, burst=30)


class SupervisionSocket:
    """Registers the events on the gateway."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        knocks: Knocks,
        summoning: Summoning,
        leading: Leading,
        stepping_in: SteppingIn,
        whispers: Whispers,
        board: Board,
    ) -> None:
        self._knocks = knocks
        self._summoning = summoning
        self._leading = leading
        self._stepping_in = stepping_in
        self._whispers = whispers
        self._board = board
        on, acts = gateway.on, Permission.ROOM_SUPERVISE
        on("supervise:knock", wire.Knock, self.knock, answer=wire.KnockAnswer, permission=acts, rate=_BUTTON)
        on("supervise:look", wire.WhichRoom, self.look, answer=wire.LookAnswer, permission=acts, rate=_BUTTON)
        on("supervise:withdraw", wire.WhichRoom, self.withdraw, permission=acts, rate=_BUTTON)
        on("supervise:speak", wire.Speak, self.speak, permission=acts, rate=_BUTTON)
        on("supervise:lead", wire.Lead, self.lead, permission=acts, rate=_BUTTON)
        on("supervise:pause", wire.StepIn, self.pause, permission=acts, rate=_BUTTON)
        on("supervise:resume", wire.WhichRoom, self.resume, permission=acts, rate=_BUTTON)
        on("supervise:end", wire.StepIn, self.end, permission=acts, rate=_BUTTON)
        on("supervise:remove", wire.PutOut, self.put_out, permission=acts, rate=_BUTTON)
        on("supervise:readmit", wire.LetIn, self.let_in, permission=acts, rate=_BUTTON)
        on(
            "supervise:whisper",
            wire.SendWhisper,
            self.whisper,
            answer=wire.WhisperAnswer,
            permission=acts,
            rate=_WRITES,
        )
        on(
            "supervise:answer",
            wire.SendWhisper,
            self.answer,
            answer=wire.WhisperAnswer,
            permission=Permission.WHISPER_ANSWER,
            rate=_WRITES,
        )
        on("call:unsummon", wire.WhichRoom, self.unsummon, permission=Permission.CALL_JOIN, rate=_BUTTON)
        on(
            "board:watch",
            wire.WatchBoard,
            self.watch,
            answer=wire.Sessions,
            permission=Permission.BOARD_SEE,
            rate=_BUTTON,
        )
        gateway.declare("call:summoned", wire.Summoned)
        gateway.declare("supervise:announced", wire.Announced)
        gateway.declare("supervise:withdrawn", wire.Withdrawn)
        gateway.declare("supervise:whispered", wire.Whisper)
        gateway.declare("board:sessions", wire.Sessions)
        gateway.on_disconnect(self.disconnected)

    async def knock(self, connection: Connection, request: wire.Knock) -> wire.KnockAnswer:
        return await self._knocks.knock(connection.principal, request)

    async def look(self, connection: Connection, request: wire.WhichRoom) -> wire.LookAnswer:
        room_id, wait_ms, now = await self._knocks.look(connection.principal, request)
        return wire.LookAnswer(wait_ms, now, self._summoning.asking(room_id))

    async def unsummon(self, connection: Connection, request: wire.WhichRoom) -> None:
        await self._summoning.take_back(connection, request)

    async def withdraw(self, connection: Connection, request: wire.WhichRoom) -> None:
        await self._knocks.withdraw(connection.principal, request)

    async def speak(self, connection: Connection, request: wire.Speak) -> None:
        await self._leading.speak(connection, request)

    async def lead(self, connection: Connection, request: wire.Lead) -> None:
        await self._leading.lead(connection, request)

    async def pause(self, connection: Connection, request: wire.StepIn) -> None:
        await self._stepping_in.pause(connection.principal, request)

    async def resume(self, connection: Connection, request: wire.WhichRoom) -> None:
        await self._stepping_in.resume(connection.principal, request)

    async def end(self, connection: Connection, request: wire.StepIn) -> None:
        await self._stepping_in.end(connection.principal, request)

    async def put_out(self, connection: Connection, request: wire.PutOut) -> None:
        await self._stepping_in.put_out(connection.principal, request)

    async def let_in(self, connection: Connection, request: wire.LetIn) -> None:
        await self._stepping_in.let_in(connection.principal, request)

    async def whisper(self, connection: Connection, request: wire.SendWhisper) -> wire.WhisperAnswer:
        return await self._whispers.whisper(connection, request)

    async def answer(self, connection: Connection, request: wire.SendWhisper) -> wire.WhisperAnswer:
        return await self._whispers.answer(connection, request)

    async def watch(self, connection: Connection, request: wire.WatchBoard) -> wire.Sessions:
        return await self._board.watch(connection, watch=request.watch)

    async def disconnected(self, connection: Connection) -> None:
        self._board.stopped(connection)
