"""Our own engine, joined through our own signalling: what the benchmark measures."""

from collections.abc import Sequence
from pathlib import Path

from load_tests.binome import BinomeServer
from load_tests.chat.client import BinomeTalker
from load_tests.forwarding.screens import Picture, Screen
from load_tests.programs import LOOPBACK


class BinomeCalls:
    """Everyone sits in the room of the first pair: its two people, then the supervisor who enters."""

    name = "binome"

    def __init__(self, folder: Path) -> None:
        self._server = BinomeServer(folder)
        self._talkers: list[BinomeTalker] = []

    @property
    def roots(self) -> list[int]:
        return [self._server.pid]

    async def start(self, people: int) -> None:
        if people > 3:
            raise ValueError("a pair and its supervisor are three")
        await self._server.start(2)

    async def call(self, people: Sequence[Screen], picture: Picture) -> None:
        room = self._server.seats[0].room
        tokens = [*(seat.token for seat in self._server.seats), self._server.supervisor]
        for token, person in zip(tokens, people, strict=False):
            talker = BinomeTalker(token, room)
            await talker.connect(LOOPBACK, self._server.port)
            self._talkers.append(talker)
            if token == self._server.supervisor:  # the two are in their room already
                await talker.ask("room:enter", {"room": room})
            joined = await talker.ask(
                "call:join",
                {
                    "room": room,
                    "sdp": await person.offer_up(picture),
                    "caps": {"video": True},
                    "mic": True,
                    "camera": True,
                },
            )
            await person.accept_up(str(joined["answer"]))
            answer = await person.answer_down(str(joined["offer"]))
            await talker.ask("call:answer", {"room": room, "peer": joined["peer"], "sdp": answer})

    async def stop(self) -> None:
        for talker in self._talkers:
            talker.close()
        self._server.stop()
