"""`binome serve` that writes down what the engine measured of each peer: for the traces that the ladder is tried on.

``LAB_TRACE`` names the file, of one JSON line for each measurement.
"""

import dataclasses
import json
import os
import sys
import time
from pathlib import Path

from server.cli import main
from server.media.engine import Measured
from server.signalling.calls import Calls


def watch(file: Path) -> None:
    pass_on = Calls.measured
    out = file.open("a", buffering=1)

    def write(calls: Calls, room: str, peer: str, measured: Measured) -> None:
        line = {"at": time.time(), "peer": peer, "measured": dataclasses.asdict(measured)}
        out.write(json.dumps(line) + "\n")
        pass_on(calls, room, peer, measured)

    setattr(Calls, "measured", write)  # noqa: B010 - a look from outside, for which the product has no place


if __name__ == "__main__":
    watch(Path(os.environ["LAB_TRACE"]))
    sys.exit(main())
