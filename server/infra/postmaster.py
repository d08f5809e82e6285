"""The main process of a PostgreSQL: the note it leaves in its cluster, its end after ours, and that of an orphan."""

import contextlib
import logging
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from server.infra.postgres_programs import User

log = logging.getLogger(__name__)

ORPHAN_STOP_SECONDS = 1.2  # for a clean shutdown of one that a killed Binôme left: a restart has 3 s in all
IMMEDIATE_STOP_SECONDS = 1.0  # for one that is cut short


@dataclass(frozen=True, slots=True)
class Note:
    """What ``postmaster.pid`` says (PostgreSQL's ``utils/pidfile.h``); after a crash it may speak of the past."""

    pid: int
    sockets: Path
    ready: bool


def read_note(cluster: Path) -> Note | None:
    """The note in ``cluster``; None when there is none, or it is half written."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return Note(int(lines[0]), Path(lines[4]), len(lines) >= 8 and lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None


def is_postgres(pid: int, cluster: Path) -> bool:
    """Whether ``pid`` is a PostgreSQL on ``cluster``, and not some process that got its number since."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return False
        asked = ["/bin/ps", "-o", "args=", "-p", str(pid)]
        command = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return "postgres" in command and str(cluster) in command


def end_orphan(cluster: Path) -> None:
    """Stops the PostgreSQL that a killed Binôme left on ``cluster``, or removes the note that a dead one left. The
    lock of the data folder is ours, so nobody else uses it. It is stopped, not adopted: only a child can be watched
    without races, and a start costs a tenth of a second."""
    file = cluster / "postmaster.pid"
    note = read_note(cluster)
    if note is None and file.exists():  # half written: by an orphan that is just starting, or by a disk that was full
        time.sleep(0.5)
        note = read_note(cluster)
    if note is None or not is_postgres(note.pid, cluster):
        file.unlink(missing_ok=True)
        return
    log.warning("postgres_orphan_stopped", extra={"pid": note.pid})
    for number, seconds in (
        (signal.SIGINT, ORPHAN_STOP_SECONDS),
        (signal.SIGQUIT, IMMEDIATE_STOP_SECONDS),
        (signal.SIGKILL, IMMEDIATE_STOP_SECONDS),
    ):
        deadline = time.monotonic() + seconds
        with contextlib.suppress(ProcessLookupError):
            os.kill(note.pid, number)
        while time.monotonic() < deadline:
            if not is_postgres(note.pid, cluster):
                return
            time.sleep(0.02)


class Guard:
    """A shell that waits on a pipe whose other end only we hold. When we are gone, ``kill -9`` included, it reads the
    end of the pipe and asks PostgreSQL to stop. Works wherever there is a shell, and costs one small process."""

    def __init__(self, pid: int, user: User) -> None:
        reading, self._pipe = os.pipe()
        try:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", 'read -r line; kill -INT "$1"', "sh", str(pid)],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
                **user.switch,
            )
        except BaseException:
            os.close(self._pipe)
            raise
        finally:
            os.close(reading)

    def dismiss(self) -> None:
        """Ends the guard; PostgreSQL goes on."""
        self._shell.kill()
        self._shell.wait()
        os.close(self._pipe)
