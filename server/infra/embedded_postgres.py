"""PostgreSQL inside the data folder, started and stopped with the server, for whoever runs no database of their own.

Our own small runner around PostgreSQL's programs. It listens on a Unix socket in a private folder only, with
passwords. The cluster is made whole or not at all; it ends with us, however we end; and it comes back when it dies.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from server.infra.data_folder import DataFolder, disk_full, refine
from server.infra.postgres_programs import SHARED_HOME, Programs, User, find_programs, find_user
from server.infra.postgres_roles import (
    DATABASE,
    OWNER,
    SERVER,
    Urls,
    give_login,
    has_password,
    keep_password,
    new_password,
    urls_of,
)
from server.infra.postmaster import IMMEDIATE_STOP_SECONDS, Guard, end_orphan, is_postgres, read_note
from server.kernel.ground import GroundError

log = logging.getLogger(__name__)

SOCKET_PATH_LIMIT = 103  # bytes, terminator aside: the smallest sun_path among our systems (macOS: 104)
START_SECONDS = 60.0  # longest wait for a start; a recovery after a crash replays its log first
FAST_STOP_SECONDS = 10.0  # for a clean shutdown with its checkpoint, before it is cut short
REMOVE_SECONDS = 10.0  # longest wait until nobody writes in what is removed
FULL = 2**20  # bytes that are free on a disk which counts as full, whatever PostgreSQL says
WATCH_SECONDS = 0.25  # between two looks at whether PostgreSQL still runs
LOG_LIMIT = 8 * 2**20  # bytes of postgres.log that are kept over a start

# For one association on one cheap machine. Errors of statements are not logged, since they quote their values.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "256MB",
    "max_worker_processes": "4",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "lc_messages": "C",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedPostgres:
    """One cluster in one opened data folder. ``start`` and ``stop`` block; ``watch`` belongs in a task."""

    def __init__(
        self, folder: DataFolder, settings: Mapping[str, str] | None = None, *, role_options: str = ""
    ) -> None:
        self._data = folder.path
        self._extra = dict(settings or {})
        self._role_options = role_options  # of the owner of the tables; no role of ours is a superuser
        self._urls: Urls | None = None
        self._one_at_a_time = threading.Lock()  # starts and stops come from threads of their own
        self._wanted = False
        self._cluster = self._data / "postgres"
        self._sockets = self._data / "socket"
        self._user: User
        self._programs: Programs
        self._server: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None

    @property
    def urls(self) -> Urls:
        """How to reach the database. Known once started."""
        if self._urls is None:
            raise RuntimeError("PostgreSQL was not started")
        return self._urls

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server is not None else None

    def start(self) -> None:
        """Runs PostgreSQL and returns when it takes connections, making the cluster first if there is none. Stops one
        that a killed Binôme left. Raises GroundError."""
        with self._one_at_a_time:
            self._wanted = True
            self._start()

    def _start(self) -> None:
        try:
            self._place()
            if not (self._cluster / "PG_VERSION").exists():
                self._make_cluster()
            end_orphan(self._cluster)
            self._configure()
            if not has_password(self._data, SERVER):
                self._add_server()
            self._urls = urls_of(self._data, self._sockets)
            self._run()
        except OSError as error:
            raise refine(error, self._data) from error

    def stop(self) -> None:
        """Stops PostgreSQL, cleanly if it lets us within FAST_STOP_SECONDS. Waits for a start that is under way."""
        with self._one_at_a_time:
            self._wanted = False
            self._stop()

    def _stop(self) -> None:
        if self._server is not None:
            self._end(self._server)
            self._server = None
        if self._guard is not None:
            self._guard.dismiss()  # last: whoever kills us in the midst of this leaves no PostgreSQL without one
            self._guard = None

    def _end(self, server: subprocess.Popen[bytes]) -> None:
        for number, seconds in ((signal.SIGINT, FAST_STOP_SECONDS), (signal.SIGQUIT, IMMEDIATE_STOP_SECONDS)):
            server.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(seconds)
                break
        else:
            server.kill()
            server.wait()
        if self._sockets.parent != self._cluster.parent:
            shutil.rmtree(self._sockets, ignore_errors=True)
            (self._data / "socket").unlink(missing_ok=True)

    async def watch(self) -> None:
        """Starts PostgreSQL again whenever it ends by itself; tries for ever, at growing distances."""
        pause = WATCH_SECONDS
        while True:
            await asyncio.sleep(pause)
            server = self._server
            if not self._wanted or (server is not None and server.poll() is None):
                pause = WATCH_SECONDS
                continue
            if server is not None:
                log.error("postgres_died", extra={"status": server.returncode})
            try:
                await asyncio.to_thread(self._again)
            except GroundError as error:
                log.error("postgres_not_restarted", extra={"reason": error})  # noqa: TRY400 - told in one line
                pause = min(max(1.0, pause * 2), 15.0)
            else:
                log.warning("postgres_restarted")

    def _again(self) -> None:
        with self._one_at_a_time:
            if self._wanted:
                self._server = None
                self._stop()  # the guard of the one that died
                self._start()

    def _place(self) -> None:
        """Decides where the cluster and its socket lie, and which user and programs run it."""
        link = self._data / "postgres"
        self._cluster = link.resolve() if link.is_symlink() else link
        if link.is_symlink() and not self._cluster.exists():
            raise GroundError(f"{link} points to {self._cluster}, which is not there; put it back or set BINOME_DATA")
        self._user = find_user(self._cluster)
        version = self._cluster / "PG_VERSION"
        major = int(version.read_text(encoding="ascii")) if version.exists() else None
        self._programs = find_programs(self._user, major)
        if self._user.switch and not self._cluster.exists():
            self._data.chmod(0o711)  # ours; what it holds is closed file by file
        if self._user.switch and not self._user.can_use(self._cluster.parent):
            if self._cluster.exists():
                raise GroundError(
                    f"the user that PostgreSQL runs as cannot reach {self._cluster}; "
                    "move the data folder out of the private folder it lies in, and set BINOME_DATA"
                )
            self._cluster = _place_elsewhere(self._user, self._data) / "postgres"
        self._sockets = self._cluster.parent / "socket"
        if len(os.fsencode(self._sockets / ".s.PGSQL.5432.lock")) > SOCKET_PATH_LIMIT:
            self._sockets = self._short_folder(link=self._data / "socket")
        self._sockets.mkdir(mode=0o700, exist_ok=True)
        self._user.own(self._sockets)

    def _short_folder(self, link: Path) -> Path:
        """A private folder for the socket under /tmp, known by ``link`` so that it is found again after a crash."""
        known = link.resolve()
        if link.is_symlink() and known.is_dir() and known.stat().st_uid == self._user.uid:
            return known
        folder = Path(tempfile.mkdtemp(prefix="binome-", dir="/tmp"))
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
        return folder

    def _make_cluster(self) -> None:
        """Makes the cluster beside its place and moves it there when it is complete."""
        for left in self._cluster.parent.glob("postgres.new-*"):
            _remove(left)
        if shutil.disk_usage(self._cluster.parent).free < 100 * 2**20:  # a new cluster takes about 40 MB and its log 32
            raise disk_full(self._data)
        new = self._cluster.with_name(f"postgres.new-{os.getpid()}")
        new.mkdir(mode=0o700)
        self._user.own(new)
        passwords = {OWNER: new_password(), SERVER: new_password()}
        try:
            self._initialise(new)
            self._tell_single_user(
                new,
                f"CREATE ROLE {OWNER} {self._role_options}",
                *(give_login(role, password) for role, password in passwords.items()),
                f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
            )
            for role, password in passwords.items():
                keep_password(self._data, role, password)
            new.rename(self._cluster)
            if self._cluster.parent != self._data:
                (self._data / "postgres").symlink_to(self._cluster)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise

    def _add_server(self) -> None:
        """The role that serves, for a cluster of when there was only the owner, or whose password is lost. Until its
        password is kept, this is done again at each start."""
        password = new_password()
        self._tell_single_user(self._cluster, give_login(SERVER, password))
        keep_password(self._data, SERVER, password)

    def _initialise(self, cluster: Path) -> None:
        if not self._user.has_name:
            raise GroundError(
                f"PostgreSQL makes no database for user {self._user.uid}, which has no name on this system; "
                "add it to /etc/passwd, or set BINOME_DATABASE_URL"
            )
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self._programs.major >= 17
            else ["--locale=C.UTF-8" if os.uname().sysname == "Linux" else "--locale=en_US.UTF-8"]
        )
        options = ["--encoding=UTF8", "--data-checksums", "--username=postgres", "--auth=scram-sha-256"]
        # initdb wants a superuser's password for that; nobody is told it, and the owner of the files needs none.
        with tempfile.TemporaryDirectory(prefix="binome-") as folder:
            file = Path(folder, "password")
            file.write_text(secrets.token_urlsafe(24), encoding="ascii")
            self._user.own(Path(folder))
            self._user.own(file)
            self._call(["initdb", *options, *locale, f"--pwfile={file}", "--pgdata", str(cluster)])

    def _tell_single_user(self, cluster: Path, *statements: str) -> None:
        self._call(
            ["postgres", "--single", "-D", str(cluster), "postgres"], "".join(f"{line}\n" for line in statements)
        )

    def _call(self, command: list[str], told: str = "") -> None:
        done = subprocess.run(
            [self._programs[command[0]], *command[1:]],
            input=told,
            capture_output=True,
            text=True,
            cwd="/",
            env=_environment(),
            check=False,
            start_new_session=True,
            **self._user.switch,
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:
            raise self._explain(done.stderr)

    def _configure(self) -> None:
        settings = {**SETTINGS, "unix_socket_directories": str(self._sockets), **self._extra}
        if self._programs.major >= 18:
            settings.setdefault("io_method", "sync")  # no worker processes for a database this small
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        text = "# Written at each start. Put your own settings into postgres.local.conf beside the cluster.\n"
        text += "".join(lines) + "include_if_exists = '../postgres.local.conf'\n"
        file = self._cluster / "postgresql.conf"
        file.write_text(text, encoding="utf-8")
        self._user.own(file)

    def _run(self) -> None:
        log_file = self._data / "postgres.log"
        deadline = time.monotonic() + START_SECONDS
        while True:
            if log_file.exists() and log_file.stat().st_size > LOG_LIMIT:
                log_file.replace(log_file.with_suffix(".log.1"))
            descriptor = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            start = os.fstat(descriptor).st_size
            try:
                self._server = subprocess.Popen(
                    [self._programs["postgres"], "-D", str(self._cluster)],
                    stdin=subprocess.DEVNULL,
                    stdout=descriptor,
                    stderr=descriptor,
                    cwd="/",
                    env=_environment(),
                    start_new_session=True,  # Ctrl-C at the terminal is for us; we stop PostgreSQL after our own work
                    **self._user.switch,
                )
            finally:
                os.close(descriptor)
            self._guard = Guard(self._server.pid, self._user)
            if self._ready(deadline):
                return
            self._stop()
            said = log_file.read_bytes()[start:].decode(errors="replace")
            # Processes of a PostgreSQL that was killed see it within a moment and leave the memory they share.
            if "is still in use" not in said or time.monotonic() > deadline:
                raise self._explain(said)
            time.sleep(0.1)

    def _ready(self, deadline: float) -> bool:
        assert self._server is not None  # noqa: S101 - for the type checker; the one caller has just set it
        while time.monotonic() < deadline:
            if self._server.poll() is not None:
                return False
            note = read_note(self._cluster)
            if note is not None and note.ready and note.pid == self._server.pid:
                return True
            time.sleep(0.01)
        return False

    def _explain(self, said: str) -> GroundError:
        """The one line to tell when PostgreSQL did not do as asked."""
        # On a full disk its log may have had no room for the line that says so.
        if "No space left on device" in said or shutil.disk_usage(self._cluster.parent).free < FULL:
            return disk_full(self._data)
        telling = [
            line for line in said.splitlines() if any(word in line for word in ("FATAL", "PANIC", "rror:", "ERROR"))
        ]
        reason = (telling or said.splitlines() or ["it ended without a word"])[-1].split("FATAL:")[-1].strip()
        return GroundError(f"PostgreSQL did not start: {reason} (its log: {self._data / 'postgres.log'})")


def running_urls(data: Path) -> Urls | None:
    """The database of the Binôme that runs on this data folder now, for a command that works beside it."""
    cluster = (data.absolute() / "postgres").resolve()
    note = read_note(cluster)
    if note is None or not note.ready or not is_postgres(note.pid, cluster):
        return None
    try:
        return urls_of(data, note.sockets)
    except OSError:
        return None


def _remove(folder: Path) -> None:
    """Removes a cluster that was left half made; ``initdb`` of a server that was killed may write in it for a moment
    more, until it finds its files gone."""
    deadline = time.monotonic() + REMOVE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(0.02)


def _environment() -> dict[str, str]:
    """Nothing of ours: no PG* variable, secret or locale may change what PostgreSQL does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _place_elsewhere(user: User, data: Path) -> Path:
    """A folder of its own for the cluster of ``data`` that would lie where ``user`` cannot reach it; the same at each
    try, until there is a cluster in it."""
    SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = SHARED_HOME / f"cluster-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    if (home / "postgres").exists():  # of an earlier data folder of this path; nothing points to it any more
        home = Path(tempfile.mkdtemp(dir=SHARED_HOME, prefix="cluster-"))
    home.mkdir(exist_ok=True)
    home.chmod(0o711)
    if not user.can_use(home):
        raise GroundError(
            f"PostgreSQL cannot run as root, and its user can reach neither the data folder nor {SHARED_HOME}; "
            "set BINOME_DATA to a folder outside of private ones"
        )
    return home
