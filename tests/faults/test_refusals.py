"""What an operator got wrong is told in one line on standard error, with exit code 2, and nothing is left changed."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from server.infra.embedded_postgres import running_urls
from tests.processes import Server, environment, postgres_of, run, wait_until
from tests.support.ports import free_port

ROOT = os.geteuid() == 0


def refused(*arguments: str, env: dict[str, str]) -> str:
    """The one line with which the command gave up."""
    done = run(*arguments, env=env)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.startswith("binome: ")
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0].removeprefix("binome: ")


def tree(folder: Path) -> list[tuple[str, bytes]]:
    return sorted((str(file), file.read_bytes()) for file in folder.rglob("*") if file.is_file())


def test_a_folder_with_files_of_others_is_left_alone(folder: Path) -> None:
    (folder / "thesis.txt").write_text("two years of work")
    before = tree(folder)
    line = refused("serve", env=environment(folder))
    assert line == (
        f"the data folder {folder} holds files that are not Binôme's; set BINOME_DATA to an empty or new folder"
    )
    assert tree(folder) == before


def test_a_file_is_no_folder(folder: Path) -> None:
    file = folder / "file"
    file.write_text("x")
    for data in (file, file / "below"):
        assert (
            refused("serve", env=environment(data)) == f"the data folder {data} is not a folder; set BINOME_DATA to one"
        )
    assert tree(folder) == [(str(file), b"x")]


@pytest.mark.skipif(not ROOT, reason="mounting a file system takes root")
class TestFileSystems:
    @pytest.fixture
    def mount(self, folder: Path) -> Iterator[Callable[[str], Path]]:
        mounted: list[Path] = []

        def mount(options: str) -> Path:
            place = folder / f"mount{len(mounted)}"
            place.mkdir()
            made = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False
            )
            if made.returncode != 0:
                pytest.skip("this sandbox mounts nothing, even for root")
            mounted.append(place)
            return place

        yield mount
        for place in mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)

    def test_a_read_only_one(self, mount: Callable[[str], Path]) -> None:
        place = mount("ro,size=1m")
        line = refused("serve", env=environment(place / "data"))
        assert line.startswith(f"cannot use the data folder {place / 'data'}: read-only file system; give this user")

    def test_one_without_room_for_a_database(self, mount: Callable[[str], Path]) -> None:
        place = mount("size=60m,mode=755")
        line = refused("serve", env=environment(place / "data"))
        assert line.startswith(f"the disk of {place / 'data'} is full (")
        assert line.endswith("MB free); free at least 300 MB and start again")
        assert not (place / "data" / "postgres").exists()

    def test_one_that_fills_up_while_the_database_is_made(
        self, mount: Callable[[str], Path], make_server: Callable[..., Server]
    ) -> None:
        place = mount("size=140m,mode=755")
        server = make_server(place / "data")
        server.start(ready=False)
        wait_until(lambda: any(server.data.glob("postgres.new-*")), 20, "the making")
        ballast = place / "ballast"
        with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            while True:
                file.write(b"\0" * 65536)
        assert server.wait() == 2
        assert "is full (" in server.output()
        assert "Traceback" not in server.output()
        ballast.unlink()
        server.start()
        server.signal(signal.SIGTERM)
        assert server.wait() == 0

    def test_one_that_fills_up_later_and_is_freed_again(
        self, mount: Callable[[str], Path], make_server: Callable[..., Server]
    ) -> None:
        place = mount("size=400m,mode=755")
        server = make_server(place / "data")
        server.start()
        # A PostgreSQL whose log has room still starts on a full disk; one that has a file to make does not.
        (server.data / "postgres" / "postmaster.opts").unlink()
        ballast = place / "ballast"
        with filling(ballast):  # also with what a PostgreSQL that dies gives back
            server.postmaster().kill()
            wait_until(lambda: "postgres_not_restarted" in server.events(), 20, "the complaint")
        assert "is full (0 MB free)" in server.output()
        assert server.ask("/healthz")[0] == 200
        ballast.unlink()
        wait_until(server.ready, 40, "recovery")
        server.signal(signal.SIGTERM)
        assert server.wait() == 0


@contextmanager
def filling(ballast: Path) -> Iterator[None]:
    """Its file system is full, and stays so."""
    full, enough = Event(), Event()

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            while not enough.is_set():
                try:
                    file.write(b"\0" * 65536)
                except OSError:  # no space left
                    full.set()
                    enough.wait(0.001)

    thread = Thread(target=fill)
    thread.start()
    try:
        assert full.wait(20)
        yield
    finally:
        enough.set()
        thread.join()


def test_a_folder_in_use_names_who_uses_it(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    line = refused("serve", env=environment(server.data))
    assert line == (
        f"the data folder {server.data} is in use by another Binôme (process {server.pid}); "
        "stop that one, or set BINOME_DATA to another folder"
    )
    assert server.ready()


def test_two_servers_in_two_folders_do_not_see_each_other(make_server: Callable[..., Server]) -> None:
    first, second = make_server(), make_server()
    first.start(ready=False)
    second.start()
    wait_until(first.ready, 40, "the other start")
    first.signal(signal.SIGTERM)
    assert first.wait() == 0
    assert second.ready()


def test_two_that_start_together_in_one_folder(make_server: Callable[..., Server], folder: Path) -> None:
    servers = [make_server(folder / "data") for _ in range(3)]
    for server in servers:
        server.start(ready=False)
    wait_until(lambda: sum(server.process is not None and server.process.poll() == 2 for server in servers) == 2, 40)
    (winner,) = [server for server in servers if server.process is not None and server.process.poll() is None]
    wait_until(winner.ready, 40)
    for server in servers:
        if server is not winner:
            assert f"(process {winner.pid})" in server.output()


def test_a_database_of_another_version_is_not_touched(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    server.signal(signal.SIGTERM)
    server.wait()
    version = server.data / "postgres" / "PG_VERSION"
    version.write_text("99\n")
    line = refused("serve", env=server.env)
    assert line.startswith("the database was made by PostgreSQL 99, but only PostgreSQL ")
    assert line.endswith("install PostgreSQL 99, or set BINOME_DATABASE_URL")
    version.write_text("18\n")
    server.start()


def test_a_long_path_and_an_odd_one(make_server: Callable[..., Server], folder: Path) -> None:
    """A socket's path has room for about a hundred bytes; and people call folders as they like."""
    data = folder / ("l" * 90) / "données d'été 'q' %s" / "data"
    data.parent.mkdir(parents=True, mode=0o711)
    server = make_server(data)
    server.start()
    socket_folder = Path((data / "postgres" / "postmaster.pid").read_text().splitlines()[4])
    assert len(str(socket_folder)) < 60
    server.signal(signal.SIGKILL)
    server.wait()
    server.start()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not socket_folder.exists()


