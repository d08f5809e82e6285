"""The forwarding benchmark: three people in one call, the server's CPU divided by the packets that reached them."""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from load_tests.accounting import cpu_seconds
from load_tests.figures import Measured
from load_tests.forwarding.aiortc_relay import AiortcRelay
from load_tests.forwarding.binome import BinomeCalls
from load_tests.forwarding.engine import CallFailed, MediaEngine
from load_tests.forwarding.janus import Janus
from load_tests.forwarding.screens import Counters, Picture, Screen, screens
from load_tests.programs import MissingProgram

PEOPLE = 3
CONNECT_SECONDS = 30.0
RAMP_SECONDS = 20.0  # Chromium raises its bitrate for this long, faster or slower with what the engine reports


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one stretch of the call took. Packets are RTP packets that reached a receiver, by the receivers' own
    counters."""

    packets: int
    seconds: float
    packets_per_s: float
    cpu_us_per_packet: float
    core_busy: float
    bytes_per_packet: float
    lost: int
    frames_decoded: int


async def _read(people: Sequence[Screen]) -> list[Counters]:
    return list(await asyncio.gather(*(person.counters() for person in people)))


async def _flowing(people: Sequence[Screen]) -> None:
    """Until everyone decodes pictures and hears something. Raises CallFailed."""
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        counters = await _read(people)
        if all(one.frames_decoded > 0 and one.audio_energy > 0 for one in counters):
            return
        if time.monotonic() > deadline:
            raise CallFailed(f"after {CONNECT_SECONDS:.0f} s: {counters}")
        await asyncio.sleep(0.25)


async def measure(engine: MediaEngine, *, seconds: float, repetitions: int, picture: Picture) -> list[Stretch]:
    """Several stretches of one call. The engine is started and stopped here."""
    try:
        await engine.start(PEOPLE)
        async with screens(PEOPLE) as people:
            await engine.call(people, picture)
            await _flowing(people)
            await asyncio.sleep(RAMP_SECONDS)
            return [await _stretch(engine, people, seconds) for _ in range(repetitions)]
    finally:
        await engine.stop()


async def _stretch(engine: MediaEngine, people: Sequence[Screen], seconds: float) -> Stretch:
    before = await _read(people)
    cpu, start = cpu_seconds(engine.roots), time.perf_counter()
    await asyncio.sleep(seconds)
    cpu, elapsed = cpu_seconds(engine.roots) - cpu, time.perf_counter() - start
    after = await _read(people)
    packets = sum(late.received - early.received for early, late in zip(before, after, strict=True))
    size = sum(late.received_bytes - early.received_bytes for early, late in zip(before, after, strict=True))
    frames = [late.frames_decoded - early.frames_decoded for early, late in zip(before, after, strict=True)]
    if not packets or not all(frames):
        raise CallFailed(f"media stopped: {after}")
    return Stretch(
        packets=packets,
        seconds=elapsed,
        packets_per_s=packets / elapsed,
        cpu_us_per_packet=cpu * 1e6 / packets,
        core_busy=cpu / elapsed,
        bytes_per_packet=size / packets,
        lost=sum(late.lost - early.lost for early, late in zip(before, after, strict=True)),
        frames_decoded=sum(frames),
    )


async def measure_all(folder: Path, options: argparse.Namespace) -> Measured:
    """Our engine, then Janus and stock aiortc, with the same page, picture and length. Janus is the unit of the figure,
    so without it there is only the cost by itself, among the details."""
    measured = Measured()
    engines: list[MediaEngine] = [BinomeCalls(folder / "binome")]
    if not options.no_peers:
        engines += [Janus(folder / "janus"), AiortcRelay(folder / "aiortc")]
    costs: dict[str, float] = {}
    details = measured.details["forwarding"] = {}
    for engine in engines:
        try:
            found = await measure(engine, seconds=options.seconds, repetitions=options.repetitions, picture=Picture())
        except (MissingProgram, CallFailed) as error:
            if engine is engines[0]:
                raise
            measured.problems.append(f"forwarding: {engine.name}: {error}")
            continue
        details[engine.name] = [asdict(stretch) for stretch in found]
        costs[engine.name] = statistics.median(stretch.cpu_us_per_packet for stretch in found)
    measured.values["forwarding.cost"] = costs.pop("binome")
    for name, cost in costs.items():
        measured.peers[name] = {"forwarding.cost": cost}
    if "janus" in costs:
        measured.values["forwarding.ratio"] = measured.values["forwarding.cost"] / costs["janus"]
    return measured
