"""How soon a right that ends has ended: pairs who talk to each other, of whom somebody loses a right. From the answer
to whoever ended it, until the sockets that it concerns are told, and until the last packet of media at the other side;
on a quiet server, and while chat runs at its own maximum."""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import text

from load_tests.chat import scenarios
from load_tests.chat.binome import Binome
from load_tests.chat.client import BinomeTalker
from load_tests.chat.talker import Talker
from load_tests.figures import Measured
from load_tests.programs import LOOPBACK
from load_tests.seed import Seat
from load_tests.voices.ends import Voice
from load_tests.voices.run import RATE
from server.infra.database import Database
from server.kernel.identifiers import new_id

PAIRS = 20  # that each way of ending is tried on, all in their calls at once
JOINING = 4  # at a time
LISTEN = 3.0  # seconds after the last end, in which everyone goes on talking
BETWEEN = 0.1  # seconds between two ends
_TOLD = (b'42["room:rights"', b'42["call:ended"', b'42["session:ended"')


class Person(BinomeTalker):
    """Notes when they were first told that something has ended."""

    def __init__(self, token: str, room: int) -> None:
        super().__init__(token, room)
        self.told_at: float | None = None

    def text_received(self, payload: bytes) -> None:
        if not payload.startswith(_TOLD):
            super().text_received(payload)
        elif self.told_at is None:
            self.told_at = time.perf_counter()


@dataclass(slots=True)
class Side:
    """One of a pair in their call. ``heard_at``: when the last packet of the other came."""

    seat: Seat
    voice: Voice
    person: Person
    heard_at: float = 0.0

    def hear(self, _delay: float) -> None:
        self.heard_at = time.perf_counter()


@dataclass(frozen=True, slots=True)
class Pair:
    mentor: Side
    mentee: Side


class Staff:
    """What people and professionals do over HTTP, and another process in the database."""

    def __init__(self, http: aiohttp.ClientSession, database: Database, system: Binome) -> None:
        self._http = http
        self._database = database
        self._admin, self._supervisor = system.admin, system.supervisor

    async def ask(self, token: str, method: str, path: str, body: Any = None) -> Any:
        """Raises ConnectionError for what is refused."""
        own = {"Authorization": f"Bearer {token}"}
        async with self._http.request(method, f"/api/v1/{path}", json=body, headers=own) as answer:
            told = await answer.read()
            if not answer.ok:
                raise ConnectionError(f"{method} /api/v1/{path}: {answer.status} {told.decode()}")
            return await answer.json() if told else None

    async def consent(self, pair: Pair, purpose: str) -> None:
        body = {"mentee": str(pair.mentee.seat.account_id), "purpose": purpose, "agree": False, "version": 1}
        await self.ask(pair.mentee.seat.token, "POST", "my-consents", body)

    async def writing_taken_back(self, pair: Pair) -> None:
        await self.consent(pair, "chat")

    async def calls_taken_back(self, pair: Pair) -> None:
        await self.consent(pair, "video")

    async def mentor_suspended(self, pair: Pair) -> None:
        body = {"why": "report"}
        await self.ask(self._supervisor, "POST", f"people/{pair.mentor.seat.account_id}/suspend", body)

    async def paper_withdrawn(self, pair: Pair) -> None:
        path = f"mentors/{pair.mentor.seat.account_id}/papers"
        papers = (await self.ask(self._supervisor, "GET", path))["papers"]
        await self.ask(self._supervisor, "DELETE", f"{path}/{papers[0]['id']}")

    async def paused(self, pair: Pair) -> None:
        path = f"pairs/{pair.mentor.seat.pair_id}"
        revision = (await self.ask(self._supervisor, "GET", path))["revision"]
        await self.ask(
            self._supervisor, "POST", f"{path}/acts", {"act": "pause", "why": "tension", "revision": revision}
        )

    async def paused_by_another_process(self, pair: Pair) -> None:
        async with self._database.everywhere() as conn:
            change = text("update pairs set state = 'paused' where id = :pair")
            await conn.execute(change, {"pair": pair.mentor.seat.pair_id})

    async def device_revoked(self, pair: Pair) -> None:
        await self.ask(self._admin, "DELETE", f"accounts/{pair.mentee.seat.account_id}/devices")

    async def signed_out_everywhere(self, pair: Pair) -> None:
        await self.ask(pair.mentee.seat.token, "DELETE", "session/devices")

    async def account_closed(self, pair: Pair) -> None:
        await self.ask(self._admin, "POST", f"accounts/{pair.mentee.seat.account_id}/close")

    async def forgotten(self, pair: Pair) -> None:
        asked = str(new_id())
        await self.ask(pair.mentee.seat.token, "POST", "data/requests", {"id": asked, "kind": "erasure"})
        await self.ask(self._admin, "POST", f"data/desk/{asked}/erase", {"revision": 0})


