"""`python -m load_tests.netlab.traces DIR SCENARIO… --to FOLDER`: what the ladder was given in runs that ``DIR`` holds,
as JSON for its unit tests: the clients' reports (`call:stats`) and what the engine measured, of both people.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

EVERY = 2  # seconds between two samples
PATHS = {"udp": 1, "tcp": 2, "web": 3}


def trace(run: Mapping[str, Any], measured: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Moments are seconds since both were in the call."""
    people = {}
    for name in ("far", "near"):
        told = run["told"][name]
        peers = {body["peer"] for _, _, event, body in told if event == "joined"}
        sent = [{"at": at, "n": body["n"]} for at, way, event, body in told if event == "call:stats" and way == "up"]
        people[name] = {
            "reports": sent or _reports(run["seconds"], name),
            "measured": [
                {"at": round(line["at"] - run["zero"], 2), **line["measured"]}
                for line in measured
                if line["peer"] in peers and -2 <= line["at"] - run["zero"] <= run["seconds"][-1]["at"]
            ],
        }
    return {"scenario": run["scenario"], "title": run["title"], "events": run["events"], "people": people}


def _reports(seconds: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """What a client would report, from its page's own statistics, for a client that does not report by itself."""
    found = []
    used = 0.0
    for pair in zip(seconds[::EVERY], seconds[1::EVERY], strict=False):
        sides = [second[name] for second in pair]
        far = sides[-1]
        used += sum(side["in_kbit"] + side["out_kbit"] for side in sides) / 8
        received, lost = (sum(side[what] for side in sides) for what in ("received", "lost"))
        played, made_up = (sum(side[what] for side in sides) for what in ("voice_samples", "concealed_samples"))
        numbers = [
            round(used),
            _or_unknown(far["available_kbit"]),
            round(sum(side["out_kbit"] for side in sides) / EVERY),
            -1,  # only the other end knows it
            round(sum(side["in_kbit"] for side in sides) / EVERY),
            round(1000 * max(0, lost) / (received + max(0, lost))) if received or lost > 0 else -1,
            round(1000 * made_up / played) if played else -1,
            -1 if far["round_trip"] is None else round(1000 * far["round_trip"]),
            -1,
            round(sum(side["frames"] for side in sides) / EVERY),
            PATHS.get(far["path"], 0),
        ]
        found.append({"at": pair[-1]["at"], "n": numbers})
    return found


def _or_unknown(value: float | None) -> int:
    return -1 if value is None else round(value)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.netlab.traces", description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("names", nargs="+", metavar="scenario")
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    measured = [json.loads(line) for line in (options.runs / "measured.jsonl").read_text().splitlines()]
    for name in options.names:
        found = trace(json.loads((options.runs / f"{name}.json").read_text()), measured)
        lines = json.dumps(found, ensure_ascii=False, indent=1)
        (options.to / f"{name}.json").write_text(lines + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
