"""`python -m load_tests [names…] [--seconds N] [--repetitions N] [--no-peers] [--out FILE] [--check]`: measures, prints
a table beside the targets, and leaves all numbers as JSON."""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from load_tests import cores, first_load, machine, revocation, start_time
from load_tests.chat import run as chat
from load_tests.escalation import alarm, night
from load_tests.figures import Measured, rows, table
from load_tests.forwarding import run as forwarding
from load_tests.netlab import measure as netlab
from load_tests.voices import run as voices
from load_tests.voices import soak

CHAT = ("idle", "message", "reconnect", "steady", "saturation")
USUAL = (*CHAT, "revocation", "alarm", "night", "forwarding", "voices", "netlab", "first_load", "start_time")
NAMES = (*USUAL, "soak")
RESULTS = Path(__file__).parent / "results"
LONGEST = 900.0  # seconds for one measurement of one system, whatever happens
SOAK_MINUTES, SHORT_SOAK_MINUTES = 120.0, 4.0


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load_tests", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"what to measure (default: all but soak): {', '.join(NAMES)}"
    )
    parser.add_argument("--seconds", type=float, default=10, help="length of one repetition (default: 10)")
    parser.add_argument("--repetitions", type=int, default=3, help="the median of so many is told (default: 3)")
    parser.add_argument(
        "--long", action="store_true", help="calls on bad lines for 10 minutes each, the soak for 2 hours"
    )
    parser.add_argument("--no-peers", action="store_true", help="leave ejabberd, Janus and aiortc out")
    parser.add_argument("--out", type=Path, help="where the JSON goes (default: load_tests/results/)")
    parser.add_argument("--check", action="store_true", help="end with 1 when a target is missed")
    found = parser.parse_args(given)
    unknown = [name for name in found.names if name not in NAMES]
    if unknown:
        parser.error(f"no such measurement: {', '.join(unknown)}")
    if not 1 <= found.seconds <= 120 or not 1 <= found.repetitions <= 20:
        parser.error("--seconds goes from 1 to 120, --repetitions from 1 to 20")
    found.names = [name for name in NAMES if name in (found.names or USUAL)]
    found.minutes = SOAK_MINUTES if found.long else SHORT_SOAK_MINUTES
    return found


async def measure(options: argparse.Namespace, folder: Path) -> Measured:
    """All that is asked for, one after the other. What fails is told and does not keep the rest from being measured."""
    measured = Measured()
    scenarios = [name for name in options.names if name in CHAT]
    plan: list[tuple[str, Callable[[], Awaitable[Measured]]]] = []
    limits = {"netlab": netlab.LIMIT, "soak": options.minutes * 60 + LONGEST}
    if scenarios:
        plan.append(("chat", lambda: chat.measure_binome(folder / "binome", scenarios, options)))
        if not options.no_peers:
            plan.append(("chat peers", lambda: chat.measure_ejabberd(folder / "ejabberd", scenarios, options)))
    if "revocation" in options.names:
        plan.append(("revocation", lambda: revocation.measure(folder / "revocation", options)))
    if "alarm" in options.names:
        plan.append(("alarm", lambda: alarm.measure(folder / "alarm", options)))
    if "night" in options.names:
        plan.append(("night", lambda: night.measure(folder / "night")))
    if "forwarding" in options.names:
        plan.append(("forwarding", lambda: forwarding.measure_all(folder / "forwarding", options)))
    if "voices" in options.names:
        plan.append(("voices", lambda: voices.measure_all(folder / "voices", options)))
    if "netlab" in options.names:
        plan.append(("netlab", lambda: netlab.measure(options, RESULTS / "netlab")))
    if "soak" in options.names:
        plan.append(("soak", lambda: soak.measure(folder / "soak", options)))
    if "first_load" in options.names:
        plan.append(("first_load", lambda: first_load.measure(folder / "first_load")))
    if "start_time" in options.names:
        plan.append(("start_time", lambda: asyncio.to_thread(start_time.measure, folder / "start_time")))
    for name, start in plan:
        began = time.monotonic()
        print(f"… {name}", file=sys.stderr, flush=True)
        try:
            async with asyncio.timeout(limits.get(name, LONGEST)):
                measured.add(await start())
        except Exception as error:  # told below, and the rest is measured
            traceback.print_exc()
            measured.problems.append(f"{name}: {type(error).__name__}: {error}")
        print(f"  {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return measured


def main() -> int:
    options = arguments()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a thousand connections, and those of the servers
    report: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine.describe()}
    cores.take_measuring()
    # not under the home of root: PostgreSQL runs as somebody else and must reach its folder
    with tempfile.TemporaryDirectory(prefix="binome-load-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        measured = uvloop.run(measure(options, folder))
    found = rows(measured)
    report |= {"figures": found, "problems": measured.problems, "details": measured.details}
    out = options.out or RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(found))
    for problem in measured.problems:
        print(f"not measured: {problem}")
    if cores.shared():
        print("one core for all: the figures of CPU and latency hold the load too")
    print(f"all numbers: {out}")
    missed = [row["key"] for row in found if row["met"] is False]
    return 1 if options.check and (missed or measured.problems) else 0


if __name__ == "__main__":
    sys.exit(main())
