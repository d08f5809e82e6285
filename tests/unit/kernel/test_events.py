from dataclasses import dataclass

import pytest

from server.kernel.events import Bus


@dataclass(frozen=True)
class Happened:
    what: str


async def test_subscribers_hear_in_order_and_only_their_own_events() -> None:
    heard: list[str] = []

    async def first(event: Happened) -> None:
        heard.append(f"first {event.what}")

    async def second(event: Happened) -> None:
        heard.append(f"second {event.what}")

    bus = Bus()
    bus.subscribe(Happened, first)
    bus.subscribe(Happened, second)
    await bus.publish(Happened("a"))
    await bus.publish("something else")
    assert heard == ["first a", "second a"]


async def test_one_deaf_subscriber_does_not_keep_the_others_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    async def broken(event: Happened) -> None:
        raise RuntimeError("broken")

    async def sound(event: Happened) -> None:
        heard.append(event.what)

    bus = Bus()
    bus.subscribe(Happened, broken)
    bus.subscribe(Happened, sound)
    await bus.publish(Happened("b"))
    assert heard == ["b"]
    assert [record.message for record in caplog.records] == ["subscriber_failed"]
