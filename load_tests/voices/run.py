"""Voice calls of two people, ever more of them, on one media worker that has the measured core to itself: how long a
packet is in it, how many fit, what a participant costs; then a few of them while chat runs at its own maximum."""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from load_tests.accounting import PROC, all_stats, cpu_seconds, family, memory
from load_tests.chat import scenarios
from load_tests.chat.binome import Binome
from load_tests.cores import MEASURED, MEASURING
from load_tests.figures import Measured
from load_tests.voices.ends import Voice

RATE = 50  # packets a second of one voice
ROOMS = (
    1,
    10,
    25,
    50,
    75,
    100,
    125,
    150,
    175,
    205,
    225,
    250,
    275,
)  # of two people each; 200 are 20,000 packets a second in, and as many out
WANTED = 20_000  # packets a second, at which the delay is told
FULL = 0.70  # of a core
TOO_FULL = 0.97  # beyond it the next step would measure a queue
BESIDE_CHAT = 10  # rooms that talk while chat runs at its maximum, all on one core
JOINING = 8  # at a time
WARM_UP = 2.0  # seconds
WORKER = b"server.media.worker"


@dataclass(frozen=True, slots=True)
class Stretch:
    """``cpu`` is the worker's share of its core, ``load_busy`` that of what measures."""

    rooms: int
    packets_per_s: float
    lost: float
    p50_ms: float
    p99_ms: float
    cpu: float
    us_per_packet: float
    load_busy: float


def workers(server_pid: int) -> list[int]:
    """The media workers of a server; the server itself while it carries calls in its own process."""
    found = []
    for stat in family([server_pid], all_stats()):
        try:
            if WORKER in (PROC / str(stat.pid) / "cmdline").read_bytes():
                found.append(stat.pid)
        except FileNotFoundError:
            continue
    return found or [server_pid]


async def measure_all(folder: Path, options: argparse.Namespace) -> Measured:
    measured = Measured()
    system = Binome(folder / "voices")
    voices: list[Voice] = []
    try:
        await system.start(2 * ROOMS[-1])
        media = workers(system.server_pid)
        for pid in [system.server_pid, *(stat.pid for stat in family([system.server_pid], all_stats()))]:
            os.sched_setaffinity(pid, MEASURED if pid in media else MEASURING)
        first = 0
        steps: list[Stretch] = []
        for rooms in ROOMS:
            await _join(system, voices, 2 * rooms)
            if rooms == ROOMS[0]:
                first = _memory(system.server_pid, media)
            steps.append(await _stretch(voices, media, options.seconds))
            if steps[-1].cpu > TOO_FULL or steps[-1].lost > 0.01:
                break
        joined = len(voices)
        participant = (_memory(system.server_pid, media) - first) / max(1, joined - 2)
        beside = await _beside_chat(system, voices[: 2 * BESIDE_CHAT], media, options.seconds)
    finally:
        await asyncio.gather(*(voice.close() for voice in voices), return_exceptions=True)
        await system.stop()
    last = next((step for step in steps if step.packets_per_s >= WANTED), steps[-1])
    fit = _fit(steps)
    measured.values |= {
        "voices.p50": last.p50_ms,
        "voices.p99": last.p99_ms,
        "voices.reached": last.packets_per_s,
        "voices.beside_chat": beside["voices"]["p99_ms"],
        "voices.rooms": fit,
        "voices.rate": fit * 2 * RATE,
        "voices.memory": participant / 1000,
    }
    if last.packets_per_s < WANTED:
        measured.problems.append(
            f"voices: {last.rooms} rooms of two ({last.packets_per_s:,.0f} packets/s) keep the worker busy "
            f"{last.cpu:.0%} of its core; more were not tried"
        )
    measured.details["voices"] = {
        "steps": [asdict(step) for step in steps],
        "people": joined,
        "bytes_per_participant": participant,
        "beside_chat": beside,
    }
    return measured


async def _join(system: Binome, voices: list[Voice], people: int) -> None:
    gate = asyncio.Semaphore(JOINING)

    async def one(person: int) -> Voice:
        async with gate:
            voice = Voice(system.seat(person))
            await voice.join(system.port)
            return voice

    voices += await asyncio.gather(*(one(person) for person in range(len(voices), people)))


async def _talk(voices: Sequence[Voice], seconds: float) -> int:
    """Everyone speaks all the time, evenly spread; how many packets that were."""
    start = time.perf_counter()
    said = 0
    while (elapsed := time.perf_counter() - start) < seconds:
        due = int(elapsed * RATE * len(voices))
        for number in range(said, due):
            voices[number % len(voices)].say()
        said = due
        await asyncio.sleep(0.001)
    return said


async def _stretch(voices: Sequence[Voice], media: Sequence[int], seconds: float) -> Stretch:
    await _talk(voices, WARM_UP)
    delays: list[float] = []
    for voice in voices:
        voice.down.heard = delays.append
    cpu, own, start = cpu_seconds(media), time.process_time(), time.perf_counter()
    said = await _talk(voices, seconds)
    cpu, elapsed = cpu_seconds(media) - cpu, time.perf_counter() - start
    own = time.process_time() - own
    await asyncio.sleep(0.5)  # what is still on its way
    for voice in voices:
        voice.down.heard = None
    if not delays:
        raise ConnectionError("no voice came through")
    return Stretch(
        rooms=len(voices) // 2,
        packets_per_s=len(delays) / elapsed,
        lost=1 - len(delays) / said,
        p50_ms=scenarios.percentile(delays, 50) * 1000,
        p99_ms=scenarios.percentile(delays, 99) * 1000,
        cpu=cpu / elapsed,
        us_per_packet=cpu * 1e6 / len(delays),
        load_busy=own / elapsed,
    )


async def _beside_chat(
    system: Binome, voices: Sequence[Voice], media: Sequence[int], seconds: float
) -> dict[str, dict[str, Any]]:
    """Server, database and worker share the measured core, as on the smallest machine, and chat takes all it gets."""
    for stat in family([system.server_pid], all_stats()):
        os.sched_setaffinity(stat.pid, MEASURED)
    async with scenarios.connected(system, range(scenarios.CROWD)) as talkers:
        chat = asyncio.create_task(scenarios.closed_loop(system, talkers, scenarios.WINDOWS[-1], seconds + WARM_UP))
        await asyncio.sleep(WARM_UP)
        stretch = await _stretch(voices, media, seconds - 1)
        run = await chat
    return {"voices": asdict(stretch), "chat": asdict(run)}


def _memory(server_pid: int, media: Sequence[int]) -> int:
    """Of the worker and of the server beside it: each participant has a web socket too."""
    return sum(memory(pid).pss for pid in {server_pid, *media})


def _fit(steps: Sequence[Stretch]) -> float:
    """Rooms at which the worker is ``FULL``, between the two steps around it."""
    before = None
    for step in steps:
        if step.cpu >= FULL:
            if before is None:
                return step.rooms * FULL / step.cpu
            share = (FULL - before.cpu) / (step.cpu - before.cpu)
            return before.rooms + share * (step.rooms - before.rooms)
        before = step
    return float(steps[-1].rooms)
