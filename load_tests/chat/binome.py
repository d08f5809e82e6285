"""Our own server as the chat scenarios see it."""

import asyncio
from pathlib import Path

from sqlalchemy import func, select

from load_tests.binome import BinomeServer
from load_tests.chat.client import BinomeTalker
from load_tests.chat.talker import Talker
from load_tests.programs import LOOPBACK
from load_tests.seed import Seat
from server.infra.database import Database
from server.rooms.tables import messages


class Binome:
    name = "binome"
    acknowledges = True

    def __init__(self, folder: Path) -> None:
        self._server = BinomeServer(folder)

    @property
    def port(self) -> int:
        return self._server.port

    def seat(self, person: int) -> Seat:
        return self._server.seats[person]

    @property
    def supervisor(self) -> str:
        return self._server.supervisor

    @property
    def admin(self) -> str:
        return self._server.admin

    def database(self) -> Database:
        return self._server.database()

    @property
    def server_pid(self) -> int:
        return self._server.pid

    @property
    def database_pid(self) -> int:
        return self._server.database_pid

    async def start(self, people: int) -> None:
        await self._server.start(people)

    async def connect(self, person: int) -> BinomeTalker:
        return await self._connect(person, None)

    async def reconnect(self, person: int, before: Talker) -> BinomeTalker:
        assert isinstance(before, BinomeTalker)
        talker = await self._connect(person, before.last_seq)
        async with asyncio.timeout(20):
            await talker.synchronised
        return talker

    async def _connect(self, person: int, cursor: int | None) -> BinomeTalker:
        seat = self._server.seats[person]
        talker = BinomeTalker(seat.token, seat.room, cursor)
        await talker.connect(LOOPBACK, self._server.port)
        return talker

    async def kept(self) -> int:
        database = self._server.database()
        try:
            async with database.everywhere() as conn:
                count: int = (await conn.execute(select(func.count()).select_from(messages))).scalar_one()
        finally:
            await database.close()
        return count

    async def stop(self) -> None:
        self._server.stop()
