"""The chat scenarios, the same for every system: each connects people, lets them talk, proves that nothing was lost,
and returns plain numbers."""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from load_tests.accounting import core_seconds, cpu_seconds, memory
from load_tests.chat.ledger import Broken, Direction, check
from load_tests.chat.talker import ChatSystem, Talker
from load_tests.cores import MEASURED

CROWD = 100  # people in 50 pairs
WINDOWS = (1, 2, 4, 8)  # messages under way per person, tried in turn to find the most a system holds
PROBE_SECONDS = 2.0
WARM_UP_SECONDS = 2.0
SETTLE_SECONDS = 0.3  # what comes late (a presence, a late frame) still counts
DRAIN_SECONDS = 15.0  # what has not come by then is lost
IDLE_SETTLE_SECONDS = 3.0
CONNECTING = 20  # connections being made at a time
BYTE_SAMPLES = 15
RECONNECTS = 5
MISSED = 10
RATE = 200  # messages a second of the steady scenario


@dataclass(frozen=True, slots=True)
class Run:
    """One stretch of talk. CPU is of the server with its database, ``database_ms`` the latter's part; ``load_busy`` is
    the load client's share of its core, ``foreign_busy`` what nobody of ours used of the measured core: the kernel's
    share of the network, and noise."""

    messages: int
    seconds: float
    rate: float
    cpu_ms: float
    database_ms: float
    p50_ms: float
    p99_ms: float
    load_busy: float
    foreign_busy: float
    window: int = 0


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of ``values`` that at least ``percent`` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


async def connect_all(system: ChatSystem, people: Sequence[int]) -> list[Talker]:
    """Connections of ``people``, in their order, a few being made at a time."""
    gate = asyncio.Semaphore(CONNECTING)

    async def one(person: int) -> Talker:
        async with gate:
            return await system.connect(person)

    return list(await asyncio.gather(*(one(person) for person in people)))


@asynccontextmanager
async def connected(system: ChatSystem, people: Sequence[int]) -> AsyncIterator[list[Talker]]:
    talkers = await connect_all(system, people)
    try:
        yield talkers
    finally:
        for talker in talkers:
            talker.close()
        await asyncio.sleep(SETTLE_SECONDS)


def introduce(talkers: Sequence[Talker], *, acknowledges: bool) -> list[tuple[Direction, Direction]]:
    """Fresh ledgers for people who stand next to their partner in ``talkers``."""
    pairs = []
    for number in range(0, len(talkers), 2):
        one, other = talkers[number], talkers[number + 1]
        there = Direction(number, acknowledges=acknowledges)
        back = Direction(number + 1, acknowledges=acknowledges)
        one.outgoing = other.incoming = there
        other.outgoing = one.incoming = back
        pairs.append((there, back))
    return pairs