@pytest.mark.skipif(not ROOT, reason="about the user that PostgreSQL gets from root")
def test_root_in_a_private_folder_opens_nothing_up(make_server: Callable[..., Server], folder: Path) -> None:
    private = folder / "root"
    private.mkdir(mode=0o700)
    server = make_server(private / "data")
    server.start()
    assert private.stat().st_mode & 0o777 == 0o700
    elsewhere = (server.data / "postgres").resolve()
    try:
        assert (server.data / "postgres").is_symlink()
        assert elsewhere.stat().st_uid != 0
        assert server.postmaster().uids().real != 0
        server.signal(signal.SIGKILL)
        server.wait()
        server.start()
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        (server.data / "postgres").unlink()
        (server.data / "postgres").symlink_to(private / "gone")
        assert "which is not there; put it back or set BINOME_DATA" in refused("serve", env=server.env)
    finally:
        shutil.rmtree(elsewhere.parent)


class TestPorts:
    def test_http_in_use(self, folder: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
            line = refused("serve", env=environment(folder / "data", port=port))
        assert line == (
            f"TCP port {port} is in use on 127.0.0.1; stop the program that uses it, or set BINOME_PORT to another port"
        )
        assert not (folder / "data").exists()

    def test_media_in_use(self, folder: Path) -> None:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            line = refused("serve", env=environment(folder / "data", media_port=port))
        assert line == (
            f"UDP port {port} is in use on 127.0.0.1; stop the program that uses it, "
            "or set BINOME_MEDIA_PORT to another port"
        )
        assert not (folder / "data").exists()

    def test_an_address_that_is_not_ours(self, folder: Path) -> None:
        line = refused("serve", env=environment(folder / "data", host="192.0.2.1"))
        assert line == "BINOME_HOST is 192.0.2.1, which is no address of this machine; set one, or 127.0.0.1"


class TestSettings:
    @pytest.mark.parametrize("command", [["serve"], ["doctor"], ["db", "upgrade"], ["doctor", "--settings"]])
    def test_unknown_name(self, folder: Path, command: list[str]) -> None:
        env = environment(folder / "data", database_uri="postgresql://h/x")
        assert refused(*command, env=env) == (
            "unknown setting BINOME_DATABASE_URI (environment); did you mean BINOME_DATABASE_URL?"
        )

    def test_contradiction(self, folder: Path) -> None:
        line = refused("serve", env=environment(folder / "data", port=8081, media_port=8081))
        assert line == "BINOME_PORT and BINOME_MEDIA_PORT are both 8081, and both listen on TCP; change one of them"

    def test_unknown_command(self, folder: Path) -> None:
        done = run("srve", env=environment(folder / "data"))
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


class TestDatabaseElsewhere:
    """BINOME_DATABASE_URL: a PostgreSQL that is down, comes late, goes away, or refuses us."""

    def test_down_at_the_start(self, folder: Path) -> None:
        url = f"postgresql://binome:topsecret@127.0.0.1:{free_port()}/binome"
        start = time.monotonic()
        done = run("serve", env=environment(folder / "data", database_url=url))
        assert 10 < time.monotonic() - start < 40
        waits, gives_up = done.stderr.splitlines()
        assert '"event": "database_awaited"' in waits
        assert "cannot reach the database at 127.0.0.1:" in waits
        assert gives_up.startswith("binome: cannot reach the database at 127.0.0.1:")
        assert gives_up.endswith("; check BINOME_DATABASE_URL and that PostgreSQL runs")
        assert "topsecret" not in done.stderr
        assert done.returncode == 2

    def test_refusing_us_is_told_at_once(self, make_server: Callable[..., Server], folder: Path) -> None:
        owner = make_server()
        owner.start()
        sockets = (owner.data / "postgres" / "postmaster.pid").read_text().splitlines()[4]
        url = f"postgresql://binome:wrong@/binome?host={sockets}"
        line = refused("serve", env=environment(folder / "other", database_url=url))
        assert "password authentication failed" in line
        assert "wrong" not in line

    def test_coming_late_and_going_away(self, make_server: Callable[..., Server]) -> None:
        owner = make_server()
        owner.start()
        urls = running_urls(owner.data)
        assert urls is not None
        owner.signal(signal.SIGTERM)
        owner.wait()
        server = make_server(None, database_url=urls.server, database_owner_url=urls.owner)
        server.start(ready=False)
        wait_until(lambda: "database_awaited" in server.events(), 20)
        owner.start()
        wait_until(server.ready, 30, "readiness")
        for number in (signal.SIGTERM, signal.SIGKILL):
            owner.signal(number)
            owner.wait()
            wait_until(lambda: postgres_of(owner.data) == [], 10)
            wait_until(lambda: server.ask("/readyz")[0] == 503, 5, "readiness to fall")
            assert server.ask("/healthz")[0] == 200
            owner.start()
            wait_until(server.ready, 15, "readiness to come back")
        assert server.process is not None
        assert server.process.poll() is None


def test_a_first_start_that_failed_in_a_private_folder_is_simply_repeated(
    make_server: Callable[..., Server], folder: Path
) -> None:
    private = folder / "root"
    private.mkdir(mode=0o700)
    server = make_server(private / "data")
    for _ in range(2):
        server.start(ready=False)
        wait_until((server.data / "lock").exists, 20, "the beginning")
        time.sleep(0.2)
        server.signal(signal.SIGKILL)
        server.wait()
        time.sleep(0.2)
    server.start()
    cluster = (server.data / "postgres").resolve()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    if cluster.parent != server.data:
        assert list(cluster.parent.glob("postgres.new-*")) == []
        shutil.rmtree(cluster.parent)