Way = Callable[[Staff, Pair], Awaitable[None]]
WAYS: tuple[Way, ...] = (
    Staff.writing_taken_back,
    Staff.calls_taken_back,
    Staff.mentor_suspended,
    Staff.paper_withdrawn,
    Staff.paused,
    Staff.paused_by_another_process,
    Staff.device_revoked,
    Staff.signed_out_everywhere,
    Staff.account_closed,
    Staff.forgotten,
)

# One of each kind: a room that is paused, a call alone, a session, an account.
BESIDE_CHAT: tuple[Way, ...] = (
    Staff.paused_by_another_process,
    Staff.calls_taken_back,
    Staff.device_revoked,
    Staff.account_closed,
)


@dataclass(frozen=True, slots=True)
class Delays:
    """Milliseconds from the answer; what was faster than the answer is 0."""

    p50: float
    p99: float
    most: float


@dataclass(frozen=True, slots=True)
class Ended:
    """One way. ``told``: until the later of those whom it concerns was told; ``media``: until the last packet, either
    way; ``answer``: how long the answer itself took, of all requests that it needs."""

    way: str
    told: list[float]
    media: list[float]
    answer: list[float]

    def details(self) -> dict[str, Any]:
        found = {"told": self.told, "media": self.media, "answer": self.answer}
        return {
            "way": self.way,
            **{name: asdict(delays(values)) for name, values in found.items()},
            "samples_ms": {name: [round(value * 1000, 1) for value in values] for name, values in found.items()},
        }


def delays(values: Sequence[float]) -> Delays:
    """Of seconds."""
    found = [max(0.0, value) * 1000 for value in values]
    return Delays(scenarios.percentile(found, 50), scenarios.percentile(found, 99), max(found))


async def measure(folder: Path, _options: argparse.Namespace) -> Measured:
    system = Binome(folder / "revocation")
    people = scenarios.CROWD
    try:
        await system.start(scenarios.CROWD + 2 * PAIRS * (len(WAYS) + len(BESIDE_CHAT)))
        async with AsyncExitStack() as running:
            http = await running.enter_async_context(aiohttp.ClientSession(f"http://{LOOPBACK}:{system.port}"))
            database = system.database()
            running.push_async_callback(database.close)
            staff = Staff(http, database, system)
            quiet = [await _end(system, staff, way, people + 2 * PAIRS * k) for k, way in enumerate(WAYS)]
            people += 2 * PAIRS * len(WAYS)
            talkers = await running.enter_async_context(scenarios.connected(system, range(scenarios.CROWD)))
            beside: list[Ended] = []
            problems: list[str] = []
            for k, way in enumerate(BESIDE_CHAT):
                ended, problem = await _beside_chat(system, staff, talkers, way, people + 2 * PAIRS * k)
                beside.append(ended)
                problems += problem
    finally:
        await system.stop()
    return Measured(
        values={**_values("revocation", quiet), **_values("revocation.chat", beside)},
        details={
            "revocation": {
                "quiet": [ended.details() for ended in quiet],
                "beside_chat": [ended.details() for ended in beside],
            }
        },
        problems=problems,
    )


