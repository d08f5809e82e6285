import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from load_tests import machine
from load_tests.moderation.cost import measure
from load_tests.moderation.found import Line, evaluate
from server.moderation.data_files import engine_version

CASES = Path(__file__).parents[2] / "tests" / "unit" / "moderation" / "cases"


def read(path: Path) -> list[Line]:
    return [msgspec.json.decode(line, type=Line) for line in path.read_bytes().splitlines() if line.strip()]


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.moderation", description="Costs and findings as JSON.")
    parser.add_argument("files", nargs="*", type=Path, help="sentences to judge (default: the development set)")
    parser.add_argument("--no-cost", action="store_true", help="only what is found")
    options = parser.parse_args(given)
    files = {path: read(path) for path in options.files or sorted(CASES.glob("*.jsonl"))}
    report = {
        "engine": engine_version(),
        "machine": machine.describe(),
        "found": {path.name: evaluate(lines) for path, lines in files.items()},
    }
    if not options.no_cost:
        report["cost"] = measure([line.text for lines in files.values() for line in lines])
    json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
