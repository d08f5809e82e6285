"""`python -m load_tests.netlab [SCENARIO…] [--minutes N] [--out DIR]`: real browsers behind bad lines, as JSON, SVG
pictures and recordings, with a verdict for each scenario."""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from load_tests import machine
from load_tests.binome import BinomeServer
from load_tests.figures import number
from load_tests.netlab import namespaces, plot
from load_tests.netlab.bad_line import BadLine, new_network
from load_tests.netlab.laboratory import SEED, Laboratory, Run, speech_file
from load_tests.netlab.scenario import Named, names
from load_tests.netlab.speech import SAID, Samples, make_speech, write_wav
from load_tests.netlab.verdict import judge
from load_tests.programs import MissingProgram, find

RESULTS = machine.ROOT / "load_tests" / "results" / "netlab"
BESIDE = 180.0  # seconds that a scenario may take beside its length: to open two browsers, to join, to be judged
START = 120.0  # seconds for the server and the speech


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    known = names()
    parser = argparse.ArgumentParser(prog="python -m load_tests.netlab", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="scenario", help=f"default: all of {', '.join(known)}")
    parser.add_argument("--minutes", type=float, help="length of each; without it they are shortened")
    parser.add_argument("--whole", action="store_true", help="each at its whole length, 10 minutes for most")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where all goes (default: load_tests/results/netlab)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    found = parser.parse_args(given)
    unknown = [name for name in found.names if name not in known]
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(known)}")
    if found.minutes is not None and not 0.2 <= found.minutes <= 240:
        parser.error("--minutes goes from 0.2 to 240")
    found.out = found.out.absolute()
    found.names = found.names or known
    return found


def lengths(options: argparse.Namespace) -> list[tuple[Named, float]]:
    found = []
    for name in options.names:
        named = Named.read(name)
        minutes = (named.scenario.minutes or 10.0) if options.whole else options.minutes
        found.append((named, named.seconds(minutes)))
    return found


def main() -> int:
    options = arguments()
    if options.inside:
        namespaces.settle()
        return asyncio.run(inside(options))
    reason = namespaces.why_not()
    if reason is not None:
        print(reason, file=sys.stderr)
        return 2
    return outside(options)


def outside(options: argparse.Namespace) -> int:
    """Starts ourselves again in namespaces, and ends that when it takes too long."""
    limit = START + sum(seconds + BESIDE for _, seconds in lengths(options))
    again = [sys.executable, "-m", "load_tests.netlab", "--inside", *sys.argv[1:]]
    process = subprocess.Popen(namespaces.isolated(again), cwd=machine.ROOT)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        print(f"not done after {limit:.0f} s", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        process.send_signal(signal.SIGKILL)  # and with it everything inside
        process.wait()


async def inside(options: argparse.Namespace) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    plan = lengths(options)
    (options.out / "measured.jsonl").unlink(missing_ok=True)
    summary: dict[str, Any] = {"machine": machine.describe(), "scenarios": {}}
    with tempfile.TemporaryDirectory(prefix="netlab-", dir=namespaces.SCRATCH) as name:
        folder = Path(name)
        folder.chmod(0o711)  # noqa: ASYNC240 - nothing else runs yet
        try:
            find("chromium", "chromium")
            said = {name: make_speech(speech_file(folder, name), name) for name in SAID}
        except MissingProgram as missing:
            print(missing, file=sys.stderr)
            return 2
        network = new_network()
        server = BinomeServer(
            folder / "binome",
            {
                "BINOME_HOST": "0.0.0.0",  # noqa: S104 - all of our own namespace
                "BINOME_PUBLIC_ADDRESS": f"{network}.1",
                "LAB_TRACE": str(options.out / "measured.jsonl"),
            },
            module="load_tests.netlab.watched_server",
        )
        try:
            await server.start(2 * len(plan))
            async with async_playwright() as tool:
                laboratory = Laboratory(tool, server, folder)
                for index, (named, seconds) in enumerate(plan):
                    print(f"… {named.name}, {seconds:.0f} s", file=sys.stderr, flush=True)
                    found = await one(laboratory, named, server, network, index, seconds, said, options.out)
                    summary["scenarios"][named.name] = found
                    print(f"  {line(found)}", file=sys.stderr, flush=True)
        finally:
            server.stop()
            (options.out / "server.log").write_text((folder / "binome" / "binome.out").read_text(errors="replace"))
    (options.out / "summary.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
    print(table(plan, summary["scenarios"]))
    print(f"timelines, pictures and recordings: {options.out}")
    return 0 if all(found.get("ok") for found in summary["scenarios"].values()) else 1


async def one(
    laboratory: Laboratory,
    named: Named,
    server: BinomeServer,
    network: str,
    index: int,
    seconds: float,
    said: Mapping[str, Samples],
    out: Path,
) -> dict[str, Any]:
    """One scenario on a line of its own; what fails is told and does not keep the others from being run."""
    bad_line = BadLine(network, SEED)
    try:
        async with asyncio.timeout(seconds + BESIDE):
            await bad_line.start()
            run = await laboratory.run(
                named, (server.seats[2 * index], server.seats[2 * index + 1]), bad_line, seconds=seconds
            )
            found = await asyncio.to_thread(judge, run, said)
            await asyncio.to_thread(leave, run, found, out)
            return found
    except Exception as error:  # told in the verdict
        traceback.print_exc()
        first_line = (str(error).splitlines() or [""])[0]
        return {"ok": False, "missed": [f"{type(error).__name__}: {first_line}"]}
    finally:
        await bad_line.stop()


def leave(run: Run, found: dict[str, Any], out: Path) -> None:
    """The timeline, its picture, and what each side heard."""
    name, title = run.named.name, run.named.scenario.title
    events = [(at, step.name) for at, step in run.steps]
    told = {
        person.name: [(round(at - run.zero, 2), direction, event, body) for at, direction, event, body in person.told]
        for person in (run.far, run.near)
        if person is not None
    }
    timeline = {
        "scenario": name,
        "title": title,
        "verdict": found,
        "zero": run.zero,
        "events": events,
        "network": run.moved,
        "seconds": [second.as_dict() for second in run.seconds],
        "told": told,
    }
    (out / f"{name}.json").write_text(json.dumps(timeline, ensure_ascii=False) + "\n")
    (out / f"{name}.svg").write_text(plot.draw(title, run.seconds, events))
    for person in (run.far, run.near):
        if person is not None and run.seconds:
            write_wav(out / f"{name}.{person.name}.wav", person.hearing.samples(run.zero + run.seconds[-1].at))


def line(found: dict[str, Any]) -> str:
    if "far" not in found:
        return "; ".join(found["missed"])
    sides = []
    for name in ("far", "near"):
        side = found[name]
        quality = side["pesq"]["median"] if isinstance(side["pesq"], dict) else side["pesq"]
        sides.append(f"{name}: concealed {number(side['concealed'])}, PESQ {quality}")
    steps = [f"{step['name']}: {step['far']} / {step['near']} s" for step in found["steps"]]
    return "; ".join([*sides, *steps, *(found["missed"] or ["as it must be"])])


def table(plan: Sequence[tuple[Named, float]], found: dict[str, dict[str, Any]]) -> str:
    lines = ["| scenario | s | far and near: concealed, PESQ; after each step | |", "|---|---|---|---|"]
    for named, seconds in plan:
        verdict = found[named.name]
        lines.append(
            f"| {named.scenario.title} | {seconds:.0f} | {line(verdict)} | {'' if verdict['ok'] else '**missed**'} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
