"""Real Chromium pages with fake devices, one for each person of the call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, Route, async_playwright

from load_tests.programs import find

PAGE = "http://localhost/forwarding"  # served from here, never fetched; a secure context, so that it has devices
STEP_TIMEOUT = 30  # seconds for one step of signalling
ARGUMENTS = (
    "--no-sandbox",  # tests run as root in containers; the pages are our own
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What each person sends."""

    width: int = 640
    height: int = 480
    frame_rate: int = 30
    video_bitrate: int = 500_000  # bits/s; low enough that every engine lets it through after a few seconds


@dataclass(frozen=True, slots=True)
class Counters:
    """Sums over one person's streams since the call began, from getStats (W3C webrtc-stats)."""

    sent: int
    received: int
    received_bytes: int
    lost: int
    frames_decoded: int
    audio_energy: float
    up: str
    down: str


class Screen:
    """One person's page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def offer_up(self, picture: Picture) -> str:
        constraints = {
            "width": picture.width,
            "height": picture.height,
            "frameRate": picture.frame_rate,
            "videoBitrate": picture.video_bitrate,
        }
        return str(await self._run("offerUp", constraints))

    async def accept_up(self, sdp: str) -> None:
        await self._run("acceptUp", sdp)

    async def answer_down(self, sdp: str) -> str:
        return str(await self._run("answerDown", sdp))

    async def counters(self) -> Counters:
        found = await self._run("counters", None)
        assert isinstance(found, dict)
        return Counters(
            sent=found["sent"],
            received=found["received"],
            received_bytes=found["receivedBytes"],
            lost=found["lost"],
            frames_decoded=found["framesDecoded"],
            audio_energy=found["audioEnergy"],
            up=found["up"],
            down=found["down"],
        )

    async def _run(self, function: str, argument: object) -> object:
        async with asyncio.timeout(STEP_TIMEOUT):
            result: object = await self._page.evaluate(f"(argument) => {function}(argument)", argument)
            return result


@asynccontextmanager
async def screens(people: int) -> AsyncIterator[list[Screen]]:
    """That many people, each with a browser context of their own. Raises MissingProgram without Chromium."""
    chromium = find("chromium", "chromium")
    script = (Path(__file__).parent / "page.js").read_text()

    async def serve(route: Route) -> None:
        await route.fulfill(content_type="text/html", body=f"<!doctype html><script>{script}</script><body></body>")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        try:
            opened = []
            for _ in range(people):
                context = await browser.new_context()
                await context.route(PAGE, serve)
                page = await context.new_page()
                await page.goto(PAGE)
                opened.append(Screen(page))
            yield opened
        finally:
            await browser.close()
