"""How a connection begins and ends: who may, how many, for how long, and what is left behind."""

import asyncio
import gc
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiohttp import web

from server.kernel.errors import Conflict
from server.transport.gateway import Limits
from server.transport.gateway.connection import Connection
from tests.integration.transport.gateway.conftest import ALICE, BOB, EXPIRED, LIMITS, NOW, House, build, serve, settled
from tests.support.raw_socket import Closed, RawSocket
from tests.support.site import serving

pytestmark = pytest.mark.asyncio(loop_factories=["uvloop"])


async def refusal(raw: RawSocket, packet: str) -> dict[str, Any]:
    """Sends a CONNECT and returns the ``data`` of its CONNECT_ERROR."""
    raw.send(packet)
    answer = await raw.receive()
    assert answer.startswith("44{"), answer
    told = msgspec.json.decode(answer[2:])
    assert set(told) == {"message", "data"}
    assert told["message"] == told["data"]["message"] != ""
    return dict(told["data"])


async def unsigned(house: House, **headers: str) -> RawSocket:
    raw = await RawSocket.open(house.port, headers=headers)
    assert (await raw.receive()).startswith("0{")
    return raw


async def test_the_handshake_says_what_the_protocol_wants(house: House) -> None:
    async with await RawSocket.open(house.port) as raw:
        assert raw.status == 101
        assert set(raw.headers) == {"upgrade", "connection", "sec-websocket-accept"}
        opening = msgspec.json.decode((await raw.receive())[1:])
        assert len(opening.pop("sid")) == 20
        assert opening == {"upgrades": [], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 131072}


async def test_no_compression_is_agreed_to(house: House) -> None:
    headers = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    async with await RawSocket.open(house.port, headers=headers) as raw:
        assert "sec-websocket-extensions" not in raw.headers
        raw.send_frame(1, b"40{}", rsv=0x40)
        assert await raw.close_code() == 1002


async def test_what_is_sent_at_connect_comes_after_the_confirmation(house: House) -> None:
    async with await RawSocket.open(house.port) as raw:
        assert set(await raw.connect(cursors={"7": 12}, compact=1)) == {"sid"}
        assert await raw.receive() == '42["room:sync",{"cursors":{"7":12}}]'
        (connection,) = house.connected
        assert (connection.compact, connection.language, connection.peer) == (True, "en", "127.0.0.1")
        assert connection.principal == house.known.people[ALICE]
        assert dict(connection.cursors) == {}
        assert list(house.gateway.of_account(house.account())) == [connection]
        assert list(house.gateway.of_session(connection.principal.session_id)) == [connection]


async def test_the_bytes_of_a_reconnect(house: House) -> None:
    """Of the 1,600 that a reconnect with ten missed messages may take, the frame around them is this much."""
    async with await RawSocket.open(house.port) as raw:
        await raw.connect(cursors={"7": 12}, compact=1)
        assert raw.received_bytes <= 129 + 110 + 30


async def test_the_cookie_signs_in_a_page_of_this_server(house: House) -> None:
    async with await unsigned(house, Cookie=f"binome={ALICE}", Origin=house.url) as raw:
        raw.send("40")
        assert (await raw.receive()).startswith("40{")


async def test_a_token_counts_before_the_cookie(house: House) -> None:
    async with await unsigned(house, Cookie=f"binome={ALICE}") as raw:
        raw.send(f'40{{"token":"{BOB}"}}')
        assert (await raw.receive()).startswith("40{")
        assert house.known.asked == [BOB]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"},
    ],
)
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_pages_of_others_do_not_get_in(house: House, headers: dict[str, str], transport: str) -> None:
    path = f"/socket.io/?EIO=4&transport={transport}"
    async with await RawSocket.open(house.port, path=path, headers={**headers, "Cookie": f"binome={ALICE}"}) as raw:
        assert raw.status == 403
        assert "access-control-allow-origin" not in raw.headers
    assert house.metric("binome_sockets") == 0