async def all_through(pairs: Sequence[tuple[Direction, Direction]]) -> None:
    """Until all that was said is through. Raises Broken when it does not come."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while any(direction.waiting for pair in pairs for direction in pair):
        for pair in pairs:
            for direction in pair:
                if direction.broken:
                    raise Broken(direction.broken)
        if time.monotonic() > deadline:
            waiting = sum(direction.waiting for pair in pairs for direction in pair)
            raise Broken(f"{waiting} messages not through after {DRAIN_SECONDS:.0f} s")
        await asyncio.sleep(0.01)


class _Meter:
    """Reads the clocks around a stretch of talk."""

    def __init__(self, system: ChatSystem, pairs: list[tuple[Direction, Direction]]) -> None:
        self._system = system
        self._directions = [direction for pair in pairs for direction in pair]
        self._heard = [direction.heard for direction in self._directions]
        self._roots = [system.server_pid, system.database_pid]
        self._cpu = cpu_seconds(self._roots)
        self._database = cpu_seconds([system.database_pid])
        self._own = time.process_time()
        self._core = core_seconds(MEASURED)
        self._start = time.perf_counter()

    def read(self, window: int = 0) -> Run:
        seconds = time.perf_counter() - self._start
        own = time.process_time() - self._own
        cpu = cpu_seconds(self._roots) - self._cpu
        database = cpu_seconds([self._system.database_pid]) - self._database
        core = core_seconds(MEASURED) - self._core
        latencies: list[float] = []
        for direction, before in zip(self._directions, self._heard, strict=True):
            latencies.extend(direction.latencies[before:])
        messages = len(latencies)
        if not messages:
            raise Broken("no message came through")
        return Run(
            messages=messages,
            seconds=seconds,
            rate=messages / seconds,
            cpu_ms=cpu * 1000 / messages,
            database_ms=database * 1000 / messages,
            p50_ms=percentile(latencies, 50) * 1000,
            p99_ms=percentile(latencies, 99) * 1000,
            load_busy=own / seconds,
            foreign_busy=max(0.0, core - cpu) / seconds,
            window=window,
        )


async def closed_loop(system: ChatSystem, talkers: Sequence[Talker], window: int, seconds: float) -> Run:
    """Everyone has ``window`` messages under way all the time: the next is said when one is through."""
    pairs = introduce(talkers, acknowledges=system.acknowledges)
    talking = True
    by_direction = {id(talker.outgoing): talker for talker in talkers}

    def carry_on(direction: Direction) -> None:
        if talking:
            talker = by_direction[id(direction)]
            while direction.said - direction.through < window:
                talker.say()

    for talker in talkers:
        assert talker.outgoing is not None
        talker.outgoing.on_progress = carry_on
        carry_on(talker.outgoing)
    await asyncio.sleep(min(WARM_UP_SECONDS, seconds))
    meter = _Meter(system, pairs)
    await asyncio.sleep(seconds)
    run = meter.read(window)
    talking = False
    await all_through(pairs)
    check(pairs)
    return run


async def saturation(system: ChatSystem, *, seconds: float, repetitions: int) -> tuple[list[Run], list[Run]]:
    """The most that 100 people in 50 pairs get through: a short probe of each window, then the best one at length.
    Returns the probes and the measured runs. Raises Broken when anything is lost, doubled or reordered, or when the
    database does not hold all that was said."""
    before = await system.kept()
    async with connected(system, range(CROWD)) as talkers:
        said = 0

        async def stretch(window: int, length: float) -> Run:
            nonlocal said
            run = await closed_loop(system, talkers, window, length)
            said += sum(talker.outgoing.said for talker in talkers if talker.outgoing)
            return run

        probes = [await stretch(window, PROBE_SECONDS) for window in WINDOWS]
        best = max(probes, key=lambda probe: probe.rate).window
        runs = [await stretch(best, seconds) for _ in range(repetitions)]
    kept = await system.kept() - before
    if kept != said:
        raise Broken(f"the database holds {kept} of {said} messages")
    return probes, runs


async def _open_loop(system: ChatSystem, talkers: Sequence[Talker], rate: float, seconds: float) -> Run:
    """``rate`` messages a second, evenly in time, from people drawn by lot."""
    pairs = introduce(talkers, acknowledges=system.acknowledges)
    lot = random.Random(20)  # noqa: S311 - the same people in each run and for each system

    async def talk(length: float) -> None:
        start = time.perf_counter()
        for number in range(int(rate * length)):
            ahead = start + number / rate - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            lot.choice(talkers).say()

    await talk(min(WARM_UP_SECONDS, seconds))
    await all_through(pairs)
    meter = _Meter(system, pairs)
    await talk(seconds)
    run = meter.read()
    await all_through(pairs)
    check(pairs)
    return run


async def steady(system: ChatSystem, *, seconds: float, repetitions: int) -> list[Run]:
    """200 messages a second: what a person waits for, and what a message costs when there is no crowd to share with."""
    async with connected(system, range(CROWD)) as talkers:
        return [await _open_loop(system, talkers, RATE, seconds) for _ in range(repetitions)]


async def idle(system: ChatSystem, people: int) -> dict[str, float]:
    """Bytes of the server's memory per idle connection. One pair talks before, so that what is loaded on first use is
    there already."""
    async with connected(system, range(2)) as talkers:
        await closed_loop(system, talkers, 1, 0.5)
    async with connected(system, range(20)):
        pass
    before = memory(system.server_pid)
    async with connected(system, range(people)) as talkers:
        await asyncio.sleep(IDLE_SETTLE_SECONDS)
        after = memory(system.server_pid)
        if any(talker.closed for talker in talkers):
            raise Broken("idle connections were closed")
    return {
        "connections": people,
        "rss_per_connection": (after.rss - before.rss) / people,
        "pss_per_connection": (after.pss - before.pss) / people,
        "rss_before": before.rss,
        "rss_after": after.rss,
    }


def _wire(talkers: Sequence[Talker]) -> int:
    return sum(talker.sent + talker.received for talker in talkers)


async def message_bytes(system: ChatSystem) -> list[int]:
    """Bytes of the two TCP streams for one message of 40 characters: up, its acknowledgement, down."""
    samples = []
    async with connected(system, range(2)) as talkers:
        pairs = introduce(talkers, acknowledges=system.acknowledges)
        for _ in range(BYTE_SAMPLES):
            before = _wire(talkers)
            talkers[0].say()
            await all_through(pairs)
            await asyncio.sleep(0.05)
            samples.append(_wire(talkers) - before)
        check(pairs)
    return samples


async def reconnect(system: ChatSystem) -> tuple[list[int], list[float]]:
    """Bytes of the TCP stream of somebody who comes back and holds 10 missed messages, from the first byte of the
    handshake on, and the milliseconds that it takes."""
    samples, times = [], []
    for person in range(0, RECONNECTS * 2, 2):
        talker, leaver = await connect_all(system, (person, person + 1))
        pairs = introduce((talker, leaver), acknowledges=system.acknowledges)
        for _ in range(3):
            talker.say()
        await all_through(pairs)
        leaver.close()
        await asyncio.sleep(SETTLE_SECONDS)
        texts = []
        for _ in range(MISSED):
            talker.say()
            assert talker.outgoing is not None
            texts.append(talker.outgoing.last_text)
            await asyncio.sleep(0.02)
        await asyncio.sleep(SETTLE_SECONDS)
        start = time.perf_counter()
        back = await system.reconnect(person + 1, leaver)
        times.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(SETTLE_SECONDS)
        if back.missed != texts:
            raise Broken(f"{len(back.missed)} of {MISSED} missed messages came, or others")
        samples.append(back.sent + back.received)
        talker.close()
        back.close()
    return samples, times


def medians(runs: Sequence[Run]) -> Run:
    """The run of the medians, each figure by itself."""
    return Run(**{name: statistics.median(getattr(run, name) for run in runs) for name in Run.__dataclass_fields__})
