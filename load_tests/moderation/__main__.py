"""What the moderation finds and what it costs: `python -m load_tests.moderation [FILE.jsonl …] [--peers]`, JSON out
and a table on standard error. The format of the files stands in `lines.py` and in `corpus/README.md`."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from load_tests import machine
from load_tests.moderation import ours, peers
from load_tests.moderation.cost import measure
from load_tests.moderation.found import report
from load_tests.moderation.lines import Line, read
from server.moderation.data_files import engine_version

DEVELOPMENT = Path(__file__).parent / "corpus" / "development"


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load_tests.moderation", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="sentences to judge (default: the development set)")
    parser.add_argument("--no-cost", action="store_true", help="only what is found")
    parser.add_argument("--peers", action="store_true", help=f"beside {', '.join(peers.NAMES)}, installed if need be")
    parser.add_argument("--misses", metavar="CATEGORY", help="print the lines of a category that are missed, and end")
    parser.add_argument("--alarms", action="store_true", help="print the ordinary lines that raise an alarm, and end")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    files = {path: read(path) for path in options.files or sorted(DEVELOPMENT.glob("*.jsonl"))}
    if options.misses or options.alarms:
        for lines in files.values():
            _print(lines, options.misses)
        return 0
    together = [line for lines in files.values() for line in lines]
    told: dict[str, Any] = {"engine": engine_version(), "machine": machine.describe()}
    told["files"] = {path.name: _ours(lines) for path, lines in files.items()}
    told["found"] = {"binome": _ours(together)}
    if options.peers:
        told["found"] |= _peers(together)
    if not options.no_cost:
        told["cost"] = measure([line.text for line in together])
    json.dump(told, sys.stdout, ensure_ascii=False, indent=2)
    print()
    for system, found in told["found"].items():
        _table(system, found)
    return 0


def _ours(lines: Sequence[Line]) -> dict[str, Any]:
    verdicts, costs = ours.judge(lines)
    return report(lines, ours.claims(verdicts), costs)


def _peers(lines: Sequence[Line]) -> dict[str, Any]:
    told = {}
    for name in peers.NAMES:
        try:
            told[name] = peers.judge(name, lines)
        except subprocess.SubprocessError as error:
            print(f"{name} gave no answer: {error}", file=sys.stderr)
    return told


def _print(lines: Sequence[Line], category: str | None) -> None:
    for line, verdict in zip(lines, ours.judge(lines)[0], strict=True):
        found = [(label.category, label.severity, label.rule) for label in verdict.labels]
        missed = category in line.categories and category not in ours.claims([verdict])[0]
        alarmed = category is None and not line.categories and verdict.severity >= ours.ALARM
        if missed or alarmed:
            print(json.dumps({"text": line.text, "sender": line.sender, "found": found}, ensure_ascii=False))


def _table(system: str, found: dict[str, Any]) -> None:
    def cell(figure: dict[str, Any]) -> str:
        if not figure["of"]:
            return f"{'-':^25}"
        return f"{figure['share']:6.3f} [{figure['from']:.3f}, {figure['to']:.3f}]"

    print(f"\n{system}: {found['lines']} lines; recall, precision, alarms per 1,000, µs", file=sys.stderr)
    for name, row in [*found["category"].items(), *((f"= {name}", row) for name, row in found["group"].items())]:
        alarms = row["alarms_per_1000_ordinary"].get("share", 0.0)
        cost = row["microseconds"].get("mean", 0.0)
        print(f"{name:16} {cell(row['recall'])} {cell(row['precision'])} {alarms:7.2f} {cost:8.1f}", file=sys.stderr)
    alarms, times = found["alarms_per_1000_ordinary"], found["microseconds"]
    print(f"alarms per 1,000 ordinary lines: {alarms.get('share')}; µs: {times}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
