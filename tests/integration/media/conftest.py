"""A running engine and people who call each other through it, on this machine's loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest
import uvloop

from server.media.engine import Measured, PeerState, Pictures, SlotState
from server.media.forwarding import ForwardingEngine
from tests.support.bare_browser import BareBrowser, BareLeg, until

ALL_ON = PeerState(mic=True, camera=True, voice_only=False)


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """pytest-asyncio's hook: connections are tried under the loop of production, which watches and closes sockets in a
    way of its own; all the rest under asyncio's, which complains more."""
    if item.path.name == "test_tcp.py":
        return {"uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}


@dataclass
class Told:
    """What the engine told its listener."""

    slots: dict[str, tuple[SlotState, ...]] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)
    figures: dict[str, list[Measured]] = field(default_factory=dict)
    wanted: dict[str, frozenset[Pictures]] = field(default_factory=dict)
    voices: list[tuple[str, str, int, bytes]] = field(default_factory=list)

    def slots_changed(self, _room: str, peer: str, slots: tuple[SlotState, ...]) -> None:
        self.slots[peer] = slots

    def connected(self, _room: str, peer: str) -> None:
        self.events.append(("connected", peer))

    def quiet(self, _room: str, peer: str) -> None:
        self.events.append(("quiet", peer))

    def lost(self, _room: str, peer: str, reason: str) -> None:
        self.events.append((reason, peer))

    def measured(self, _room: str, peer: str, measured: Measured) -> None:
        self.figures.setdefault(peer, []).append(measured)

    def layers(self, _room: str, peer: str, wanted: frozenset[Pictures]) -> None:
        self.wanted[peer] = wanted

    def web_voice(self, _room: str, peer: str, source: str, timestamp: int, payload: bytes) -> None:
        self.voices.append((peer, source, timestamp, payload))

    def failed(self, rooms: Sequence[str]) -> None:
        raise AssertionError(f"{rooms} failed")

    def on_slot(self, peer: str, shown: str, kind: str) -> str:
        """The mid on which ``peer`` is shown another."""
        return next(slot.mid for slot in self.slots[peer] if slot.peer == shown and slot.kind == kind)


@dataclass
class Calls:
    engine: ForwardingEngine
    told: Told
    browsers: list[BareBrowser] = field(default_factory=list)

    async def join(
        self,
        peer: str,
        *,
        room: str = "room",
        state: PeerState = ALL_ON,
        video: bool = True,
        replaces: str | None = None,
        loopback: str = "127.0.0.1",
        small: bool = False,
        capacity: int = 4,
        over: Literal["udp", "tcp"] = "udp",
    ) -> BareBrowser:
        """Somebody comes in and is connected both ways."""
        browser = BareBrowser(BareLeg(loopback, over), BareLeg(loopback, over), small=small)
        self.browsers.append(browser)
        joined = await self.engine.join(
            room, peer, browser.offer(video=video), state, video=video, capacity=capacity, replaces=replaces
        )
        self.told.slots[peer] = joined.slots
        await self.engine.answer(room, peer, browser.answer(joined.offer))
        await browser.connect(joined.answer, joined.offer)
        await until(lambda: ("connected", peer) in self.told.events, f"the connection of {peer}")
        return browser

    async def pair(self) -> tuple[BareBrowser, BareBrowser]:
        return await self.join("julien"), await self.join("lea")


@asynccontextmanager
async def running(engine: ForwardingEngine) -> AsyncIterator[Calls]:
    told = Told()
    await engine.start(told)
    calls = Calls(engine, told)
    try:
        yield calls
    finally:
        await engine.stop()
        await asyncio.gather(*(browser.close() for browser in calls.browsers))


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    async with running(ForwardingEngine("127.0.0.1", 0)) as calls:
        yield calls


@pytest.fixture
async def settled_calls() -> AsyncIterator[Calls]:
    """An engine that lets go of a handshake after half a second of media."""
    async with running(ForwardingEngine("127.0.0.1", 0, settled=0.5)) as calls:
        yield calls


@pytest.fixture
async def impatient_calls() -> AsyncIterator[Calls]:
    """An engine that takes silence seriously after one second."""
    async with running(ForwardingEngine("127.0.0.1", 0, consent=3.0, quiet=1.0)) as calls:
        yield calls
