"""A server and the processes that carry its calls, killed and held up under each other."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable
from urllib.request import Request, urlopen

import psutil

from tests.processes import Server, media_workers_of, wait_until
from tests.support.bare_browser import BareBrowser, until
from tests.support.ports import free_port
from tests.support.rooms import Client


def ended(process: psutil.Process) -> bool:
    """Also one that nobody has asked after: its parent was killed."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def sign_in(server: Server, login: str) -> str:
    """A bearer token of somebody in the demonstration."""
    password = re.search(r"password for all of them: (\S+)", server.output())
    assert password is not None
    body = json.dumps({"login": login, "password": password[1], "kind": "bearer"}).encode()
    address = f"http://127.0.0.1:{server.port}/api/v1/session"
    with urlopen(Request(address, body, {"Content-Type": "application/json"}), timeout=20) as answer:
        token: str = json.loads(answer.read())["token"]
    return token


async def call(server: Server, login: str) -> tuple[Client, str, BareBrowser]:
    """(socket, part, browser) of somebody who is in the call of their room."""
    client = await Client.open(server.port, await asyncio.to_thread(sign_in, server, login))
    room = (await client.wait("room:sync"))[0]["rooms"][0]["room"]
    browser = BareBrowser()
    request = {"room": room, "sdp": browser.offer(), "caps": {"video": True}, "mic": True, "camera": True}
    joined = await client.call("call:join", request)
    answer = {"room": room, "peer": joined["peer"], "sdp": browser.answer(joined["offer"])}
    assert await client.call("call:answer", answer) == {"ok": True}
    await browser.connect(joined["answer"], joined["offer"])
    return client, joined["peer"], browser


async def test_a_call_goes_on_while_the_server_does_nothing_and_ends_with_it(
    make_server: Callable[..., Server],
) -> None:
    """The server stands still as no burst of chat could make it; then it is killed, and started again at once."""
    server = make_server(None, "demo")
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(wait_until, lambda: "password for all" in server.output(), 40, "the demonstration")
    (worker,) = media_workers_of(server)
    (first, _, julien), (second, _, lea) = await call(server, "julien"), await call(server, "lea")
    server.signal(signal.SIGSTOP)
    try:
        words = [b"%d" % number for number in range(100)]
        for word in words:
            julien.say(word)
            await asyncio.sleep(0.01)
        await until(lambda: lea.heard("a0") == words, "every word")
    finally:
        server.signal(signal.SIGCONT)
    server.signal(signal.SIGKILL)
    await asyncio.to_thread(server.wait)
    await asyncio.to_thread(wait_until, lambda: ended(worker), 5, "the end of the worker")
    await asyncio.to_thread(server.start)
    for part in (first, second, julien, lea):
        await part.close()


def test_each_is_replaced_at_its_port(make_server: Callable[..., Server]) -> None:
    server = make_server(None, media_workers=2, media_port=free_port(2))
    server.start()
    before = {process.pid for process in media_workers_of(server)}
    for process in media_workers_of(server):
        process.kill()
    wait_until(lambda: server.events().count("media_worker_replaced") == 2, 20, "new ones")
    assert server.events().count("media_worker_died") == 2
    assert before.isdisjoint(process.pid for process in media_workers_of(server))
    wait_until(server.ready, 10, "readiness to come back")
    opened = [json.loads(line) for line in server.output().splitlines() if '"media_port_open"' in line]
    first = int(server.env["BINOME_MEDIA_PORT"])
    assert sorted(line["media_port"] for line in opened) == [first, first, first + 1, first + 1]
    os.killpg(server.pid, signal.SIGINT)  # Ctrl-C
    children = media_workers_of(server)
    assert server.wait() == 0
    assert [child for child in children if not ended(child)] == []
    assert "Traceback" not in server.output()


def test_a_service_manager_may_signal_everybody(make_server: Callable[..., Server]) -> None:
    server = make_server(None, drain_seconds=1)
    server.start()
    (worker,) = media_workers_of(server)
    worker.send_signal(signal.SIGTERM)
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    wait_until(lambda: ended(worker), 5, "the end of the worker")
    assert "media_worker_died" not in server.events()
