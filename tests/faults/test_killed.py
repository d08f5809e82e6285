"""The server and its PostgreSQL are killed under each other, in every order, and come back by themselves."""

import asyncio
import os
import signal
import time
from collections.abc import Callable

import asyncpg
import psutil

from server.infra.embedded_postgres import running_urls
from tests.processes import Server, postgres_of, run, running, wait_until

RESTART_SECONDS = 20.0  # 3 is promised, and measured by load_tests; here other tests share the machine


def sql(server: Server, statement: str) -> object:
    """One value from the server's own database, asked from outside."""
    urls = running_urls(server.data)
    assert urls is not None

    async def ask() -> object:
        connection = await asyncpg.connect(urls.owner)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_killed_server_takes_its_postgres_with_it_and_starts_again_at_once(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    sql(server, "insert into organisations (id, name) values (gen_random_uuid(), 'kept') returning 1")
    for _ in range(3):
        server.signal(signal.SIGKILL)
        server.wait()
        assert server.start() < RESTART_SECONDS
        assert len(postgres_of(server.data)) == 1
    assert sql(server, "select count(*) from organisations where name = 'kept'") == 1
    server.signal(signal.SIGKILL)
    server.wait()
    wait_until(lambda: postgres_of(server.data) == [], 5, "PostgreSQL's end after its server's")


def test_killed_together_with_the_guard_a_restart_ends_the_orphan(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    orphan = server.postmaster()
    children = psutil.Process(server.pid).children()
    (guard,) = running(children, lambda command: "read -r line" in " ".join(command))
    guard.kill()
    server.signal(signal.SIGKILL)
    server.wait()
    time.sleep(0.3)
    assert orphan.is_running()
    assert server.start() < RESTART_SECONDS
    assert orphan not in postgres_of(server.data)
    assert [process.pid for process in postgres_of(server.data)] == [server.postmaster().pid]
    assert "postgres_orphan_stopped" in server.events()


def test_a_killed_postgres_is_started_again_under_the_server(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    sql(server, "insert into organisations (id, name) values (gen_random_uuid(), 'kept') returning 1")
    restarts: list[int] = []
    for _ in range(2):
        restarts.append(server.events().count("postgres_restarted"))
        dead = server.postmaster()
        dead.kill()
        wait_until(lambda: server.events().count("postgres_restarted") > restarts[-1], 20, "the restart")
        wait_until(server.ready, 10, "readiness to come back")
        assert server.postmaster().pid != dead.pid
    assert sql(server, "select count(*) from organisations where name = 'kept'") == 1
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def test_a_killed_backend_is_no_end(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    postmaster = server.postmaster()
    backends = running(postmaster.children(), lambda command: "binome_server binome" in " ".join(command))
    backends[0].kill()
    wait_until(server.ready, 10, "readiness")
    assert server.postmaster().pid == postmaster.pid


def test_a_frozen_postgres_makes_the_server_unready_until_it_thaws(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    postmaster = server.postmaster()
    frozen = [*postmaster.children(recursive=True), postmaster]
    for process in frozen:
        process.suspend()
    try:
        assert server.ask("/healthz") == (200, b'{"alive":true}')
        wait_until(lambda: server.ask("/readyz")[0] == 503, 5, "readiness to fall")
    finally:
        for process in frozen:
            process.resume()
    wait_until(server.ready, 15, "readiness to come back")


def test_a_stale_note_of_another_process_is_not_believed(make_server: Callable[..., Server]) -> None:
    """After a reboot the number in postmaster.pid may be somebody else's; PostgreSQL itself would refuse to start, and
    stopping that process would be worse."""
    server = make_server()
    server.start()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    cluster = server.data / "postgres"
    note = cluster / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{cluster}\n1\n5432\n/nowhere\n\n0 0\nready\n")
    owner = cluster.stat()
    os.chown(note, owner.st_uid, owner.st_gid)
    server.start()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def test_a_note_that_a_full_disk_cut_short_is_no_obstacle(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    (server.data / "postgres" / "postmaster.pid").write_text("")
    server.start()


def test_ctrl_c_at_a_terminal_stops_everything_cleanly(make_server: Callable[..., Server]) -> None:
    """A terminal sends SIGINT to the whole foreground group; PostgreSQL must not get it before we have stopped."""
    server = make_server()
    server.start()
    os.killpg(server.pid, signal.SIGINT)
    assert server.wait() == 0
    assert postgres_of(server.data) == []
    assert not (server.data / "postgres" / "postmaster.pid").exists()
    assert "database system is shut down" in (server.data / "postgres.log").read_text()
    assert "postgres_died" not in server.events()


def test_killed_in_the_middle_of_making_the_database_it_is_made_anew(make_server: Callable[..., Server]) -> None:
    server = make_server(fresh=True)
    for _ in range(3):
        server.start(ready=False)
        wait_until(lambda: any(server.data.glob("postgres.new-*")), 20, "the making")
        server.signal(signal.SIGKILL)
        server.wait()
        assert not (server.data / "postgres").exists()
    server.start()
    assert list(server.data.glob("postgres.new-*")) == []


def test_an_admin_is_made_beside_the_running_server(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    made = run("admin", "create", "--organisation", "A", "--login", "chef", "--generate", env=server.env)
    assert made.returncode == 0, made.stderr
    assert sql(server, "select role from accounts where login = 'chef'") == "admin"
    again = run("admin", "create", "--organisation", "A", "--login", "chef", "--generate", env=server.env)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert server.ready()
