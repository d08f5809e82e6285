"""Other free systems over the same lines, in one run with ours: in an environment of their own, installed on demand.

``glin-profanity`` and ``safetext`` are lists of bad words in many languages, Presidio looks for personal details (here
with spaCy's small French model). What each of them claims is written down in ``peer.py``.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from load_tests.moderation.found import report
from load_tests.moderation.lines import Line

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv" / "moderation-peers"
REQUIREMENTS = ROOT / "requirements" / "moderation-peers.txt"
NAMES = ("glin-profanity", "safetext", "presidio-analyzer")
LONGEST = 900  # seconds for one peer


def install() -> None:
    """Makes the environment unless it is there. Raises CalledProcessError when the packages cannot be had."""
    stamp = ENVIRONMENT / "installed"
    if stamp.exists() and stamp.read_bytes() == REQUIREMENTS.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", str(REQUIREMENTS)], check=True, stdout=sys.stderr)
    stamp.write_bytes(REQUIREMENTS.read_bytes())


def judge(name: str, lines: Sequence[Line]) -> dict[str, Any]:
    """The report of one peer; raises CalledProcessError or TimeoutExpired."""
    told = subprocess.run(
        [ENVIRONMENT / "bin" / "python", Path(__file__).with_name("peer.py"), name],
        input=json.dumps([line.text for line in lines]),
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST,
    ).stdout
    answer = json.loads(told.splitlines()[-1])
    return {"version": answer["version"]} | report(
        lines, [set(claimed) for claimed in answer["claims"]], answer["microseconds"]
    )
