"""The polling transport, and the change from it to a web socket: same rules, same bounds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
import msgspec
import pytest

from tests.integration.transport.gateway.conftest import ALICE, LIMITS, House, serve, settled
from tests.support.raw_socket import RawSocket

SEPARATOR = "\x1e"


@dataclass
class Poller:
    http: aiohttp.ClientSession
    url: str
    sid: str = ""

    async def get(self) -> tuple[int, list[str]]:
        async with self.http.get(self.url + (f"&sid={self.sid}" if self.sid else "")) as answer:
            return answer.status, (await answer.text()).split(SEPARATOR)

    async def post(self, *packets: str | bytes, headers: dict[str, str] | None = None) -> int:
        body = b"\x1e".join(packet.encode() if isinstance(packet, str) else packet for packet in packets)
        async with self.http.post(f"{self.url}&sid={self.sid}", data=body, headers=headers) as answer:
            return answer.status


@asynccontextmanager
async def polling(house: House, *, connect: bool = True) -> AsyncIterator[Poller]:
    async with aiohttp.ClientSession() as http:
        poller = Poller(http, f"{house.url}/socket.io/?EIO=4&transport=polling")
        status, (opening,) = await poller.get()
        assert status == 200
        told = msgspec.json.decode(opening[1:])
        assert told["upgrades"] == ["websocket"]
        poller.sid = told["sid"]
        if connect:
            assert await poller.post(f'40{{"token":"{ALICE}"}}') == 200
            status, packets = await poller.get()
            assert (status, packets[0][:3], packets[1:]) == (200, "40{", ['42["room:sync",{}]'])
        yield poller


async def test_events_over_polling(house: House) -> None:
    async with polling(house) as poller:
        assert await poller.post('421["chat:send",{"body":"é"}]', '422["chat:send",{"body":5}]') == 200
        status, packets = await poller.get()
        assert (status, packets[0]) == (200, '431[{"ok":true,"body":"é"}]')
        assert packets[1].startswith('432[{"ok":false,"error":{"code":"bad_request"')
        (connection,) = house.connected
        poll = asyncio.ensure_future(poller.get())
        await settled()
        connection.send("chat:message", {"body": "down"})
        assert await poll == (200, ['42["chat:message",{"body":"down"}]'])


async def test_many_packets_in_one_post_are_all_handled_in_order(house: House) -> None:
    """engineio itself takes 16, and throws a longer post away while answering that all is well."""
    async with polling(house) as poller:
        assert await poller.post(*(f'42{n}["chat:send",{{"body":"{n}"}}]' for n in range(500))) == 200
        packets: list[str] = []
        while len(packets) < 500:
            _, some = await poller.get()
            assert len(some) <= 16
            packets += some
        assert [packet.partition("[")[0] for packet in packets] == [f"43{n}" for n in range(500)]
        assert house.handled == [str(n) for n in range(500)]


async def test_a_post_that_arrives_in_pieces_is_put_together(house: House) -> None:
    """engineio itself reads what has arrived by then, and takes it for all."""
    async with polling(house) as poller:
        body = f'421["chat:send",{{"body":"{"x" * 15_000}"}}]'.encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        path = f"/socket.io/?EIO=4&transport=polling&sid={poller.sid}"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body[:100])
        for start in range(100, len(body), 5_000):
            await asyncio.sleep(0.02)
            writer.write(body[start : start + 5_000])
        assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
        writer.close()
        assert (await poller.get())[1] == [f'431[{{"ok":true,"body":"{"x" * 15_000}"}}]']


@pytest.mark.parametrize(
    "packet",
    ["", "x", "0{}", "2", "5", "7", "4", "49[]", "44{}", "40{", "bAAAA", b"\xff\xfe", b'42\xff["a:b"]', "x" * 140_000],
    ids=lambda packet: str(packet[:12]),
)
async def test_what_is_not_the_protocol_closes_the_session(house: House, packet: str | bytes) -> None:
    async with polling(house) as poller:
        await poller.post(packet)
        assert (await poller.get())[0] == 400
        await settled()
        assert house.parted == house.connected
        assert house.metric("binome_sockets") == 0


async def test_a_body_that_never_comes_closes_the_session(house: House) -> None:
    async with polling(house) as poller:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        path = f"/socket.io/?EIO=4&transport=polling&sid={poller.sid}"
        writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n42".encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.write(b"x" * 98)  # aiohttp waits some seconds for it before it closes
        writer.close()
        await settled()
        assert house.parted == house.connected


async def test_attachments_over_polling(house: House) -> None:
    async with polling(house) as poller:
        assert await poller.post('451-7["chat:send",{"_placeholder":true,"num":0}]', "bAAAA") == 200
        assert (await poller.get())[1][0].startswith('437[{"ok":false,"error":{"code":"bad_request"')


async def test_two_polls_at_once_close_the_session(house: House) -> None:
    async with polling(house) as poller:
        first = asyncio.ensure_future(poller.get())
        await settled()
        assert (await poller.get())[0] == 400
        await first
        await settled()
        assert house.parted == house.connected


async def test_two_posts_at_once_close_the_session(house: House) -> None:
    """One event at a time holds over polling too."""
    async with polling(house) as poller:
        first = asyncio.ensure_future(poller.post('421["chat:slow",{"body":"a"}]'))
        await settled()
        assert await poller.post('422["chat:send",{"body":"b"}]') == 400
        house.gate.set()
        await first
        await settled()
        assert (house.handled, house.parted) == (["in a", "out a"], house.connected)


async def test_a_poller_that_stops_polling_is_cut_when_too_much_waits() -> None:
    async for house in serve(replace(LIMITS, waiting_bytes=64 * 1024)):
        async with polling(house):
            (connection,) = house.connected
            for _ in range(100):
                connection.send("chat:message", {"body": "x" * 1000})
            await settled()
            assert house.parted == [connection]
            assert house.metric("binome_slow_consumers_total") == 1


async def test_a_poller_that_is_gone_is_found_by_the_pings(house: House) -> None:
    async with polling(house) as poller:
        poll = asyncio.ensure_future(poller.get())
        house.clock.advance(25)
        assert await poll == (200, ["2"])
        assert await poller.post("3") == 200
        house.clock.advance(25)
        await settled()
        house.clock.advance(20.1)
        await settled()
        assert house.parted == house.connected
        assert (await poller.get())[0] == 400


async def test_the_end_reaches_a_poller(house: House) -> None:
    async with polling(house) as poller:
        poll = asyncio.ensure_future(poller.get())
        await settled()
        await house.gateway.end_account(house.account())
        assert await poll == (200, ['42["session:ended",{"code":"session_expired"}]', "41"])
        assert await poller.get() == (200, ["1"])
        assert (await poller.get())[0] == 400


async def test_the_end_reaches_a_poller_between_two_polls(house: House) -> None:
    async with polling(house) as poller:
        await house.gateway.end_account(house.account())
        await settled()
        assert house.parted == house.connected
        assert (await poller.get())[1] == ['42["session:ended",{"code":"session_expired"}]', "41"]
        assert await poller.post("1") == 200
        assert (await poller.get())[0] == 400


async def test_the_end_does_not_wait_for_a_poller_that_is_gone(house: House) -> None:
    async with polling(house):
        await house.gateway.end_account(house.account())
        house.clock.advance(0.6)
        await settled()
        assert house.metric("binome_sockets") == 0


async def test_no_jsonp_no_old_protocol_no_other_method(house: House) -> None:
    async with aiohttp.ClientSession() as http:
        for query in (
            "EIO=4&transport=polling&j=0",
            "EIO=3&transport=polling",
            "transport=polling",
            "EIO=4&transport=x",
        ):
            async with http.get(f"{house.url}/socket.io/?{query}") as answer:
                assert answer.status == 400, query
        async with http.put(f"{house.url}/socket.io/?EIO=4&transport=polling") as answer:
            assert answer.status == 405
        async with http.post(f"{house.url}/socket.io/?EIO=4&transport=polling", data="40") as answer:
            assert answer.status == 400
        async with http.get(f"{house.url}/socket.io/?EIO=4&transport=polling&sid=made-up") as answer:
            assert answer.status == 400
    assert house.metric("binome_sockets") == 0


async def test_the_description_is_served(house: House) -> None:
    assert house.site is not None
    answer = await house.site.ask("GET", "/api/asyncapi.json")
    assert (answer.status, answer.body["asyncapi"]) == (200, "3.0.0")
    assert "send.chat.send" in answer.body["operations"]
    assert {"receive.session.ended", "receive.server.drain"} < set(answer.body["operations"])


# The change to a web socket


async def probe(house: House, poller: Poller) -> RawSocket:
    raw = await RawSocket.open(house.port, path=f"/socket.io/?EIO=4&transport=websocket&sid={poller.sid}")
    assert raw.status == 101
    raw.send("2probe")
    assert await raw.receive() == "3probe"
    return raw


async def test_an_upgrade_loses_nothing(house: House) -> None:
    async with polling(house) as poller:
        (connection,) = house.connected
        poll = asyncio.ensure_future(poller.get())
        await settled()
        async with await probe(house, poller) as raw:
            assert await poll == (200, ["6"])
            connection.send("chat:message", {"body": "during"})
            connection.send("chat:message", {"body": "and after"})
            raw.send("5")
            assert await raw.receive() == '42["chat:message",{"body":"during"}]'
            assert await raw.receive() == '42["chat:message",{"body":"and after"}]'
            assert (await raw.call("chat:send", {"body": "up"}))["ok"]
            assert (await poller.get())[0] == 400
            assert await poller.post('421["chat:send",{"body":"the old way"}]') == 400
            assert house.handled == ["up"]
        await settled()
        assert house.parted == house.connected


async def test_polling_goes_on_while_the_upgrade_is_tried(house: House) -> None:
    async with polling(house) as poller, await probe(house, poller):
        (connection,) = house.connected
        connection.send("chat:message", {"body": "during"})
        assert await poller.get() == (200, ['42["chat:message",{"body":"during"}]'])
        assert await poller.get() == (200, ["6"])
        assert await poller.post('421["chat:send",{"body":"up"}]') == 200
        assert (await poller.get())[1] == ['431[{"ok":true,"body":"up"}]']


@pytest.mark.parametrize("packets", [["2probe", "4"], ["2probe"], ["3probe"], ["40{}"], []])
async def test_an_upgrade_that_fails_leaves_polling_as_it_was(house: House, packets: list[str]) -> None:
    async with polling(house) as poller:
        path = f"/socket.io/?EIO=4&transport=websocket&sid={poller.sid}"
        async with await RawSocket.open(house.port, path=path) as raw:
            for packet in packets:
                raw.send(packet)
            await raw.close_code()
        await settled()
        assert await poller.post('421["chat:send",{"body":"up"}]') == 200
        assert (await poller.get())[1] == ['431[{"ok":true,"body":"up"}]']
        async with await probe(house, poller) as again:
            again.send("5")
            assert (await again.call("chat:send", {"body": "up"}))["ok"]


async def test_a_second_upgrade_is_refused(house: House) -> None:
    async with polling(house) as poller, await probe(house, poller) as raw:
        raw.send("5")
        assert (await raw.call("chat:send", {"body": "up"}))["ok"]
        path = f"/socket.io/?EIO=4&transport=websocket&sid={poller.sid}"
        async with await RawSocket.open(house.port, path=path) as second:
            assert second.status == 400
        assert (await raw.call("chat:send", {"body": "up"}))["ok"]
