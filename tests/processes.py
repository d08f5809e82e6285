"""Real ``binome`` processes for tests that kill them, and the folders that these need."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tests.support.ports import free_port

STARTS_SECONDS = 40.0  # other tests may share the machine
# In memory where there is room: a database is made there in a fraction of the time, and a kill costs what it costs on a
# disk, which is what was not written yet.
PLACES = (Path("/dev/shm"), Path("/tmp"))  # noqa: S108 - folders are made in them by names that nobody can guess
ROOM = 2**31  # bytes: for several clusters, each with its journal


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach when we are root, with a path short enough for a socket. (Those of
    pytest are neither.)"""
    roomy = (place for place in PLACES if place.is_dir() and shutil.disk_usage(place).free >= ROOM)
    folder = Path(tempfile.mkdtemp(prefix="binome-test-", dir=next(roomy, PLACES[-1])))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(done: Callable[[], bool], seconds: float = 10.0, what: str = "it") -> float:
    """Waits until ``done`` answers True, and returns how long that took. Fails after ``seconds``."""
    start = time.monotonic()
    while not done():
        assert time.monotonic() - start < seconds, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - start


def environment(data: Path, **settings: object) -> dict[str, str]:
    """What a binome process is started with: nothing of this process's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BINOME_", "PG"))}
    given = {"data": data, "port": free_port(), "media_port": free_port(), "log_format": "json"}
    given |= settings
    return {**kept, **{f"BINOME_{name.upper()}": str(value) for name, value in given.items()}}


def run(*arguments: str, env: Mapping[str, str], stdin: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    command = [sys.executable, "-m", "server", *arguments]
    return subprocess.run(
        command, env=env, input=stdin, capture_output=True, text=True, timeout=60, check=False, **options
    )


class Server:
    """``binome serve`` as a process of its own, in a session of its own."""

    def __init__(self, data: Path, *command: str, **settings: object) -> None:
        self.data = data
        self.env = environment(data, **settings)
        self.port = int(self.env["BINOME_PORT"])
        self._command = command or ("serve",)
        self.process: subprocess.Popen[str] | None = None
        self._output = Path(tempfile.mkstemp(prefix="binome-output-")[1])

    def start(self, ready: bool = True) -> float:
        """Returns the seconds until /readyz said so."""
        start = time.monotonic()
        with self._output.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server", *self._command],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
                start_new_session=True,
            )
        if ready:
            wait_until(lambda: self._ended() or self.ready(), STARTS_SECONDS, "a start")
            assert self.process.poll() is None, self.output()
        return time.monotonic() - start

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def output(self) -> str:
        return self._output.read_text()

    def events(self) -> list[str]:
        """The events of the log so far."""
        return [json.loads(line)["event"] for line in self.output().splitlines() if line.startswith("{")]

    def ask(self, path: str) -> tuple[int, bytes]:
        """(status, body) of a GET; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return 0, b""

    def ready(self) -> bool:
        return self.ask("/readyz")[0] == 200

    def postmaster(self) -> psutil.Process:
        """The main process of the embedded PostgreSQL."""
        return psutil.Process(int((self.data / "postgres" / "postmaster.pid").read_text().splitlines()[0]))

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float = 20.0) -> int:
        assert self.process is not None
        return self.process.wait(seconds)

    def close(self) -> None:
        """Whatever the test left running is gone afterwards."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        end_postgres(self.data)
        self._output.unlink(missing_ok=True)


def running(processes: Iterable[psutil.Process], wanted: Callable[[list[str]], bool]) -> list[psutil.Process]:
    """Those that still run and whose command line is wanted. Processes come and go while they are looked at: one that
    ends meanwhile is not among them."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if wanted(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def postgres_of(data: Path) -> list[psutil.Process]:
    """Every PostgreSQL main process that runs on this data folder."""
    cluster = str((data / "postgres").resolve())
    return running(psutil.process_iter(), lambda command: "-D" in command and cluster in command)


def media_workers_of(server: Server) -> list[psutil.Process]:
    """The processes that carry the calls of a server that runs, the first first."""
    return running(psutil.Process(server.pid).children(), lambda command: "server.media.worker" in command)


def end_postgres(data: Path) -> None:
    for process in postgres_of(data):
        with suppress(psutil.NoSuchProcess):  # its guard ends it at the same time, when its server was killed
            process.send_signal(signal.SIGQUIT)
            try:
                process.wait(5)
            except psutil.TimeoutExpired:
                process.kill()
