"""The laboratory as one of the measurements of `python -m load_tests`: its scenarios in a process of their own, their
verdicts as figures."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from load_tests.cores import ALLOWED, on
from load_tests.figures import Measured
from load_tests.machine import ROOT
from load_tests.netlab import namespaces

# What the table asks for; the other scenarios are for those who look for something.
SCENARIOS = (
    *("weak-24", "narrow-16", "hopeless-16", "bursts-32", "blocked", "cliff", "change"),
    *("loopback", "far-800", "all-rungs"),
)
SUMMARY = "summary.json"
PEOPLE = ("far", "near")
LIMIT = 4 * 3600.0  # seconds for all, whatever happens; each scenario has its own


async def measure(options: argparse.Namespace, out: Path) -> Measured:
    """``options.long``: each at its whole length, 10 minutes for most; else shortened to a minute or two."""
    reason = await asyncio.to_thread(namespaces.why_not)
    if reason is not None:
        return Measured(problems=[f"netlab: {reason}"])
    command = [sys.executable, "-m", "load_tests.netlab", *SCENARIOS, "--out", str(out)]
    with on(frozenset(ALLOWED)):  # browsers, server and line: real time needs all there is
        process = await asyncio.create_subprocess_exec(*command, *(["--whole"] if options.long else []), cwd=ROOT)
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    found = json.loads((out / SUMMARY).read_text())["scenarios"]
    measured = Measured(values=figures(found), details={"netlab": found})
    for name, verdict in found.items():
        measured.problems += [f"netlab {name}: {missed}" for missed in verdict["missed"]]
    return measured


def figures(found: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Of the scenarios that ran to their end."""
    values: dict[str, float | None] = {}
    for name, verdict in found.items():
        if "far" not in verdict:
            continue
        values[f"netlab.{name}.alive"] = float(verdict["alive"])
        shares = [verdict[person]["concealed"] for person in PEOPLE]
        values[f"netlab.{name}.concealed"] = None if None in shares else 100 * max(shares)
        qualities = [verdict[person]["pesq"] for person in PEOPLE]
        if all(isinstance(quality, Mapping) for quality in qualities):
            values[f"netlab.{name}.pesq"] = min(quality["median"] for quality in qualities)
        values[f"netlab.{name}.joined"] = verdict["join_to_voice_s"]
        values[f"netlab.{name}.rungs"] = float(len(verdict["rungs_reached"]))
        for number, step in enumerate(verdict["steps"]):
            silences = [step[person] for person in PEOPLE]
            values[f"netlab.{name}.{number}"] = None if None in silences else max(silences)
            values[f"netlab.{name}.{number}.rung"] = step.get("rung")
    return {key: value for key, value in values.items() if value is not None}