@pytest.mark.parametrize(
    ("packet", "code", "field"),
    [
        ("40", "not_signed_in", None),
        ("40{}", "not_signed_in", None),
        ('40{"token":"short"}', "not_signed_in", None),
        ('40{"token":"' + "Z" * 43 + '"}', "not_signed_in", None),
        ('40{"token":"' + EXPIRED + '"}', "session_expired", None),
        ('40{"token":5}', "bad_request", "token"),
        ('40{"token":"' + ALICE + '","cursors":[]}', "bad_request", "cursors"),
        ('40{"token":"' + ALICE + '","cursors":{"7":-1}}', "bad_request", "cursors[...]"),
        ('40{"token":"' + ALICE + '","cursors":{"7":9223372036854775808}}', "bad_request", "cursors[...]"),
        ('40{"token":"' + ALICE + '","compact":2}', "bad_request", "compact"),
        ('40{"token":"' + ALICE + '","lang":"' + "x" * 36 + '"}', "bad_request", "lang"),
        ('40["' + ALICE + '"]', "bad_request", None),
        ('40{"token":"' + ALICE + '","more":"' + "x" * 60_000 + '"}', "bad_request", "auth"),
    ],
)
async def test_a_refusal_is_a_connect_error(house: House, packet: str, code: str, field: str | None) -> None:
    async with await unsigned(house) as raw:
        told = await refusal(raw, packet)
        assert (told["code"], told.get("field")) == (code, field)
        assert house.connected == []
        raw.send(f'40{{"token":"{ALICE}"}}')  # another try on the same socket
        assert (await raw.receive()).startswith("40{")


@pytest.mark.parametrize(
    ("headers", "auth", "word"),
    [
        ({"Accept-Language": "en-GB"}, "{}", "sign"),
        ({}, "{}", "connecter"),
        ({"Accept-Language": "en"}, '{"lang":"fr"}', "connecter"),
        ({}, '{"lang":"en"}', "sign"),
        ({}, '{"lang":"tlh"}', "connecter"),
    ],
)
async def test_a_refusal_speaks_the_language_asked_for(
    house: House, headers: dict[str, str], auth: str, word: str
) -> None:
    async with await unsigned(house, **headers) as raw:
        assert word in (await refusal(raw, f"40{auth}"))["message"].lower()


async def test_a_connection_speaks_the_language_of_its_page(house: House) -> None:
    said = []
    for lang in ("fr", "en"):
        async with await unsigned(house) as raw:
            raw.send(f'40{{"token":"{ALICE}","lang":"{lang}"}}')
            assert (await raw.receive()).startswith("40{")
            assert (await raw.receive()).startswith("42[")  # what everybody is told here
            said.append((await raw.call("no:such", {}))["error"]["message"])
    assert said[0] != said[1]


async def test_unknown_members_of_auth_are_left_alone(house: House) -> None:
    async with await unsigned(house) as raw:
        raw.send(f'40{{"token":"{ALICE}","offset":"x","pid":{{}}}}')
        assert (await raw.receive()).startswith("40{")


async def test_a_handler_of_connect_refuses(house: House) -> None:
    house.refuse_with = Conflict()
    async with await unsigned(house) as raw:
        assert (await refusal(raw, f'40{{"token":"{ALICE}"}}'))["code"] == "conflict"
        assert house.parted == house.connected
        assert house.parted[0].topics == {"room:0"}
        assert (house.gateway.of_account(house.account()), house.gateway.topic("room:0")) == ((), ())
        house.refuse_with = RuntimeError("a bug")
        assert (await refusal(raw, f'40{{"token":"{ALICE}"}}'))["code"] == "internal"
        house.refuse_with = None
        raw.send(f'40{{"token":"{ALICE}"}}')
        assert (await raw.receive()).startswith("40{")
        assert await raw.receive() == '42["room:sync",{}]'


