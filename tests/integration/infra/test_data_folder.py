"""The data folder is ours alone, in one process at a time; one that is refused is left as it was."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.infra.data_folder import DataFolder, FolderInUse, examine
from server.kernel.ground import GroundError
from tests.processes import short_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may write everywhere, so root becomes somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_new_or_empty_one_becomes_ours(folder: Path) -> None:
    (folder / "empty" / "lost+found").mkdir(parents=True)
    for name in ("new/below", "empty"):
        assert examine(folder / name) == ("is empty" if name == "empty" else "will be made by the first start")
        opened = DataFolder(folder / name)
        opened.open()
        opened.close()
        assert examine(folder / name) == "is Binôme's"
        assert tree(folder / name) == sorted([".binome", "lock", *(["lost+found"] if name == "empty" else [])])


def test_it_is_open_once_and_says_where(folder: Path) -> None:
    first, second = DataFolder(folder / "data"), DataFolder(folder / "data")
    first.open()
    with pytest.raises(FolderInUse, match=rf"is in use by another Binôme \(process {os.getpid()}\); stop that one, or"):
        second.open()
    first.close()
    second.open()
    second.close()


@pytest.mark.parametrize(
    ("mode", "below", "says"),
    [
        (0o500, "", "cannot use the data folder {}: permission denied; give this user the right to write there"),
        (0o500, "new", "permission denied"),
        (0o000, "new", "permission denied"),
        (0o300, "", "permission denied"),
    ],
)
def test_one_that_may_not_be_used_is_refused_as_it_was(folder: Path, mode: int, below: str, says: str) -> None:
    closed = folder / "closed"
    closed.mkdir()
    if os.geteuid() == 0:
        os.chown(closed, pwd.getpwnam("nobody").pw_uid, -1)
    closed.chmod(mode)
    path = closed / below if below else closed
    for ask in (DataFolder(path).open, lambda: examine(path)):
        with unprivileged(), pytest.raises(GroundError) as caught:
            ask()
        assert says.format(path) in str(caught.value)
        assert "\n" not in str(caught.value)
    closed.chmod(0o700)
    assert tree(folder) == ["closed"]


def test_one_with_files_of_others_is_refused_as_it_was(folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").touch()
    before = tree(folder)
    for ask in (DataFolder(folder).open, lambda: examine(folder)):
        with pytest.raises(GroundError, match="holds files that are not Binôme's; set BINOME_DATA to an empty or new"):
            ask()
    assert tree(folder) == before


def test_a_marked_one_stays_ours_whatever_is_in_it(folder: Path) -> None:
    opened = DataFolder(folder / "data")
    opened.open()
    opened.close()
    (folder / "data" / "postgres.local.conf").touch()
    opened.open()
    opened.close()
