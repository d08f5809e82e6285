"""Frames that are not of the protocol, peers that do not read, and that nobody else notices either."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from server.transport.gateway import Connection
from tests.integration.transport.gateway.conftest import ALICE, BOB, LIMITS, House, serve, settled
from tests.support.raw_socket import BINARY, CLOSE, PING, TEXT, RawSocket

Send = Callable[[RawSocket], None]

NOT_THE_PROTOCOL: dict[str, tuple[Send, int]] = {
    "empty": (lambda raw: raw.send(""), 1002),
    "a letter": (lambda raw: raw.send("x"), 1002),
    "OPEN from a client": (lambda raw: raw.send("0{}"), 1002),
    "PING from a client": (lambda raw: raw.send("2"), 1002),
    "UPGRADE of a web socket": (lambda raw: raw.send("5"), 1002),
    "no Engine.IO type": (lambda raw: raw.send("7"), 1002),
    "base64": (lambda raw: raw.send("bAAAA"), 1002),
    "no Socket.IO type": (lambda raw: raw.send("4"), 1002),
    "an unknown Socket.IO type": (lambda raw: raw.send("49[]"), 1002),
    "CONNECT_ERROR from a client": (lambda raw: raw.send("44{}"), 1002),
    "an id too long": (lambda raw: raw.send("42" + "1" * 101 + '["chat:send",{"body":"a"}]'), 1002),
    "an id, then no JSON": (lambda raw: raw.send("421oops"), 1002),
    "CONNECT without JSON": (lambda raw: raw.send("40{"), 1002),
    "CONNECT nested deep": (lambda raw: raw.send("40" + "[" * 60_000), 1002),
    "too many attachments": (lambda raw: raw.send('45999999-["chat:send",{}]'), 1002),
    "binary that nothing announced": (lambda raw: raw.send_frame(BINARY, b"x"), 1002),
    "text where an attachment belongs": (lambda raw: _both(raw, '451-["a:b"]', '42["a:b"]'), 1002),
    "not UTF-8": (lambda raw: raw.send(b'42\xff["a:b",{}]'), 1002),
    "not UTF-8 in a namespace": (lambda raw: raw.send(b"40/\xff\xfe,"), 1002),
    "a frame too big": (lambda raw: raw.send('42["chat:send",{"body":"' + "x" * 131_072 + '"}]'), 1009),
    "a frame that says it is huge": (lambda raw: raw.writer.write(b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"), 1009),
    "fragments too big together": (lambda raw: _fragments(raw, 40), 1009),
    "reserved bits": (lambda raw: raw.send_frame(TEXT, b"3", rsv=0x40), 1002),
    "a reserved opcode": (lambda raw: raw.send_frame(5, b""), 1002),
    "a continuation of nothing": (lambda raw: raw.send_frame(0, b"x"), 1002),
    "a fragmented ping": (lambda raw: raw.send_frame(PING, b"", fin=False), 1002),
    "a ping too long": (lambda raw: raw.send_frame(PING, b"x" * 126), 1002),
    "an invalid close code": (lambda raw: raw.send_frame(CLOSE, b"\x00\x01"), 1002),
}


def _both(raw: RawSocket, *texts: str) -> None:
    for text in texts:
        raw.send(text)


def _fragments(raw: RawSocket, count: int) -> None:
    raw.send_frame(TEXT, b"42", fin=False)
    for _ in range(count):
        raw.send_frame(0, b"x" * 4096, fin=False)


@pytest.mark.parametrize("case", NOT_THE_PROTOCOL)
async def test_what_is_not_the_protocol_closes_that_connection_alone(
    house: House, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    send, code = NOT_THE_PROTOCOL[case]
    async with await house.open() as raw, await house.open(BOB) as other:
        await raw.receive()
        await other.receive()
        with caplog.at_level(logging.WARNING):
            send(raw)
            assert await raw.close_code() == code
        assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
        assert (await other.call("chat:send", {"body": "here"}))["ok"]
        await settled()
        assert house.parted == house.connected[:1]
        assert house.handled == ["here"]


async def test_fragments_of_a_frame_are_put_together(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send_frame(TEXT, b'421["chat:s', fin=False)
        raw.send_frame(PING, b"in between")
        raw.send_frame(0, b'end",{"body":"\xc3', fin=False)
        raw.send_frame(0, b'\xa9"}]')
        assert (await raw.receive_frame())[1] == b"in between"
        assert await raw.receive() == '431[{"ok":true,"body":"é"}]'


async def test_any_bytes_at_all_harm_nobody(house: House) -> None:
    async with await house.open(BOB) as other:
        await other.receive()
        for _ in range(20):
            async with await RawSocket.open(house.port) as raw:
                raw.writer.write(os.urandom(500))
                await asyncio.sleep(0.005)
        assert (await other.call("chat:send", {"body": "here"}))["ok"]


def tcp_of(connection: Connection) -> Any:
    """The transport below, None when it has been given up."""
    return vars(connection._wire)["_tcp"]


@asynccontextmanager
async def stuck_peer(house: House) -> AsyncIterator[RawSocket]:
    """A connection whose peer stops reading TCP, with little room on the way."""
    async with await RawSocket.open(house.port, receive_buffer=4096) as raw:
        await raw.connect(ALICE)
        raw.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a write transport by its type
        yield raw


async def test_a_peer_that_does_not_read_is_cut_and_others_do_not_notice() -> None:
    async for house in serve(replace(LIMITS, waiting_bytes=256 * 1024)):
        async with stuck_peer(house), await house.open(BOB) as other:
            await other.receive()
            (slow,) = house.gateway.of_account(house.account())
            sent = 0
            for number in range(20_000):
                house.gateway.publish("room:0", "chat:message", {"body": "x" * 1000, "n": number})
                assert (await other.receive()).endswith(f'"n":{number}}}]')
                sent += 1
                if house.parted:
                    break
            assert house.parted == [slow]
            assert sent < 20_000
            assert house.metric("binome_slow_consumers_total") == 1
            assert house.metric("binome_connections") == 1
            assert (await other.call("chat:send", {"body": "here"}))["ok"]


async def test_what_waits_for_one_peer_is_bounded() -> None:
    """Without a pause for the loop, as a burst of many thousand frames in one go would be."""
    async for house in serve(replace(LIMITS, waiting_bytes=256 * 1024)):
        async with stuck_peer(house):
            (connection,) = house.connected
            most = 0
            for _ in range(5_000):
                connection.send("chat:message", {"body": "x" * 1000})
                tcp = tcp_of(connection)
                most = max(most, tcp.get_write_buffer_size() if tcp is not None else 0)
            assert 256 * 1024 <= most <= 256 * 1024 + 1100
            await settled()
            assert house.parted == [connection]


async def test_one_answer_larger_than_the_bound_is_sent_all_the_same() -> None:
    async for house in serve(replace(LIMITS, waiting_bytes=64 * 1024)):
        async with await house.open() as raw:
            await raw.receive()
            (connection,) = house.connected
            connection.send("chat:message", {"body": "x" * 3_000_000})
            assert len(await raw.receive()) > 3_000_000
            assert (await raw.call("chat:send", {"body": "on"}))["ok"]


async def test_a_stuck_peer_is_found_by_the_pings(house: House) -> None:
    async with stuck_peer(house):
        (connection,) = house.connected
        for _ in range(200):
            connection.send("chat:message", {"body": "x" * 4_000})
        await settled()
        assert house.parted == []
        house.clock.advance(25)
        await settled()
        house.clock.advance(20.1)
        await settled()
        assert house.parted == [connection]
        assert house.metric("binome_sockets") == 0


@pytest.mark.parametrize("goodbye", ["end", "close frame", "protocol error", "too big"])
async def test_a_stuck_peer_does_not_hold_up_the_end(goodbye: str) -> None:
    """The last frames cannot leave: after a few seconds the transport is given up with them."""
    async for house in serve(replace(LIMITS, waiting_bytes=2**26)):
        async with stuck_peer(house) as stuck:
            (connection,) = house.connected
            tcp = tcp_of(connection)
            connection.send("chat:message", {"body": "x" * 16_000_000})
            await settled()
            assert tcp.get_write_buffer_size() > 0
            if goodbye == "end":
                await connection.end("session_expired")
            elif goodbye == "close frame":
                stuck.send_frame(CLOSE, b"\x03\xe8")
            elif goodbye == "protocol error":
                stuck.send("oops")
            else:
                stuck.writer.write(b"\x81\xff\x00\x00\x00\x00\x7f\xff\xff\xff")
            await settled()
            for _ in range(12):
                house.clock.advance(5)
                await asyncio.sleep(0.1)
            assert house.parted == [connection]
            assert house.metric("binome_sockets") == 0
            assert tcp.get_write_buffer_size() == 0


async def test_a_peer_that_floods_with_pings_and_never_reads_is_cut(house: House) -> None:
    async with stuck_peer(house) as stuck:
        for _ in range(3_000):
            stuck.send_frame(PING, b"x" * 125)
        await settled()
        await asyncio.sleep(0.6)
        house.clock.advance(1)
        await settled()
        assert house.parted == house.connected


async def test_frames_that_come_faster_than_they_are_handled_wait_in_bounds(house: House) -> None:
    """While an event is in hand, the rest waits in the kernel of the sender, not here."""
    async with await house.open() as raw:
        await raw.receive()
        raw.send('420["chat:slow",{"body":"a"}]')
        frame = '42["chat:send",{"body":"' + "x" * 8_000 + '"}]'
        for _ in range(3_000):
            raw.send(frame)
        await settled()
        unsent = raw.writer.transport.get_write_buffer_size()
        assert unsent > 10_000_000  # of 24: the rest fills the two kernel buffers
        house.gate.set()
        await raw.writer.drain()
        raw.send('421["chat:send",{"body":"last"}]')
        assert (await raw.receive()).startswith("430")
        assert (await raw.receive()).startswith("431")
        assert len(house.handled) == 3_003
