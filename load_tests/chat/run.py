"""All chat scenarios on one system after the other, from the gentlest to the hardest, as figures."""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from load_tests.chat import scenarios
from load_tests.chat.binome import Binome
from load_tests.chat.ejabberd import Ejabberd
from load_tests.chat.talker import ChatSystem
from load_tests.figures import Measured

IDLE = 1_000  # connections
BUSY = 0.70  # of its core: beyond it the load client itself may be what is measured


async def measure_binome(folder: Path, names: Sequence[str], options: argparse.Namespace) -> Measured:
    values, details, problems = await _measure(Binome(folder), names, options)
    return Measured(values=values, details={"binome": details}, problems=problems)


async def measure_ejabberd(folder: Path, names: Sequence[str], options: argparse.Namespace) -> Measured:
    values, details, problems = await _measure(Ejabberd(folder), names, options)
    return Measured(peers={"ejabberd": values}, details={"ejabberd": details}, problems=problems)


async def _measure(
    system: ChatSystem, names: Sequence[str], options: argparse.Namespace
) -> tuple[dict[str, float], dict[str, Any], list[str]]:
    values: dict[str, float] = {}
    details: dict[str, Any] = {}
    problems: list[str] = []
    try:
        await system.start(IDLE if "idle" in names else scenarios.CROWD)
        if "idle" in names:
            details["idle"] = await scenarios.idle(system, IDLE)
            values["idle.memory"] = details["idle"]["rss_per_connection"] / 1000
        if "message" in names:
            details["message"] = await scenarios.message_bytes(system)
            values["message.bytes"] = statistics.median(details["message"])
        if "reconnect" in names:
            sizes, times = await scenarios.reconnect(system)
            details["reconnect"] = {"bytes": sizes, "ms": times}
            values["reconnect.bytes"] = statistics.median(sizes)
        if "steady" in names:
            runs = await scenarios.steady(system, seconds=options.seconds, repetitions=options.repetitions)
            details["steady"] = [asdict(run) for run in runs]
            typical = scenarios.medians(runs)
            values |= {"steady.p50": typical.p50_ms, "steady.p99": typical.p99_ms, "steady.cpu": typical.cpu_ms}
        if "saturation" in names:
            probes, runs = await scenarios.saturation(system, seconds=options.seconds, repetitions=options.repetitions)
            details["saturation"] = {"probes": [asdict(run) for run in probes], "runs": [asdict(run) for run in runs]}
            typical = scenarios.medians(runs)
            values |= {"saturation.rate": typical.rate, "saturation.cpu": typical.cpu_ms}
            if typical.load_busy > BUSY:
                problems.append(
                    f"{system.name} saturation: the load client was busy {typical.load_busy:.0%} of its core, "
                    "so the system may hold more than was measured"
                )
    finally:
        await system.stop()
    return values, details, problems