async def test_events_before_connect_are_refused_and_too_many_close(house: House) -> None:
    async with await unsigned(house) as raw:
        raw.send('421["chat:send",{"body":"a"}]')
        assert (await raw.receive()).startswith('431[{"ok":false,"error":{"code":"not_signed_in"')
        for _ in range(30):
            raw.send("40{}")
        assert await raw.close_code() == 1002
        assert house.handled == []


async def test_a_socket_that_nobody_signs_in_to_is_closed(house: House) -> None:
    async with await unsigned(house) as raw:
        house.clock.advance(9.9)
        await settled()
        raw.send("40{}")
        assert (await raw.receive()).startswith("44{")
        house.clock.advance(0.2)
        assert await raw.close_code() == 1008
    await settled()
    assert house.metric("binome_sockets") == 0


async def test_disconnect_and_connect_again_on_the_same_socket(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send("41")
        raw.send('421["chat:send",{"body":"a"}]')
        assert '"not_signed_in"' in await raw.receive()
        assert len(house.parted) == 1
        raw.send(f'40{{"token":"{BOB}"}}')
        assert (await raw.receive()).startswith("40{")
        raw.send("41")
        await settled()
        house.clock.advance(10.1)
        assert await raw.close_code() == 1008
    await settled()
    assert [connection.open for connection in house.parted] == [False, False]


async def test_pings_keep_a_connection_and_silence_ends_it(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        for _ in range(3):
            house.clock.advance(25)
            assert await raw.receive() == "2"
            raw.send("3")
            await settled()
        house.clock.advance(25)
        assert await raw.receive() == "2"
        raw.send('421["chat:send",{"body":"no pong, but alive"}]')
        await raw.receive()
        house.clock.advance(20.1)
        await settled()
        assert (await raw.call("chat:send", {"body": "still"}))["ok"]
        house.clock.advance(20.1)
        await settled()
        house.clock.advance(20.1)
        assert await raw.close_code() is None
    await settled()
    assert house.parted == house.connected


async def test_a_long_event_is_no_silence(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send('421["chat:slow",{"body":"a"}]')
        await settled()
        for _ in range(5):
            house.clock.advance(100)
            await settled()
        house.gate.set()
        assert await raw.receive() == '431[{"ok":true,"body":"a"}]'


async def test_an_expired_session_is_found_without_an_event(house: House) -> None:
    house.give("S" * 43, house.somebody(expires_at=NOW + timedelta(seconds=20)))
    async with await house.open("S" * 43) as raw:
        await raw.receive()
        house.clock.advance(25.1)
        assert await raw.receive() == '42["session:ended",{"code":"session_expired"}]'


async def test_a_session_that_ends_elsewhere_ends_here_at_once(house: House) -> None:
    async with await house.open() as raw, await house.open(BOB) as other:
        await raw.receive()
        await other.receive()
        (connection,) = house.gateway.of_account(house.account())
        await connection.end("session_expired")
        assert (connection.open, house.gateway.topic("room:0")) == (False, tuple(house.connected[1:]))
        house.gateway.join(connection, "room:9")
        connection.send("chat:message", {"body": "not sent"})
        raw.send('421["chat:send",{"body":"not handled"}]')
        assert [await raw.receive(), await raw.receive()] == ['42["session:ended",{"code":"session_expired"}]', "41"]
        assert await raw.close_code() == 1000
        assert (house.handled, house.gateway.topic("room:9")) == ([], ())
        await connection.end("session_expired")
        await settled()
        assert house.parted == [connection]
        assert (await other.call("chat:send", {"body": "here"}))["ok"]


async def test_the_event_in_hand_is_finished_before_the_connection_parts(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send('421["chat:slow",{"body":"a"}]')
        raw.send('422["chat:send",{"body":"never"}]')
        await settled()
        await house.gateway.end_account(house.account())
        await settled()
        assert house.parted == []
        house.gate.set()
        await settled()
        assert house.parted == house.connected
        assert house.handled == ["in a", "out a"]
        assert [await raw.receive(), await raw.receive()] == ['42["session:ended",{"code":"session_expired"}]', "41"]
        assert await raw.close_code() == 1000


async def test_the_event_in_hand_is_finished_when_the_client_is_gone(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send('421["chat:slow",{"body":"a"}]')
        await settled()
    await settled()
    assert house.parted == []
    house.gate.set()
    await settled()
    assert (house.handled, house.parted) == (["in a", "out a"], house.connected)


async def test_a_session_that_ends_while_it_connects_does_not_come_in(house: House) -> None:
    house.known.hold = asyncio.Event()
    async with await unsigned(house) as raw:
        raw.send(f'40{{"token":"{ALICE}"}}')
        await settled()
        await house.gateway.end_session(house.known.people[ALICE].session_id)
        house.clock.advance(0.1)
        house.known.hold.set()
        assert '"code":"session_expired"' in await raw.receive()
        assert house.connected == []
        raw.send(f'40{{"token":"{ALICE}"}}')  # had it not ended, as this authenticator says, it would come in
        assert (await raw.receive()).startswith("40{")


async def test_a_session_that_ends_in_a_handler_of_connect_does_not_come_in(house: House) -> None:
    async def end(connection: Connection) -> None:
        await connection.end("session_expired")

    house.gateway.on_connect(end)
    async with await unsigned(house) as raw:
        assert (await refusal(raw, f'40{{"token":"{ALICE}"}}'))["code"] == "session_expired"
        assert house.parted == house.connected


async def test_an_account_has_so_many_connections() -> None:
    async for house in serve(replace(LIMITS, connections_per_account=2)):
        async with await house.open() as first, await house.open() as second, await unsigned(house) as third:
            told = await refusal(third, f'40{{"token":"{ALICE}"}}')
            assert (told["code"], told["retry_in_ms"]) == ("too_fast", 10_000)
            third.send(f'40{{"token":"{BOB}"}}')
            assert (await third.receive()).startswith("40{")
            assert (await first.receive(), await second.receive()) == ('42["room:sync",{}]', '42["room:sync",{}]')


async def test_a_person_connects_so_often() -> None:
    async for house in serve(LIMITS):
        codes = []
        async with await unsigned(house) as raw:
            for _ in range(61):
                raw.send(f'40{{"token":"{ALICE}"}}')
                codes.append((await raw.receive())[:2])
                if codes[-1] == "40":
                    await raw.receive()
                raw.send("41")
        assert codes == ["40"] * 60 + ["44"]


@pytest.mark.parametrize("limits", [replace(LIMITS, connections=3), replace(LIMITS, unsigned_per_address=3)])
async def test_there_are_so_many_places(limits: Limits) -> None:
    async for house in serve(limits):
        places = [await unsigned(house) for _ in range(3)]
        for path in ("/socket.io/?EIO=4&transport=websocket", "/socket.io/?EIO=4&transport=polling"):
            async with await RawSocket.open(house.port, path=path) as fourth:
                assert fourth.status == 503
                assert fourth.headers["retry-after"] == "10"
        places.pop().writer.close()
        await settled()
        async with await unsigned(house) as fourth:
            fourth.send(f'40{{"token":"{ALICE}"}}')
            assert (await fourth.receive()).startswith("40{")
        for raw in places:
            raw.writer.close()


async def test_one_household_has_one_share_of_the_places_however_many_addresses_it_has() -> None:
    async for house in serve(replace(LIMITS, unsigned_per_address=3), "127.0.0.1"):
        addresses = [*(f"2001:db8:0:1::{number}" for number in range(1, 5)), "2001:db8:0:2::1"]
        places = [await RawSocket.open(house.port, headers={"X-Forwarded-For": address}) for address in addresses]
        assert [raw.status for raw in places] == [101, 101, 101, 503, 101]
        for raw in places:
            raw.writer.close()


async def test_drain_spreads_the_return_and_refuses_who_comes(house: House) -> None:
    for number in range(8):
        house.give(str(number) * 43, house.somebody())
    sockets = [await house.open(str(number) * 43) for number in range(8)]
    for raw in sockets:
        await raw.receive()
    await house.gateway.drain(4_000)
    told = [msgspec.json.decode((await raw.receive())[2:]) for raw in sockets]
    assert sorted(event[1]["reconnect_in_ms"] for event in told) == [500 * step for step in range(1, 9)]
    assert {event[0] for event in told} == {"server:drain"}
    assert (await sockets[0].call("chat:send", {"body": "until then all goes on"}))["ok"]
    async with await unsigned(house) as late:
        refused = await refusal(late, f'40{{"token":"{ALICE}"}}')
        assert (refused["code"], refused["retry_in_ms"]) == ("draining", 4_000)
    await house.gateway.close()
    assert [await raw.close_code() for raw in sockets] == [1001] * 8
    for raw in sockets:
        raw.writer.close()
    assert len(house.parted) == 8


async def test_the_end_of_the_server_does_not_wait_for_its_sockets() -> None:
    house = build(LIMITS)
    app = web.Application()
    house.gateway.attach(app)
    async with serving(app) as site:  # its end gives requests a minute, and a socket is a request to aiohttp
        house.site = site
        sockets = [await house.open() for _ in range(5)]
        codes = [asyncio.ensure_future(raw.close_code()) for raw in sockets]
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 10
    assert await asyncio.gather(*codes) == [1001] * 5
    assert house.parted == house.connected
    for raw in sockets:
        raw.writer.close()


async def test_close_gives_up_on_an_event_that_never_ends(caplog: pytest.LogCaptureFixture) -> None:
    async for house in serve(replace(LIMITS, finish_within_s=0.1)):
        async with await house.open() as raw:
            raw.send('421["chat:slow",{"body":"a"}]')
            await settled()
            with caplog.at_level(logging.WARNING, "server"):
                await asyncio.wait_for(house.gateway.close(), 5)
        assert [record.message for record in caplog.records] == ["events_unfinished"]
        house.gate.set()
        await settled()
        assert house.parted == house.connected


async def test_close_waits_for_events_in_hand() -> None:
    house = build(LIMITS)
    app = web.Application()
    house.gateway.attach(app)
    async with serving(app) as site:
        house.site = site
        raw = await house.open()
        raw.send('421["chat:slow",{"body":"a"}]')
        await settled()
        closing = asyncio.ensure_future(house.gateway.close())
        await asyncio.sleep(1)
        assert not closing.done()
        house.gate.set()
        await asyncio.wait_for(closing, 1)
        assert (house.handled, house.parted) == (["in a", "out a"], house.connected)
        raw.writer.close()


async def test_nothing_is_left_of_two_hundred_connections(house: House) -> None:
    for number in range(5):
        house.give(str(number) * 43, house.somebody())
    for _ in range(5):
        sockets = [await house.open(str(number % 5) * 43) for number in range(40)]
        for number, raw in enumerate(sockets):
            if number % 3 == 0:
                raw.writer.transport.abort()
            elif number % 3 == 1:
                raw.send("41")
                raw.send("1")
            else:
                raw.send_frame(8, b"\x03\xe8")
                with pytest.raises(Closed):
                    while True:
                        await raw.receive_frame()
            raw.writer.close()
        house.clock.advance(200)
    for _ in range(10):
        await settled()
    assert len(house.connected) == len(house.parted) == 200
    assert house.metric("binome_sockets") == house.metric("binome_connections") == 0
    house.connected.clear()
    house.parted.clear()
    del sockets, raw
    gc.collect()
    ours = [
        thing for thing in gc.get_objects() if type(thing).__name__ in ("Connection", "Socket", "WebSocketResponse")
    ]
    assert [thing for thing in ours if type(thing).__module__.startswith(("server.", "aiohttp."))] == []
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert tasks == []
