"""From a serious message, or a call for help, to the screen of the professional who answers for the pair: 500 people
connected, 50 messages a second, among them those that alarm."""

import argparse
import asyncio
import random
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from load_tests.accounting import cpu_seconds
from load_tests.chat import scenarios
from load_tests.chat.binome import Binome
from load_tests.chat.client import BinomeTalker
from load_tests.chat.texts import text
from load_tests.figures import Measured
from load_tests.programs import LOOPBACK
from server.kernel.identifiers import new_id, shorten

PEOPLE: Final = 500
CHATTING: Final = 200  # who say what is harmless; each of the others alarms at most once: a room may be frozen then
RATE: Final = 50  # messages a second, all together
FLAGS, TAPS = 4, 2  # of these
WORDS: Final = "je veux mourir ce soir"
ALONE: Final = 60  # messages of each kind, one after the other, for what one costs
SETTLES_S: Final = 3.0  # by then what follows is done
COMES_S: Final = 20.0  # what is not on the screen by then is lost
_FLAG, _CASE = b'42["flag:raised"', b'42["case:changed"'


class Screen(BinomeTalker):
    """The professional's. When they were first told of a flag, and of a case, by whom it is."""

    def __init__(self, token: str) -> None:
        super().__init__(token, 0)
        self.flags: dict[str, float] = {}
        self.cases: dict[str, float] = {}

    def text_received(self, payload: bytes) -> None:
        now = time.perf_counter()
        if payload.startswith(_FLAG):
            self.flags.setdefault(msgspec.json.decode(payload[2:])[1]["author"]["id"], now)
        elif payload.startswith(_CASE):
            self.cases.setdefault(msgspec.json.decode(payload[2:])[1]["by"]["id"], now)
        else:
            super().text_received(payload)


async def measure(folder: Path, options: argparse.Namespace) -> Measured:
    seconds = int(options.seconds * options.repetitions)
    most = (PEOPLE - CHATTING - ALONE) // (FLAGS + TAPS)
    system = Binome(folder / "alarm")
    try:
        await system.start(PEOPLE)
        screen = Screen(system.supervisor)
        await screen.connect(LOOPBACK, system.port)
        async with scenarios.connected(system, range(PEOPLE)) as talkers:
            people = [talker for talker in talkers if isinstance(talker, BinomeTalker)]
            sent, answered = await _talk(system, people, min(seconds, most))
            await _arrived(screen, sent)
            alone = range(CHATTING, CHATTING + ALONE)
            cost = [await _cost(system, people, alone, words) for words in (None, WORDS)]
        screen.close()
    finally:
        await system.stop()
    return _measured(screen, sent, answered, cost)


async def _talk(
    system: Binome, people: Sequence[BinomeTalker], seconds: int
) -> tuple[dict[str, dict[UUID, float]], list[float]]:
    """When each flag and each tap was sent, by who sent it; and how long each of all was until its answer."""
    lots = random.Random(6)  # noqa: S311 - the same in each run
    alarming = list(range(CHATTING + ALONE, PEOPLE))
    lots.shuffle(alarming)
    sent: dict[str, dict[UUID, float]] = {"flag": {}, "tap": {}}
    answered: list[float] = []
    asking: list[Awaitable[None]] = []

    async def ask(place: int, event: str, payload: dict[str, object]) -> None:
        at = time.perf_counter()
        await people[place].ask(event, payload)
        answered.append(time.perf_counter() - at)

    # evenly in time: which of a second's messages alarm
    kinds = {int((place + 0.5) * RATE / (FLAGS + TAPS)): place for place in range(FLAGS + TAPS)}
    start = time.perf_counter()
    for number in range(seconds * RATE):
        ahead = start + number / RATE - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        kind = kinds.get(number % RATE)
        place = lots.randrange(CHATTING) if kind is None else alarming.pop()
        seat = system.seat(place)
        if kind is not None and kind % 3 == 1:
            sent["tap"][seat.account_id] = time.perf_counter()
            asking.append(asyncio.ensure_future(ask(place, "help:now", {"room": seat.room})))
            continue
        if kind is not None:
            sent["flag"][seat.account_id] = time.perf_counter()
        body = WORDS if kind is not None else text(place, number)
        payload: dict[str, object] = {"room": seat.room, "id": shorten(new_id()), "body": body}
        asking.append(asyncio.ensure_future(ask(place, "chat:send", payload)))
    await asyncio.gather(*asking)
    return sent, answered


async def _cost(system: Binome, people: Sequence[BinomeTalker], places: Sequence[int], words: str | None) -> float:
    """Milliseconds of CPU, of server and database, of one message with all that follows from it."""
    roots = [system.server_pid, system.database_pid]
    await asyncio.sleep(SETTLES_S)
    before = cpu_seconds(roots)
    for place in places:
        body = words or text(place, 0)
        payload = {"room": system.seat(place).room, "id": shorten(new_id()), "body": body}
        await people[place].ask("chat:send", payload)
    await asyncio.sleep(SETTLES_S)
    return (cpu_seconds(roots) - before) * 1000 / len(places)


async def _arrived(screen: Screen, sent: dict[str, dict[UUID, float]]) -> None:
    """Raises ConnectionError for what never comes."""
    wanted = {str(who) for of in sent.values() for who in of}
    deadline = time.perf_counter() + COMES_S
    while missing := (wanted - set(screen.cases)) | (wanted - set(screen.flags)):
        if time.perf_counter() > deadline:
            raise ConnectionError(f"{len(missing)} of {len(wanted)} alarms are not on the screen")
        await asyncio.sleep(0.05)


def _measured(
    screen: Screen, sent: dict[str, dict[UUID, float]], answered: Sequence[float], cost: Sequence[float]
) -> Measured:
    values = {"alarm.plain": cost[0], "alarm.serious": cost[1]}
    details: dict[str, object] = {"answers_ms": {"p99": scenarios.percentile(answered, 99) * 1000}}
    both: list[float] = []
    for name, of in sent.items():
        first = [screen.flags[str(who)] - at for who, at in of.items()]
        case = [screen.cases[str(who)] - at for who, at in of.items()]
        both += [*first, *case]
        details[name] = {
            "count": len(of),
            "flag_ms": [round(one * 1000, 1) for one in first],
            "case_ms": [round(one * 1000, 1) for one in case],
        }
        values[f"alarm.{name}.p50"] = scenarios.percentile(case, 50) * 1000
        values[f"alarm.{name}.p99"] = scenarios.percentile([*first, *case], 99) * 1000
    values["alarm.most"] = max(both) * 1000
    return Measured(values=values, details={"alarm": details})
