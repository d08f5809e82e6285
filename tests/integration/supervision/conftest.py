"""Calls with a professional: the street of the calls, and one who only watches."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from server.kernel.identifiers import new_id
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.integration.signalling.conftest import street as street
from tests.support.bare_browser import KEY_FRAME, until
from tests.support.rooms import Room

Watching = Callable[[Room], Awaitable[Caller]]


async def connect(caller: Caller) -> None:
    """The browser's part of what ``call:join`` answered."""
    answer = caller.browser.answer(caller.joined["offer"])
    assert await caller.act("call:answer", sdp=answer) == {"ok": True}
    await caller.browser.connect(caller.joined["answer"], caller.joined["offer"])


async def watch(street: Neighbourhood, room: Room) -> Caller:
    """The professional of the room, who has announced themselves, come in and only watches."""
    claire = await street.caller(room.supervisor, room)
    await claire.announce()
    claire.joined = await claire.client.call("call:join", claire.request())
    assert claire.joined["ok"], claire.joined
    claire.peer = claire.joined["peer"]
    await connect(claire)
    return claire


async def reaches(speaker: Caller, listener: Caller) -> None:
    """What one says comes to the other."""
    word = new_id().bytes

    def came() -> bool:
        speaker.browser.say(word)
        return _heard(listener, word)

    await until(came, f"{speaker.who.name} at {listener.who.name}")


async def is_hushed(speaker: Caller, *listeners: Caller) -> None:
    """Nothing that one says or shows comes to the others."""
    word = new_id().bytes
    pictures = [_pictures(listener) for listener in listeners]
    for _ in range(10):
        speaker.browser.say(word)
        speaker.browser.show(key=True)
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    assert [_heard(listener, word) for listener in listeners] == [False] * len(listeners)
    if len(listeners) == 1:  # else others may be seen meanwhile
        assert [_pictures(listener) for listener in listeners] == pictures


def _heard(listener: Caller, word: bytes) -> bool:
    return any(packet.payload.endswith(word) for packet in listener.browser.down.rtp)


def _pictures(listener: Caller) -> int:
    return len([packet for packet in listener.browser.down.rtp if packet.payload.endswith(KEY_FRAME)])


async def acts(street: Neighbourhood, like: str) -> list[str]:
    """What the trail says was done, of this kind, in order."""
    found = await street.house.sql("select act from audit_entries where act like :like order by sequence", like=like)
    return [act for (act,) in found]


@pytest.fixture
def watching(street: Neighbourhood) -> Watching:
    return lambda room: watch(street, room)