def _values(key: str, found: Sequence[Ended]) -> dict[str, float]:
    told = delays([value for ended in found for value in ended.told])
    media = delays([value for ended in found for value in ended.media])
    return {
        f"{key}.told.p50": told.p50,
        f"{key}.told.p99": told.p99,
        f"{key}.media.p50": media.p50,
        f"{key}.media.p99": media.p99,
        f"{key}.most": max(told.most, media.most),
    }


async def _beside_chat(
    system: Binome, staff: Staff, talkers: Sequence[Talker], way: Way, first: int
) -> tuple[Ended, list[str]]:
    """Everyone of the crowd has messages under way all the time, as when the most is measured that they get through.
    Also what went wrong with the chat, which is no reason not to tell when rights ended."""
    async with AsyncExitStack() as running:
        pairs = await _join(system, first, running)
        seconds = PAIRS * (BETWEEN + 0.1) + LISTEN
        chat = asyncio.create_task(scenarios.closed_loop(system, talkers, scenarios.WINDOWS[-1], seconds))
        try:
            await asyncio.sleep(scenarios.WARM_UP_SECONDS)
            ended = await _end_all(staff, way, pairs)
        finally:
            (outcome,) = await asyncio.gather(chat, return_exceptions=True)
        failed = isinstance(outcome, BaseException)
        return ended, [f"revocation: the chat beside {way.__name__}: {outcome}"] if failed else []


async def _end(system: Binome, staff: Staff, way: Way, first: int) -> Ended:
    async with AsyncExitStack() as running:
        return await _end_all(staff, way, await _join(system, first, running))


async def _join(system: Binome, first: int, running: AsyncExitStack) -> list[Pair]:
    """The pairs of the people from ``first`` on, in their calls."""
    gate = asyncio.Semaphore(JOINING)

    async def one(number: int) -> Side:
        seat = system.seat(number)
        person = Person(seat.token, seat.room)
        voice = Voice(seat, person)
        running.push_async_callback(voice.close)
        async with gate:
            await voice.join(system.port)
        side = Side(seat, voice, person)
        voice.down.heard = side.hear
        return side

    sides = await asyncio.gather(*(one(number) for number in range(first, first + 2 * PAIRS)))
    return [Pair(*two) for two in zip(sides[::2], sides[1::2], strict=True)]


async def _end_all(staff: Staff, way: Way, pairs: Sequence[Pair]) -> Ended:
    """One after the other, while all talk. Raises ConnectionError when nobody is told, or somebody is heard on."""
    talking = asyncio.create_task(_talk([side.voice for pair in pairs for side in (pair.mentor, pair.mentee)]))
    asked: list[float] = []
    answered: list[float] = []
    try:
        await asyncio.sleep(1.0)
        for pair in pairs:
            for side in (pair.mentor, pair.mentee):
                if not side.heard_at:
                    raise ConnectionError(f"{way.__name__}: a voice did not come through")
                side.person.told_at = None  # of the other's coming into the call
            asked.append(time.perf_counter())
            await way(staff, pair)
            answered.append(time.perf_counter())
            await asyncio.sleep(BETWEEN)
        await asyncio.sleep(LISTEN)
    finally:
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
    over = time.perf_counter()
    told, media = [], []
    for pair, answer in zip(pairs, answered, strict=True):
        last = max(pair.mentor.heard_at, pair.mentee.heard_at)
        moments = [side.person.told_at for side in (pair.mentor, pair.mentee) if side.person.told_at is not None]
        if not moments or over - last < LISTEN / 4:
            raise ConnectionError(f"{way.__name__}: it did not end")
        told.append(max(moments) - answer)
        media.append(last - answer)
    name = way.__name__
    return Ended(name, told, media, [answer - ask for ask, answer in zip(asked, answered, strict=True)])


async def _talk(voices: Sequence[Voice]) -> None:
    """Everyone all the time, evenly spread."""
    start, said = time.perf_counter(), 0
    while True:
        due = int((time.perf_counter() - start) * RATE * len(voices))
        for number in range(said, due):
            voices[number % len(voices)].say()
        said = due
        await asyncio.sleep(0.002)
