"""Events over a real web socket: in order, acknowledged whatever happens, refused with the field named."""

import asyncio
import logging
from datetime import timedelta

import msgspec
import pytest

from tests.integration.transport.gateway.conftest import ALICE, BOB, House, settled
from tests.support.raw_socket import BINARY, PING, PONG, RawSocket

pytestmark = pytest.mark.asyncio(loop_factories=["uvloop"])


async def test_an_event_is_handled_and_acknowledged(house: House) -> None:
    async with await house.open() as raw:
        assert await raw.receive() == '42["room:sync",{}]'
        raw.send('4217["chat:send",{"body":"Ça va ?"}]')
        assert await raw.receive() == '4317[{"ok":true,"body":"Ça va ?"}]'
        assert house.handled == ["Ça va ?"]


async def test_without_an_id_it_is_handled_and_nothing_is_sent(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send('42["chat:send",{"body":"quiet"}]')
        raw.send('42["chat:fail",{"body":"bug"}]')
        raw.send('421["chat:send",{"body":"loud"}]')
        assert await raw.receive() == '431[{"ok":true,"body":"loud"}]'
        assert house.handled == ["quiet", "loud"]


async def test_pipelined_events_are_handled_one_at_a_time_and_answered_in_order(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send('420["chat:slow",{"body":"first"}]')
        for ack in range(1, 300):
            raw.send(f'42{ack}["chat:send",{{"body":"{ack}"}}]')
        raw.send('42300["chat:none",{}]')
        raw.send('42301["chat:send",{"body":"last"}]')
        await settled()
        assert house.handled == ["in first"]
        house.gate.set()
        acks = [(await raw.receive()).partition("[")[0] for _ in range(302)]
        assert acks == [f"43{ack}" for ack in range(302)]
        assert house.handled == ["in first", "out first", *map(str, range(1, 300)), "last"]


async def test_one_connection_does_not_wait_for_another(house: House) -> None:
    async with await house.open() as stuck, await house.open(BOB) as free:
        await stuck.receive()
        await free.receive()
        stuck.send('420["chat:slow",{"body":"first"}]')
        await settled()
        assert (await free.call("chat:send", {"body": "hello"}))["ok"]


REFUSED = [
    ('["chat:none",{}]', "unknown_event", None),
    ('["",{}]', "unknown_event", None),
    ('["connect",{}]', "unknown_event", None),
    ('["chat:send",{"body":5}]', "bad_request", "body"),
    ('["chat:send",{}]', "bad_request", "body"),
    ('["chat:send",{"body":"a","more":1}]', "bad_request", "more"),
    ('["chat:send",{"body":"\\u0000"}]', "bad_request", "body"),
    ('["chat:send",{"body":"\\ud800"}]', "bad_request", "body"),
    ('["chat:send","text"]', "bad_request", "payload"),
    ('["chat:send",null]', "bad_request", "payload"),
    ('["chat:send",[1]]', "bad_request", "payload"),
    ('["chat:send",["1","a"]]', "bad_request", "[0]"),
    ('["chat:send"]', "bad_request", "payload"),
    ('["chat:send",{"body":"a"},{"body":"b"}]', "bad_request", "payload"),
    ('["chat:send",{"body":"a"}', "bad_request", "payload"),
    ('["chat:send",{"body":"a"}]]', "bad_request", "payload"),
    ('["chat:send",{"body":"a\x01"}]', "bad_request", "payload"),
    ('["chat:send",{"body":NaN}]', "bad_request", "payload"),
    ('["chat:send",{"body":' + "[" * 20_000, "too_large", "payload"),
    ('["chat:send",{"room":1' + "0" * 5_000 + ',"body":"a"}]', "bad_request", "room"),
    ('["chat:send",' + "[" * 8_000 + "]" * 8_000 + "]", "bad_request", "[0]"),
    ('["chat:small",{"body":"' + "a" * 100 + '"}]', "too_large", "payload"),
    ('["flag:review",{"body":"a"}]', "forbidden", None),
    ('[ "chat:send",{"body":5}]', "bad_request", "body"),  # the long way
    ('["chat\\u003asend",{"body":5}]', "bad_request", "body"),
    ('["\\ud800",{}]', "unknown_event", None),
    ("[]", "bad_request", "event"),
    ("[5,{}]", "bad_request", "event"),
    ("[null]", "bad_request", "event"),
    ('{"a":1}', "bad_request", "event"),
    ("", "bad_request", "event"),
]


@pytest.mark.parametrize(("array", "code", "field"), REFUSED)
async def test_what_cannot_be_handled_is_refused_and_nothing_else_happens(
    house: House, array: str, code: str, field: str | None
) -> None:
    async with await house.open() as raw, await house.open(BOB) as other:
        await raw.receive()
        await other.receive()
        raw.send("427" + array)
        answer = await raw.receive()
        assert answer.startswith("437[")
        (told,) = msgspec.json.decode(answer[3:])
        assert told["ok"] is False
        assert (told["error"]["code"], told["error"].get("field")) == (code, field)
        assert told["error"]["message"]
        assert house.handled == []
        assert await raw.call("chat:send", {"body": "still here"}) == {"ok": True, "body": "still here"}
        assert (await other.call("chat:send", {"body": "here too"}))["ok"]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        ("conflict", {"code": "conflict", "field": "body"}),
        ("lost", {"code": "try_again", "retry_in_ms": 2000}),
        ("bug", {"code": "internal"}),
        ("key", {"code": "internal"}),
    ],
)
async def test_a_handler_that_raises_is_acknowledged(
    house: House, caplog: pytest.LogCaptureFixture, failure: str, error: dict[str, object]
) -> None:
    async with await house.open() as raw:
        await raw.receive()
        with caplog.at_level(logging.INFO, "server"):
            told = await raw.call("chat:fail", {"body": failure})
        message = told["error"].pop("message")
        assert message
        assert "secret" not in message
        assert "10.1.2.3" not in message
        assert told == {"ok": False, "error": error}
        logged = [(record.message, record.__dict__.get("event_type")) for record in caplog.records]
        expected = {"lost": [("database_away", "chat:fail")], "conflict": []}.get(
            failure, [("event_failed", "chat:fail")]
        )
        assert logged == expected
        assert (await raw.call("chat:send", {"body": "on"}))["ok"]


