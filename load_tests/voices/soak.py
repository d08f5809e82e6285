"""Hours of calls: 20 rooms of two in which everyone speaks, people go and come back all the time, and chat goes on; is
there more memory, are there more tasks or more sockets at the end than after the first quarter?"""

import argparse
import asyncio
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from load_tests.accounting import PROC, memory
from load_tests.chat import scenarios
from load_tests.chat.binome import Binome
from load_tests.figures import Measured
from load_tests.programs import LOOPBACK
from load_tests.voices.ends import Voice
from load_tests.voices.run import RATE, workers

ROOMS = 20
TURN_SECONDS = 15.0  # of talk; then somebody goes without a word or politely, and comes back
CHAT_SECONDS = 1.0  # of 200 messages a second, in every turn
SETTLED = 0.25  # of the whole: caches are full and code is loaded by then
_TASKS = re.compile(r"^binome_tasks (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory in bytes and open files (sockets among them) of the server and its media workers together."""

    at: float
    memory: int
    files: int
    tasks: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The median of the last quarter beside that of the second."""

    memory: float  # share
    files: float
    tasks: float


def growth(samples: Sequence[Sample]) -> Growth:
    """Raises ValueError for a run of fewer than eight samples, which tells nothing."""
    if len(samples) < 8:
        raise ValueError(f"{len(samples)} samples are too few")
    quarter = len(samples) // 4
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]

    def median(some: Sequence[Sample], what: str) -> float:
        return float(statistics.median(getattr(sample, what) for sample in some))

    return Growth(
        median(late, "memory") / median(early, "memory") - 1,
        median(late, "files") - median(early, "files"),
        median(late, "tasks") - median(early, "tasks"),
    )


async def measure(folder: Path, options: argparse.Namespace) -> Measured:
    system = Binome(folder / "soak")
    voices: list[Voice] = []
    samples: list[Sample] = []
    heard = 0
    try:
        await system.start(max(2 * ROOMS, scenarios.CROWD))
        voices += [await _joined(system, person) for person in range(2 * ROOMS)]
        start = time.monotonic()
        turn = 0
        async with aiohttp.ClientSession(f"http://{LOOPBACK}:{system.port}") as http:
            while time.monotonic() - start < options.minutes * 60:
                heard += await _turn(system, voices, turn)
                turn += 1
                samples.append(await _sample(system, http, time.monotonic() - start))
    finally:
        await asyncio.gather(*(voice.close() for voice in voices), return_exceptions=True)
        await system.stop()
    found = growth(samples)
    return Measured(
        values={
            "soak.memory": found.memory * 100,
            "soak.files": found.files,
            "soak.tasks": found.tasks,
        },
        details={
            "soak": {
                "minutes": options.minutes,
                "turns": turn,
                "packets": heard,
                "samples": [asdict(sample) for sample in samples],
            }
        },
    )


async def _joined(system: Binome, person: int) -> Voice:
    voice = Voice(system.seat(person))
    await voice.join(system.port)
    return voice


async def _turn(system: Binome, voices: list[Voice], turn: int) -> int:
    """Everyone talks, a few chat, one goes and comes back. How many packets of voice were heard."""
    heard = 0

    def hear(_delay: float) -> None:
        nonlocal heard
        heard += 1

    for voice in voices:
        voice.down.heard = hear
    start = time.perf_counter()
    said = 0
    while (elapsed := time.perf_counter() - start) < TURN_SECONDS:
        due = int(elapsed * RATE * len(voices))
        for number in range(said, due):
            voices[number % len(voices)].say()
        said = due
        await asyncio.sleep(0.01)
    await scenarios.steady(system, seconds=CHAT_SECONDS, repetitions=1)
    person = turn % len(voices)
    if turn % 2:
        await voices[person].leave()
    await voices[person].close()
    voices[person] = await _joined(system, person)
    if not heard:
        raise ConnectionError(f"no voice was heard in turn {turn}")
    return heard


async def _sample(system: Binome, http: aiohttp.ClientSession, at: float) -> Sample:
    pids = {system.server_pid, *workers(system.server_pid)}
    async with http.get("/metrics") as answer:
        found = _TASKS.search(await answer.text())
    return Sample(
        round(at, 1),
        sum(memory(pid).pss for pid in pids),
        sum(len(list((PROC / str(pid) / "fd").iterdir())) for pid in pids),
        int(float(found[1])) if found else 0,
    )
