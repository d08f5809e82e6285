"""The commands as an operator types them, each a process of its own."""

import json
import re
import socket
import socketserver
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server import __version__
from server.infra import migrate
from tests.conftest import Postgres
from tests.processes import Server, environment, run, short_folder
from tests.support.roles import bound_url


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
async def database_url(postgres: Postgres) -> AsyncIterator[str]:
    """A database that no migration has touched."""
    url = await postgres.create("template0")
    yield url
    await postgres.drop(url)


def findings(output: str) -> dict[str, str]:
    """What the doctor said: the state of each thing it looked at."""
    return {line[5:17].strip(): line[:5].strip() for line in output.splitlines()}


def test_help_names_every_command(folder: Path) -> None:
    done = run("--help", env=environment(folder / "data"))
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("serve", "demo", "admin", "audit", "db", "doctor", "moderate"):
        assert re.search(rf"^    {name} ", done.stdout, re.MULTILINE)
    assert run("--version", env=environment(folder / "data")).stdout == f"binome {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["serve", "now"], ["admin"], ["admin", "create"], ["audit"], ["db"], ["db", "down"]]
)
def test_what_is_typed_wrong_is_one_line(folder: Path, arguments: list[str]) -> None:
    done = run(*arguments, env=environment(folder / "data"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert not (folder / "data").exists()


def test_verifying_before_there_is_a_trail(folder: Path) -> None:
    done = run("audit", "verify", env=environment(folder / "data"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "binome: the database has no audit trail yet; run `binome db upgrade` first\n"
    assert run("db", "upgrade", env=environment(folder / "data")).returncode == 0
    done = run("audit", "verify", env=environment(folder / "data"))
    assert (done.returncode, done.stdout) == (0, "There is no organisation yet, and so nothing to verify.\n")
    done = run("audit", "verify", "--organisation", "West", env=environment(folder / "data"))
    assert (done.returncode, done.stderr) == (2, "binome: there is no organisation 'West'\n")


class TestDoctor:
    def test_on_a_fresh_machine_all_is_well_and_nothing_is_made(self, folder: Path) -> None:
        done = run("doctor", env=environment(folder / "data"))
        assert done.returncode == 0, done.stdout + done.stderr
        assert set(findings(done.stdout).values()) <= {"ok", "note"}
        assert "the first start makes one with PostgreSQL" in done.stdout
        assert list(folder.iterdir()) == []

    def test_calls_that_cannot_come_through_the_proxy_are_to_be_fixed(self, folder: Path) -> None:
        behind_proxy = {"trusted_proxies": "127.0.0.1"}
        done = run("doctor", env=environment(folder / "data", **behind_proxy))
        assert (done.returncode, findings(done.stdout)["calls"]) == (1, "fix")
        done = run("doctor", env=environment(folder / "data", public_address="192.0.2.7", **behind_proxy))
        assert (done.returncode, findings(done.stdout)["calls"]) == (0, "ok")

    def test_beside_the_running_server(self, folder: Path) -> None:
        server = Server(folder / "data")
        try:
            server.start()
            done = run("doctor", env=server.env)
            assert done.returncode == 0, done.stdout + done.stderr
            assert f"{server.port} on 127.0.0.1, used by the Binôme that runs" in done.stdout
            assert f"at {migrate.head()}" in done.stdout
            assert server.ready()
        finally:
            server.close()

    def test_says_all_that_is_wrong_at_once(self, folder: Path) -> None:
        (folder / "data").mkdir()
        (folder / "data" / "thesis.txt").touch()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            env = environment(
                folder / "data",
                port=taken.getsockname()[1],
                smtp_url=f"smtp://127.0.0.1:{taken.getsockname()[1] - 1}",
                public_address="203.0.113.9",
            )
            done = run("doctor", env=env)
        assert done.returncode == 1
        assert {what for what, state in findings(done.stdout).items() if state == "fix"} == {
            "data folder",
            "port",
            "mail",
        }
        assert "set BINOME_PORT to another port" in done.stdout
        assert "Traceback" not in done.stderr

    def test_what_stands_around_the_server(self, folder: Path) -> None:
        """A web server in front that is not named, letters without links, a secret that everybody reads, Redis away."""
        data = folder / "data"
        env = environment(data, public_url="https://binome.example")
        done = run("doctor", env=env)
        assert (done.returncode, findings(done.stdout)["site"]) == (1, "fix")
        assert "name it in BINOME_TRUSTED_PROXIES" in done.stdout
        (data).mkdir()
        (data / "secret").write_text("a" * 64)
        (data / "secret").chmod(0o644)
        env = environment(
            data,
            smtp_url="smtp://127.0.0.1:1",
            database_url="postgresql://u:topsecret@127.0.0.1:1/x",
            redis_url="redis://:topsecret@127.0.0.1:1",
        )
        done = run("doctor", env=env)
        told = findings(done.stdout)
        assert {what for what, state in told.items() if state == "fix"} == {"database", "mail", "redis", "secret"}
        assert "chmod 600" in done.stdout
        assert "set the site's address" in done.stdout
        assert "topsecret" not in done.stdout + done.stderr
        (data / "secret").chmod(0o600)
        assert findings(run("doctor", env=env).stdout)["secret"] == "note"

    def test_a_database_that_does_not_answer(self, folder: Path) -> None:
        env = environment(folder / "data", database_url="postgresql://u:topsecret@127.0.0.1:1/x")
        done = run("doctor", env=env)
        assert done.returncode == 1
        assert findings(done.stdout)["database"] == "fix"
        assert "topsecret" not in done.stdout + done.stderr

    async def test_a_database_before_and_after_its_upgrade(self, folder: Path, database_url: str) -> None:
        env = environment(folder / "data", database_url=bound_url(database_url), database_owner_url=database_url)
        done = run("doctor", env=env)
        assert (done.returncode, findings(done.stdout)["version"]) == (0, "note")
        assert f"the next start brings it from nothing to {migrate.head()}" in done.stdout
        done = run("db", "upgrade", env=env)
        assert (done.returncode, done.stdout) == (0, f"The database is at version {migrate.head()}.\n")
        done = run("doctor", env=env)
        assert (done.returncode, findings(done.stdout)["version"]) == (0, "ok")
        assert not (folder / "data").exists()

    def test_settings_with_their_sources_and_without_their_secrets(self, folder: Path) -> None:
        file = folder / "binome.toml"
        file.write_text('BINOME_LOG_LEVEL = "warning"\n')
        secret = "x" * 40
        env = {
            **environment(folder / "data", secret=secret, smtp_url="smtp://me:hush@mail"),
            "BINOME_CONFIG": str(file),
        }
        done = run("doctor", "--settings", env=env)
        assert (done.returncode, done.stderr) == (0, "")
        assert secret not in done.stdout
        assert "hush" not in done.stdout
        rows = {line.split()[0]: line for line in done.stdout.splitlines()}
        assert str(file) in rows["BINOME_LOG_LEVEL"]
        assert "set, not shown" in rows["BINOME_SECRET"]
        assert rows["BINOME_DRAIN_SECONDS"].split()[1:4] == ["60", "60", "default"]

    def test_mail(self, folder: Path) -> None:
        with mail_server(b"235 welcome\r\n") as port:
            env = environment(folder / "data", smtp_url=f"smtp://me:topsecret@127.0.0.1:{port}")
            done = run("doctor", env=env)
        assert (done.returncode, findings(done.stdout)["mail"]) == (0, "ok"), done.stdout
        with mail_server(b"535 no\r\n") as port:
            env = environment(folder / "data", smtp_url=f"smtp://me:topsecret@127.0.0.1:{port}")
            done = run("doctor", env=env)
        assert (done.returncode, findings(done.stdout)["mail"]) == (1, "fix")
        assert "refuses the name or password of BINOME_SMTP_URL" in done.stdout
        assert "topsecret" not in done.stdout + done.stderr


@contextmanager
def mail_server(to_login: bytes) -> Iterator[int]:
    """A mail server as far as signing in."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                word = line.split()[0].upper()
                if word == b"EHLO":
                    self.wfile.write(b"250-here\r\n250 AUTH PLAIN\r\n")
                elif word == b"AUTH":
                    self.wfile.write(to_login)
                else:
                    self.wfile.write(b"221 bye\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


class TestAdmin:
    async def test_the_first_account(self, folder: Path, database_url: str) -> None:
        env = environment(folder / "data", database_url=bound_url(database_url), database_owner_url=database_url)
        made = run(
            *("admin", "create", "--organisation", "Les Passerelles", "--login", "marie", "--password-stdin"),
            env=env,
            stdin="correct horse battery staple\n",
        )
        assert (made.returncode, made.stdout) == (0, "marie may sign in as an admin of Les Passerelles.\n"), made.stderr
        again = run(
            *("admin", "create", "--organisation", "Les Passerelles", "--login", "MARIE", "--generate"), env=env
        )
        assert (again.returncode, again.stdout) == (2, "")
        (line,) = [line for line in again.stderr.splitlines() if not line.startswith("{")]
        assert line.startswith("binome: login: ")

    async def test_a_bad_password_is_told_and_nothing_is_made(self, folder: Path, database_url: str) -> None:
        env = environment(folder / "data", database_url=bound_url(database_url), database_owner_url=database_url)
        arguments = ("admin", "create", "--organisation", "A", "--login", "marie", "--password-stdin")
        refused = run(*arguments, env=env, stdin="x\n")
        assert refused.returncode == 2
        assert "binome: password: " in refused.stderr
        made = run(*arguments, env=env, stdin="correct horse battery staple\n")
        assert made.returncode == 0


def test_moderate_reads_and_writes_json_lines_without_any_ground(folder: Path) -> None:
    lines = '{"id": 1, "text": "bonjour"}\nnot json\n{"id": "b", "text": "mon 06 12 34 56 78", "sender": "mentor"}\n'
    done = run("moderate", env=environment(folder / "data"), stdin=lines)
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = [json.loads(line) for line in done.stdout.splitlines()]
    assert (first["id"], first["action"]) == (1, "deliver")
    assert "error" in second
    assert (third["id"], third["action"]) == ("b", "hold")
    assert list(folder.iterdir()) == []
