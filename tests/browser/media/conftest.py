"""Real Chromium pages with fake microphones and cameras, joined to a running engine without any socket between."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from server.media.engine import Measured, PeerState, Pictures, SlotState
from server.media.forwarding import ForwardingEngine
from server.signalling.descriptions import read
from tests.support.bare_browser import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
]
SCRIPT = Path(__file__).with_name("page.js").read_text()
ALL_ON = PeerState(mic=True, camera=True, voice_only=False)


@dataclass
class Screen:
    """One page in the call."""

    page: Page

    async def stats(self) -> Any:
        return await self.page.evaluate("stats()")

    async def received(self, mid: str, figure: str) -> float:
        """One of the numbers of a slot's inbound-rtp statistics; 0 before there are any."""
        stats = await self.stats()
        return float(stats["received"].get(mid, {}).get(figure) or 0)

    async def grows(self, mid: str, figure: str, by: float) -> None:
        """Returns when the figure has grown by so much from now."""
        start = await self.received(mid, figure)
        async with asyncio.timeout(2 * PATIENCE):
            while await self.received(mid, figure) < start + by:
                await asyncio.sleep(0.1)

    async def growth(self, mid: str, figure: str, seconds: float) -> float:
        start = await self.received(mid, figure)
        await asyncio.sleep(seconds)
        return await self.received(mid, figure) - start


@dataclass
class Studio:
    engine: ForwardingEngine
    browser: Browser
    events: list[tuple[str, str]] = field(default_factory=list)
    wanted: dict[str, frozenset[Pictures]] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)  # of those who send two qualities
    told: set[asyncio.Task[Any]] = field(default_factory=set)

    async def join(self, peer: str, *, state: PeerState = ALL_ON, **how: Any) -> Screen:
        """``how`` is for ``start`` in page.js."""
        page = await self.visit(peer, state=state)
        await page.add_script_tag(content=SCRIPT)
        await page.evaluate("how => start(how)", how)
        if how.get("small"):
            self.pages[peer] = page
            self.layers("room", peer, self.wanted.get(peer, frozenset({"full"})))
        return Screen(page)

    async def visit(self, peer: str, *, state: PeerState = ALL_ON) -> Page:
        """An empty page with the engine at hand: ``join``, ``answer`` and ``restartCall``."""
        context = await self.browser.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
        await page.route(
            "http://localhost/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
        )
        await page.goto("http://localhost/")  # a secure context, or there would be no devices

        async def join(offer: str) -> dict[str, str]:
            joined = await self.engine.join("room", peer, read(offer), state, video=True, capacity=4)
            return {"answer": joined.answer, "offer": joined.offer}

        async def answer(text: str) -> None:
            await self.engine.answer("room", peer, read(text))

        async def restart(offer: str) -> dict[str, str]:
            restarted = await self.engine.restart("room", peer, read(offer))
            return {"answer": restarted.answer, "offer": restarted.offer}

        await page.expose_function("join", join)
        await page.expose_function("answer", answer)
        await page.expose_function("restartCall", restart)
        return page

    def slots_changed(self, _room: str, _peer: str, _slots: tuple[SlotState, ...]) -> None:
        pass

    def connected(self, _room: str, peer: str) -> None:
        self.events.append(("connected", peer))

    def quiet(self, _room: str, peer: str) -> None:
        self.events.append(("quiet", peer))

    def lost(self, _room: str, peer: str, reason: str) -> None:
        self.events.append((reason, peer))

    def measured(self, _room: str, _peer: str, _measured: Measured) -> None:
        pass

    def layers(self, _room: str, peer: str, wanted: frozenset[Pictures]) -> None:
        self.wanted[peer] = wanted
        if peer in self.pages:
            task = asyncio.get_running_loop().create_task(
                self.pages[peer].evaluate("wanted => layers(wanted)", sorted(wanted))
            )
            self.told.add(task)
            task.add_done_callback(self.told.discard)

    def web_voice(self, _room: str, _peer: str, _source: str, _timestamp: int, _payload: bytes) -> None:
        raise AssertionError("no web was opened")

    def failed(self, rooms: Sequence[str]) -> None:
        raise AssertionError(f"{rooms} failed")


@asynccontextmanager
async def opened(*arguments: str) -> AsyncIterator[Studio]:
    """A Chromium with more ``arguments``, and an engine."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
        studio = Studio(ForwardingEngine("127.0.0.1", 0), browser)
        await studio.engine.start(studio)
        try:
            yield studio
        finally:
            studio.pages.clear()
            await asyncio.gather(*studio.told, return_exceptions=True)
            await browser.close()
            await studio.engine.stop()


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    async with opened() as studio:
        yield studio
