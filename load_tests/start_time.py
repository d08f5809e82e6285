"""How long it takes from `make run` to a served page: in a fresh copy of the repository with nothing installed but the
caches of the package managers, and once more when everything is there."""

import os
import shutil
import time
from pathlib import Path

from load_tests import cores
from load_tests.figures import Measured
from load_tests.machine import ROOT
from load_tests.programs import LOOPBACK, Program, find
from tests.support.ports import free_port

FIRST_TIMEOUT = 300.0  # seconds: far over the target, so that a miss is measured and not only told
AGAIN_TIMEOUT = 60.0
RESTARTS = 3


def measure(folder: Path) -> Measured:
    """Raises MissingProgram or DidNotStart. The copy holds what is committed; it runs on all cores, as for a person."""
    make, git = find("make", "make"), find("git", "git")
    copy = folder / "copy"
    clone = Program(
        [git, "clone", "--quiet", "--no-hardlinks", "--depth", "1", f"file://{ROOT}", str(copy)],
        folder / "clone.out",
        cores=frozenset(cores.ALLOWED),
    )
    clone.wait(timeout=60)
    port = free_port()
    environ = {
        "BINOME_DATA": str(folder / "data"),
        "BINOME_PORT": str(port),
        "BINOME_MEDIA_PORT": str(free_port()),
        # the environment that this runs in must not be taken for the copy's own
        "VIRTUAL_ENV": "",
        "PATH": _path_without_venv(),
    }
    times = []
    for attempt in range(1 + RESTARTS):
        start = time.perf_counter()
        program = Program(
            [make, "run"], folder / f"make{attempt}.out", cores=frozenset(cores.ALLOWED), environ=environ, cwd=copy
        )
        try:
            timeout = AGAIN_TIMEOUT if attempt else FIRST_TIMEOUT
            program.wait_for_page(f"http://{LOOPBACK}:{port}/", timeout=timeout)
            times.append(time.perf_counter() - start)
        finally:
            program.stop(whole_session=True)
    shutil.rmtree(copy, ignore_errors=True)
    return Measured(
        values={"start.first": times[0], "start.again": sorted(times[1:])[len(times[1:]) // 2]},
        details={"start_time": {"first_s": times[0], "again_s": times[1:]}},
    )


def _path_without_venv() -> str:
    own = os.environ.get("VIRTUAL_ENV")
    return os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep) if own is None or not folder.startswith(own)
    )
