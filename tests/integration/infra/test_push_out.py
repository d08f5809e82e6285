"""What leaves for push services, over real sockets: and what never does."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.infra.mail import NotDelivered
from server.infra.push import Gone, HttpPush, PushMessage
from server.infra.vapid import Vapid, new_key
from server.kernel.clock import ManualClock
from tests.support.push_service import Browser, PushService, anywhere, push_service

CLOCK = ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
MESSAGE = PushMessage(b'{"id":"1"}', "topic", 60, "high")


async def test_the_service_takes_it_and_the_browser_reads_it(tmp_path: Path) -> None:
    async with push_service(tmp_path) as service:
        browser, vapid = service.subscribe(), Vapid(new_key(), None)
        push = HttpPush(CLOCK, [service.host], may_reach=anywhere, context=service.context)
        await push.send(service.subscription(browser), MESSAGE, vapid)
        await push.close()
        assert [(one.said, one.topic, one.ttl, one.urgency) for one in service.taken] == [
            ({"id": "1"}, "topic", 60, "high")
        ]


async def test_a_key_that_the_browser_did_not_subscribe_to_is_refused(tmp_path: Path) -> None:
    async with push_service(tmp_path) as service:
        service.key = Vapid(new_key(), None).public
        push = HttpPush(CLOCK, [service.host], may_reach=anywhere, context=service.context)
        with pytest.raises(NotDelivered, match="login"):
            await push.send(service.subscription(service.subscribe()), MESSAGE, Vapid(new_key(), None))
        await push.close()
        assert service.taken == []


async def test_nothing_is_asked_within_our_own_network(tmp_path: Path) -> None:
    """Whatever the name: here one of this machine, which the operator even allowed."""
    async with push_service(tmp_path) as service:
        push = HttpPush(CLOCK, [service.host], context=service.context)
        with pytest.raises(NotDelivered, match="unreachable"):
            await push.send(service.subscription(service.subscribe()), MESSAGE, Vapid(new_key(), None))
        await push.close()
        assert service.asked == []


async def test_what_is_no_push_service_is_not_asked(tmp_path: Path) -> None:
    async with push_service(tmp_path) as service:
        push = HttpPush(CLOCK, may_reach=anywhere, context=service.context)
        with pytest.raises(Gone):
            await push.send(service.subscription(service.subscribe()), MESSAGE, Vapid(new_key(), None))
        await push.close()
        assert service.asked == []


@pytest.mark.parametrize("name", ["a" * 64, ".", "a..b"])
async def test_what_no_resolver_takes_is_no_push_service(name: str) -> None:
    push = HttpPush(CLOCK, may_reach=anywhere)
    subscription = replace(PushService().subscription(Browser()), endpoint=f"https://{name}.push.apple.com/x")
    assert not push.takes(subscription.endpoint)
    with pytest.raises(Gone):
        await push.send(subscription, MESSAGE, Vapid(new_key(), None))
    await push.close()


async def test_a_service_that_hangs_holds_no_place_of_another(tmp_path: Path) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until whoever asked has gone
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with push_service(tmp_path) as service:
        hosts = [service.host, f"localhost:{port}"]
        push = HttpPush(CLOCK, hosts, may_reach=anywhere, context=service.context)
        hanging = PushService(port=port).subscription(Browser())
        waiting = [asyncio.create_task(push.send(hanging, MESSAGE, Vapid(new_key(), None))) for _ in range(150)]
        await asyncio.sleep(0)
        await push.send(service.subscription(service.subscribe()), MESSAGE, Vapid(new_key(), None))
        assert len(service.taken) == 1
        assert not any(one.done() for one in waiting)
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await push.close()
    server.close()
    await server.wait_closed()


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(tmp_path: Path) -> None:
    async with push_service(tmp_path) as service:
        push = HttpPush(CLOCK, [service.host], may_reach=anywhere)
        with pytest.raises(NotDelivered, match="unreachable"):
            await push.send(service.subscription(service.subscribe()), MESSAGE, Vapid(new_key(), None))
        await push.close()
        assert service.asked == []


async def test_a_service_that_says_nothing_is_given_up_in_time() -> None:
    gone = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until whoever asked has gone
        writer.close()
        gone.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    push = HttpPush(CLOCK, [f"localhost:{port}"], may_reach=anywhere)
    subscription = PushService(port=port).subscription(Browser())
    with pytest.raises(NotDelivered, match="unreachable"):
        await push.send(subscription, MESSAGE, Vapid(new_key(), None), seconds=0.3)
    await push.close()
    async with asyncio.timeout(10):
        await gone.wait()
    server.close()
    await server.wait_closed()
