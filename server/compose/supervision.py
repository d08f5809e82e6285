"""Live supervision, and the door that it keeps for calls."""

from collections.abc import Collection
from contextlib import AsyncExitStack
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.compose.rooms import Rooms
from server.compose.signalling import Signalling
from server.escalation.duty.standing import on_duty
from server.escalation.store import is_urgent
from server.ground import Ground
from server.supervision.adults import Adults
from server.supervision.attendance.http import AttendanceHttp
from server.supervision.attendance.of_case import CallsOfCase
from server.supervision.attendance.register import Register
from server.supervision.board import Board
from server.supervision.http import SupervisionHttp
from server.supervision.knocks import Knocks
from server.supervision.leading import Leading
from server.supervision.sessions import Sessions
from server.supervision.socket import SupervisionSocket
from server.supervision.stepping_in import SteppingIn
from server.supervision.summons import Summoning
from server.supervision.whispers import Whispers
from server.transport.gateway import Gateway


class Supervision:
    def __init__(self, ground: Ground, gateway: Gateway, rooms: Rooms, signalling: Signalling) -> None:
        database, clock, notices, calls = ground.database, ground.clock, ground.notices, signalling.calls
        self.summoning = summoning = Summoning(database, clock, gateway, rooms.rights, calls, notices)
        rooms.help.summon = summoning.ask
        knocks = Knocks(database, clock, gateway, rooms.rights, notices, is_urgent, summoning.stands)
        calls.door = knocks.door
        calls.on_end(knocks.ended)
        for arrived in (knocks.arrived, summoning.arrived):
            rooms.presence.watch(arrival=arrived, departure=lambda _connection, _room: None)
        self.adults = Adults(calls, database, clock, notices)
        self.sessions = Sessions(calls, self.adults, summoning, database, clock)
        self.register = Register(calls, database, clock)
        self.board = Board(database, clock, gateway, notices, rooms.rights, _on_call)
        whispers = Whispers(database, clock, gateway, rooms.rights, notices)
        SupervisionSocket(
            gateway,
            knocks=knocks,
            summoning=summoning,
            leading=Leading(database, clock, calls),
            stepping_in=SteppingIn(database, clock, rooms.rights),
            whispers=whispers,
            board=self.board,
        )
        self.endpoints = (SupervisionHttp(self.board, whispers), AttendanceHttp(CallsOfCase(database, clock)))

    def start(self, running: AsyncExitStack) -> None:
        """Before the calls are, so that it is stopped after them."""
        running.push_async_callback(self.board.stop)
        running.push_async_callback(self.summoning.stop)
        running.push_async_callback(self.adults.stop)
        running.push_async_callback(self.sessions.stop)
        running.push_async_callback(self.register.stop)
        self.sessions.start()
        self.register.start()


async def _on_call(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> Collection[UUID]:
    return (await on_duty(conn, organisation_id, at)).on_call
