"""Programs that a measurement starts: on their core, in their own session, ended by their own pid."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from load_tests.cores import on

LOOPBACK = "127.0.0.1"


class MissingProgram(Exception):
    """A program that a measurement needs is not installed. The text says how to get it."""


class DidNotStart(Exception):
    """A program ended, or stayed silent for too long. The text holds the end of its output."""


def find(program: str, package: str) -> str:
    """Where ``program`` is. Raises MissingProgram with the command that installs it."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise MissingProgram(f"{program} is not installed: apt-get install {package}")
    return path


class Program:
    """A started program. Its output goes to ``log``; it hears nothing of our terminal's Ctrl-C, we end it ourselves."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        cores: frozenset[int],
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with on(cores), log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environ or {})},
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def tail(self, characters: int = 1500) -> str:
        return self.log.read_text(errors="replace")[-characters:]

    def stop(self, *, grace: float = 15, whole_session: bool = False) -> None:
        """SIGTERM, then SIGKILL after ``grace`` seconds; ``whole_session`` for a program that only runs others."""
        if self.running:
            self._signal(signal.SIGTERM, whole_session)
            try:
                self._process.wait(grace)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL, whole_session)
        self._process.wait()

    def wait(self, *, timeout: float) -> None:
        """Until it ends by itself. Raises DidNotStart when it fails or takes longer than ``timeout``."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.stop(whole_session=True)
            raise DidNotStart(f"not done after {timeout:.0f} s: {self.tail()}") from None
        if status != 0:
            raise DidNotStart(f"ended with {status}: {self.tail()}")

    def _signal(self, number: signal.Signals, whole_session: bool) -> None:
        if whole_session:  # Popen made it the leader of a session, and so of a group, of its own
            os.killpg(self.pid, number)
        else:
            self._process.send_signal(number)

    def wait_for_port(self, port: int, *, timeout: float) -> None:
        """Until something listens on ``port``. Raises DidNotStart."""
        for _ in self._attempts(timeout):
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((LOOPBACK, port)) == 0:
                    return

    def wait_for_page(self, url: str, *, timeout: float) -> None:
        """Until ``url`` answers 200. Raises DidNotStart."""
        for _ in self._attempts(timeout):
            with (
                contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
                urllib.request.urlopen(url, timeout=2) as answer,  # noqa: S310 - always our own loopback address
            ):
                if answer.status == 200:
                    answer.read()
                    return

    def _attempts(self, timeout: float) -> Iterator[None]:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self.running:
                raise DidNotStart(f"ended with {self._process.returncode}: {self.tail()}")
            yield
            time.sleep(0.02)
        raise DidNotStart(f"not ready after {timeout:.0f} s: {self.tail()}")
