"""The laboratory's line in real namespaces: it delays, narrows, blocks and moves, and nothing of it is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from load_tests.machine import ROOT
from load_tests.netlab import namespaces
from load_tests.netlab.shaper import NEAR_DEVICE

PROBE = [sys.executable, "-m", "tests.integration.load_tests.line_probe"]


@pytest.fixture(autouse=True)
def _able() -> None:
    reason = namespaces.why_not()
    if reason is not None:
        pytest.skip(reason)


def test_a_line_is_as_bad_as_asked() -> None:
    ran = subprocess.run(
        namespaces.isolated(PROBE), cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    found = json.loads(ran.stdout)
    assert len(found["delayed"]) == 5
    assert 0.2 <= min(found["delayed"]) < 1
    # a queue of a second holds ten packets of 100 ms and the one on the line, each way
    assert 10 <= len(found["narrow"]) <= 12
    assert found["narrow"][-1] - found["narrow"][0] >= 0.9
    assert found["udp_blocked"] == [0, True]
    assert found["web_only"] is False
    assert found["cut"] is False
    assert found["moved"] == [0, 1]
    assert sum(report["down"]["overflowed"] for report in found["reports"]) == pytest.approx(29, abs=1)
    assert sum(report["blocked"] for report in found["reports"]) >= 3


def _running(session: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if session.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_text())
            except OSError:
                continue
    return found


def test_nothing_is_left_when_a_run_is_killed() -> None:
    """Not even by those who cannot be asked to clean up."""
    mark = f"NETLAB_TEST={os.getpid()}-{time.monotonic_ns()}"
    name, _, value = mark.partition("=")
    run = subprocess.Popen(
        namespaces.isolated(PROBE), cwd=ROOT, env={**os.environ, name: value}, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    while not any("netlab.shaper" in command for command in _running(mark)):
        assert time.monotonic() < deadline, "the line never came up"
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.wait()
    while left := _running(mark):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    assert NEAR_DEVICE not in Path("/proc/net/dev").read_text()
