"""Programs under measurement: on their core, ended by us, and plain words for what is missing or did not start."""

import os
import sys
import time
from pathlib import Path

import pytest

from load_tests.cores import MEASURED, on
from load_tests.programs import DidNotStart, MissingProgram, Program, find
from tests.support.ports import free_port

SERVE = (
    "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.{}).serve_forever()"
)


def test_what_is_missing_is_said_with_the_command_that_installs_it() -> None:
    with pytest.raises(MissingProgram, match=r"^no-such-program is not installed: apt-get install something$"):
        find("no-such-program", "something")


def test_children_run_on_the_given_cores_and_we_stay_on_ours(tmp_path: Path) -> None:
    ours = os.sched_getaffinity(0)
    told = "import os; print(os.sched_getaffinity(0))"
    Program([sys.executable, "-c", told], tmp_path / "out", cores=MEASURED).wait(timeout=20)
    assert (tmp_path / "out").read_text().strip() == str(set(MEASURED))
    assert os.sched_getaffinity(0) == ours
    with pytest.raises(ZeroDivisionError), on(MEASURED):
        raise ZeroDivisionError
    assert os.sched_getaffinity(0) == ours


def test_waits_for_a_page_and_stops_the_server(tmp_path: Path) -> None:
    port = free_port()
    program = Program(
        [sys.executable, "-c", SERVE.format("SimpleHTTPRequestHandler"), str(port)],
        tmp_path / "out",
        cores=MEASURED,
        cwd=tmp_path,
    )
    program.wait_for_page(f"http://127.0.0.1:{port}/", timeout=20)
    program.wait_for_port(port, timeout=20)
    program.stop()
    assert not program.running


def test_a_program_that_ends_early_is_told_with_its_last_words(tmp_path: Path) -> None:
    program = Program([sys.executable, "-c", "import sys; sys.exit('no disk')"], tmp_path / "out", cores=MEASURED)
    with pytest.raises(DidNotStart, match="ended with 1: no disk"):
        program.wait_for_port(free_port(), timeout=20)


def test_a_silent_program_is_given_up_and_a_deaf_one_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    program = Program([sys.executable, "-c", deaf], tmp_path / "out", cores=MEASURED)
    deadline = time.monotonic() + 20
    while "deaf" not in program.tail() and time.monotonic() < deadline:
        time.sleep(0.02)
    with pytest.raises(DidNotStart, match="not ready after 0 s: deaf"):
        program.wait_for_port(free_port(), timeout=0.1)
    program.stop(grace=0.2, whole_session=True)
    assert not program.running
