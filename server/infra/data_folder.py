"""The folder that holds everything an instance keeps on disk: marked as ours, and open in one process at a time."""

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
            entries = {entry.name for entry in path.iterdir()} - _IGNORED
        except NotADirectoryError as error:
            raise GroundError(f"{path} is not a folder; set BINOME_DATA to a folder") from error
        except FileExistsError as error:
            raise GroundError(f"{path} is not a folder; set BINOME_DATA to a folder") from error
        except PermissionError as error:
            raise GroundError(f"cannot use the data folder {path}: permission denied; {_HOW_WRITABLE}") from error
        except OSError as error:
            raise refine(error, path) from error
        if entries and MARKER not in entries:
            raise GroundError(
                f"the data folder {path} holds files that are not Binôme's; set BINOME_DATA to an empty or new folder"
            )
        try:
            (path / MARKER).write_text(MARKER_TEXT, encoding="utf-8")
            self._lock = _take_lock(path)
        except PermissionError as error:
            raise GroundError(f"cannot write in the data folder {path}; {_HOW_WRITABLE}") from error
        except OSError as error:
            raise refine(error, path) from error

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


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
    if error.errno in {28, 122}:  # ENOSPC, EDQUOT
        return disk_full(path)
    if error.errno == 30:  # EROFS
        return GroundError(f"cannot write in the data folder {path}: read-only file system; {_HOW_WRITABLE}")
    return GroundError(f"cannot use the data folder {path}: {error.strerror}; {_HOW_WRITABLE}")


def disk_full(path: Path) -> GroundError:
    free = shutil.disk_usage(path).free // 2**20
    return GroundError(f"the disk of {path} is full ({free} MB free); free at least 300 MB and start again")
