"""HTTP around live supervision: what is a list."""

from server.kernel.permissions import Permission
from server.rooms.reference import of_path
from server.supervision import wire
from server.supervision.board import Board
from server.supervision.whispers import Whispers
from server.transport.endpoint import Call, endpoint


class SupervisionHttp:
    def __init__(self, board: Board, whispers: Whispers) -> None:
        self._board = board
        self._whispers = whispers

    @endpoint("GET", "/api/v1/board/sessions", answer=wire.Sessions, permission=Permission.BOARD_SEE)
    async def sessions(self, call: Call) -> wire.Sessions:
        """The calls that go on now: those of one's own pairs, and for who is on call an outline of all others."""
        return await self._board.sessions(call.principal)

    @endpoint("GET", "/api/v1/rooms/{room}/whispers", answer=wire.Whispers, permission=Permission.WHISPER_READ)
    async def whispers(self, call: Call) -> wire.Whispers:
        """What the reader and the other adult of a room wrote each other aside; the last fifty."""
        return await self._whispers.listed(call.principal, of_path(call))