async def test_refusals_are_in_the_language_of_the_account(house: House) -> None:
    house.give("F" * 43, house.somebody(language="fr"))
    async with await house.open("F" * 43) as raw:
        await raw.receive()
        told = await raw.call("chat:none", {})
        assert "serveur" in told["error"]["message"]


@pytest.mark.parametrize("ack", ["0", "007", "9" * 17, "9" * 100])
async def test_any_id_the_protocol_allows_comes_back(house: House, ack: str) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send(f'42{ack}["chat:send",{{"body":"a"}}]')
        assert await raw.receive() == f'43{ack}[{{"ok":true,"body":"a"}}]'


async def test_a_binary_event_is_refused_after_its_attachments(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send('452-8["chat:send",{"body":{"_placeholder":true,"num":0}}]')
        raw.send_frame(BINARY, b"\x00" * 1000)
        raw.send_frame(BINARY, b"")
        told = await raw.receive_json()
        assert (told[0]["error"]["code"], told[0]["error"]["field"]) == ("bad_request", "payload")
        raw.send('450-9["chat:send",{"body":"a"}]')
        assert (await raw.receive()).startswith('439[{"ok":false')
        raw.send('451-["chat:send",{"_placeholder":true,"num":0}]')
        raw.send_frame(BINARY, b"x")
        raw.send("461-3[]")
        raw.send_frame(BINARY, b"x")
        assert (await raw.call("chat:send", {"body": "on"}))["ok"]
        assert house.handled == ["on"]


async def test_packets_that_mean_nothing_here_do_no_harm(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        raw.send('435["an acknowledgement that nobody asked for"]')
        raw.send("6")
        raw.send("3")
        raw.send_frame(PONG, b"")
        raw.send("41/elsewhere,")
        raw.send_frame(PING, b"are you there")
        assert await raw.receive_frame() == (PONG, b"are you there")
        raw.send('42/elsewhere,4["chat:send",{"body":"a"}]')
        assert (await raw.receive()).startswith('43/elsewhere,4[{"ok":false,"error":{"code":"not_found"')
        raw.send("40/elsewhere,{}")
        assert (await raw.receive()).startswith('44/elsewhere,{"message":')
        raw.send('40{"token":"' + BOB + '"}')
        assert '"data":{"code":"bad_request"' in await raw.receive()
        assert (await raw.call("chat:send", {"body": "on"}))["ok"]
        assert house.known.asked == [ALICE]


async def test_too_fast_says_when(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        for _ in range(3):
            assert (await raw.call("chat:rare", {"body": "a"}))["ok"]
        told = await raw.call("chat:rare", {"body": "a"})
        assert (told["error"]["code"], told["error"]["retry_in_ms"]) == ("too_fast", 1000)
        assert (await raw.call("chat:other", {"body": "each kind has its own"}))["ok"]
        house.clock.advance(1)
        assert (await raw.call("chat:rare", {"body": "b"}))["ok"]
        assert house.handled == ["a", "a", "a", "each kind has its own", "b"]


async def test_rates_are_of_a_person_not_of_a_connection(house: House) -> None:
    async with await house.open() as first, await house.open() as second, await house.open(BOB) as other:
        for raw in (first, second, other):
            await raw.receive()
        outcomes = [(await raw.call("chat:rare", {"body": "a"}))["ok"] for raw in (first, second, first, second)]
        assert outcomes == [True, True, True, False]
        assert (await other.call("chat:rare", {"body": "a"}))["ok"]
    async with await house.open() as again:
        await again.receive()
        assert not (await again.call("chat:rare", {"body": "coming back does not help"}))["ok"]


async def test_who_floods_is_disconnected_and_nobody_else(house: House) -> None:
    async with await house.open() as raw, await house.open(BOB) as other:
        await raw.receive()
        await other.receive()
        for ack in range(2_000):
            raw.send(f'42{ack}["chat:none",{{}}]')
        frames = []
        with pytest.raises(ConnectionError):
            while True:
                frames.append(await _frame_or_error(raw))
        assert frames[-2:] == ['42["session:ended",{"code":"too_fast"}]', "41"]
        assert len(frames) == 300 + 1 + 2
        assert (await other.call("chat:send", {"body": "here"}))["ok"]
        await settled()
        assert len(house.parted) == 1


async def _frame_or_error(raw: RawSocket) -> str:
    try:
        return await raw.receive()
    except Exception as error:
        raise ConnectionError from error


async def test_an_event_after_the_session_expired_is_refused_and_the_connection_ends(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        house.clock.advance(timedelta(hours=1).total_seconds() - 0.001)
        assert (await raw.call("chat:send", {"body": "just in time"}))["ok"]
        house.clock.advance(0.001)
        told = await raw.call("chat:send", {"body": "too late"})
        assert told["error"]["code"] == "session_expired"
        assert [await raw.receive(), await raw.receive()] == ['42["session:ended",{"code":"session_expired"}]', "41"]
        assert await raw.close_code() == 1000
        assert house.handled == ["just in time"]


async def test_a_handler_that_finds_the_session_expired_ends_it_too(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        assert (await raw.call("chat:fail", {"body": "expired"}))["error"]["code"] == "session_expired"
        assert await raw.receive() == '42["session:ended",{"code":"session_expired"}]'


async def test_events_are_counted_by_name_and_outcome(house: House) -> None:
    async with await house.open() as raw:
        await raw.receive()
        await raw.call("chat:send", {"body": "a"})
        await raw.call("chat:send", {})
        await raw.call("made:up", {})
        assert house.metric('binome_events_total{code="ok",event="chat:send"}') == 1
        assert house.metric('binome_events_total{code="bad_request",event="chat:send"}') == 1
        assert house.metric('binome_events_total{code="unknown_event",event="unknown"}') == 1
        assert house.metric('binome_event_seconds_count{event="chat:send"}') == 2
        assert house.metric('binome_event_seconds_bucket{event="chat:send",le="+Inf"}') == 2
        assert house.metric("binome_connections") == 1
        assert house.metric("binome_sockets") == 1
        assert house.metric('binome_connects_total{code="ok"}') == 1
    await asyncio.sleep(0.1)
    assert house.metric("binome_connections") == 0
