"""Other free systems over the same lines, in one run with ours: in an environment of their own, installed on demand.

``glin-profanity`` and ``safetext`` are lists of bad words in many languages, Presidio looks for personal details (here
with spaCy's small French model). What each of them claims is written down in ``peer.py``.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from load_tests.moderation import environment
from load_tests.moderation.found import report
from load_tests.moderation.lines import Line

NAMES = ("glin-profanity", "safetext", "presidio-analyzer")
LONGEST = 900  # seconds for one peer


def judge(name: str, lines: Sequence[Line]) -> dict[str, Any]:
    """The report of one peer, installed if need be. Raises SubprocessError."""
    told = subprocess.run(
        [environment.python_of("moderation-peers"), Path(__file__).with_name("peer.py"), name],
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
