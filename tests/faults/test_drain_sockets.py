"""SIGTERM with people connected: they are told, they have the time to go, and those who stay do not hold it up."""

import asyncio
import json
import signal
import time
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server import app as app_module
from server.settings import Settings
from tests.conftest import Postgres
from tests.processes import Server, run
from tests.support import second_step
from tests.support.ports import free_port
from tests.support.roles import bound_url

PASSWORD = "correct horse battery staple"


def sign_in(server: Server) -> str:
    """A bearer token of the first admin."""
    arguments = ("admin", "create", "--organisation", "A", "--login", "marie", "--password-stdin")
    made = run(*arguments, env=server.env, stdin=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr

    def ask(method: str, path: str, body: Any, token: str | None) -> Any:
        address = f"http://127.0.0.1:{server.port}/api/v1/{path}"
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        request = Request(address, json.dumps(body).encode(), headers, method=method)
        with urlopen(request, timeout=20) as answer:  # noqa: S310 - of loopback
            return json.loads(answer.read())

    return second_step.sign_in(ask, str(server.data), "marie", PASSWORD)


async def join(server: Server, token: str) -> ClientConnection:
    socket = await connect(f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket", compression=None)
    assert str(await socket.recv()).startswith("0{")
    await socket.send("40" + json.dumps({"token": token}))
    while not str(await socket.recv()).startswith("40{"):
        pass
    return socket


async def told(socket: ClientConnection) -> int:
    """Waits for the request to go, and returns after how many milliseconds."""
    while True:
        frame = str(await asyncio.wait_for(socket.recv(), 10))
        if frame.startswith('42["server:drain"'):
            return int(json.loads(frame[2:])[1]["reconnect_in_ms"])


async def test_everyone_is_told_and_the_last_to_go_ends_it(make_server: Callable[..., Server]) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    token = await asyncio.to_thread(sign_in, server)
    sockets = [await join(server, token) for _ in range(3)]
    server.signal(signal.SIGTERM)
    times = [await told(socket) for socket in sockets]
    assert sorted(times) == [666, 1333, 2000]
    assert server.process is not None
    assert server.process.poll() is None
    for socket in sockets:
        await socket.close()
    assert await asyncio.to_thread(server.wait, 10) == 0


async def test_who_stays_is_cut_off_in_the_end(make_server: Callable[..., Server]) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    token = await asyncio.to_thread(sign_in, server)
    socket = await join(server, token)
    start = time.monotonic()
    server.signal(signal.SIGTERM)
    assert await told(socket) == 2000
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    except ConnectionClosed:
        gone = time.monotonic() - start
    assert await asyncio.to_thread(server.wait, 10) == 0
    assert 2.0 <= gone < 10


async def test_a_stop_waits_for_no_socket(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the web server a socket is a request that never ends."""
    monkeypatch.setattr(app_module, "HTTP_STOP_SECONDS", 60.0)
    url = await postgres.create()
    app = app_module.build(
        Settings(database_url=bound_url(url), database_owner_url=url, port=free_port(), media_port=free_port())
    )
    await app.start()
    socket = await connect(f"ws://127.0.0.1:{app.port}/socket.io/?EIO=4&transport=websocket", compression=None)
    assert str(await socket.recv()).startswith("0{")
    await asyncio.wait_for(app.stop(), 30)
    with pytest.raises(ConnectionClosed):
        await socket.recv()
    await postgres.drop(url)
