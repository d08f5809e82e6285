"""The folder that holds everything an instance keeps on disk: marked as ours, and open in one process at a time."""

import errno
import fcntl
import os
import shutil
from pathlib import Path

from server.kernel.ground import GroundError

MARKER = ".binome"
MARKER_TEXT = "This folder belongs to Binôme. Back it up with `binome backup`, and change nothing in it by hand.\n"
LOCK = "lock"
# Left behind by file systems and desktops in folders that are otherwise empty.
_IGNORED = {"lost+found", ".DS_Store"}


class FolderInUse(GroundError):
    """Another process has the folder open."""


class DataFolder:
    """A data folder, opened: nobody else can open it until ``close`` or the end of this process."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def open(self) -> None:
        """Makes the folder if need be and takes its lock. Raises GroundError for a folder that is not ours, cannot
        be written, or is in use; changes nothing in any of these cases."""
        path = self.path
        try:
            path.mkdir(mode=0o711, parents=True, exist_ok=True)
        except OSError as error:
            raise refine(error, path) from error
        _check(path)
        try:
            if not (path / MARKER).exists():
                (path / MARKER).write_text(MARKER_TEXT, encoding="utf-8")
            self._lock = _take_lock(path)
        except OSError as error:
            raise refine(error, path) from error

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def examine(path: Path) -> str:
    """What opening ``path`` would find, in a few words, without changing anything. Raises GroundError likewise."""
    path = path.absolute()
    try:
        if not path.exists():
            there = next(folder for folder in path.parents if folder.exists())
            _must_be_writable(there, path)
            return "will be made by the first start"
    except OSError as error:
        raise refine(error, path) from error
    _check(path)
    _must_be_writable(path, path)
    return "is Binôme's" if (path / MARKER).exists() else "is empty"


def _must_be_writable(folder: Path, path: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise refine(OSError(errno.EACCES, os.strerror(errno.EACCES)), path)


def _check(path: Path) -> None:
    try:
        entries = {entry.name for entry in path.iterdir()} - _IGNORED
    except OSError as error:
        raise refine(error, path) from error
    if entries and MARKER not in entries:
        raise GroundError(
            f"the data folder {path} holds files that are not Binôme's; set BINOME_DATA to an empty or new folder"
        )


_HOW_WRITABLE = "give this user the right to write there, or set BINOME_DATA to another folder"


def _take_lock(path: Path) -> int:
    descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 20).decode(errors="replace").strip()
        os.close(descriptor)
        raise FolderInUse(
            f"the data folder {path} is in use by another Binôme (process {holder or 'unknown'}); "
            "stop that one, or set BINOME_DATA to another folder"
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def refine(error: OSError, path: Path) -> GroundError:
    """The sentence for an operating system's refusal that has to do with ``path``."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(path)
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return GroundError(f"the data folder {path} is not a folder; set BINOME_DATA to one")
    reason = (error.strerror or type(error).__name__).lower()
    return GroundError(f"cannot use the data folder {path}: {reason}; {_HOW_WRITABLE}")


def disk_full(path: Path) -> GroundError:
    free = shutil.disk_usage(path).free // 2**20
    return GroundError(f"the disk of {path} is full ({free} MB free); free at least 300 MB and start again")
