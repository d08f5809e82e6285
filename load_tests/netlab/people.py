"""The two people of a scenario: real Chromium, one behind the bad line, who press the buttons that people press."""

import asyncio
import contextlib
import json
import math
import re
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Playwright, WebSocket
from playwright.async_api import Error as PageError

from load_tests.netlab.hearing import Hearing
from load_tests.programs import find
from server.transport.web_session import COOKIE

ARGUMENTS = (
    "--no-sandbox",  # the laboratory runs as root; the pages are our own
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
)
START = re.compile(r"^(Appel (vocal|vidéo)|Rejoindre (sans|avec) caméra)$")
CHECK = re.compile(r"^(Passer et appeler|Entrer dans l’appel)$")  # the look at the line before the call
TOLD = ("call:rung", "call:people", "call:slots", "call:ended", "call:renew", "call:stats", "call:join")
PATIENCE = 120.0  # seconds; the page may load over a bad line, on a machine that does other things
LOOK = 10.0  # seconds that statistics may take before they are given up


class Person:
    """``told`` are the call events that went over their web socket, with their moment and direction."""

    def __init__(self, name: str, page: Page, context: BrowserContext) -> None:
        self.name = name
        self.page = page
        self.context = context
        self.hearing = Hearing(time.time())
        self.told: list[tuple[float, str, str, Any]] = []
        self.complaints: list[str] = []

    async def watch(self) -> None:
        script = (Path(__file__).parent / "page.js").read_text()
        await self.page.expose_function("labHeard", self.hearing.take)
        await self.page.add_init_script(script)
        self.page.on("websocket", self._follow)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def arrive(self, address: str) -> None:
        await self.page.goto(address, timeout=PATIENCE * 1000)
        await self.page.get_by_role("button", name=START).first.wait_for(timeout=PATIENCE * 1000)

    async def enter(self, *, camera: bool) -> float:
        """Into the call, until the page says that it is connected; the wall clock of the press."""
        name = re.compile(
            "^(Appel vidéo|Rejoindre avec caméra)$" if camera else "^(Appel vocal|Rejoindre sans caméra)$"
        )
        pressed = time.time()
        await self.page.get_by_role("button", name=name).first.click()
        check = self.page.get_by_role("button", name=CHECK).first
        leave = self.page.get_by_role("button", name="Raccrocher").first
        await check.or_(leave).first.wait_for(timeout=PATIENCE * 1000)
        if await check.is_visible():
            pressed = time.time()
            await check.click()
        await leave.wait_for(timeout=PATIENCE * 1000)
        return pressed

    async def statistics(self) -> dict[str, Any] | None:
        """What the page's own connections say now; None when the page does not answer in time."""
        try:
            async with asyncio.timeout(LOOK):
                found: dict[str, Any] = await self.page.evaluate("window.lab.statistics()")
                return found
        except (TimeoutError, PageError):
            return None

    def last(self, event: str, before: float = math.inf) -> Any:
        """What was told last by the wall clock ``before``."""
        return next((body for at, _, name, body in reversed(self.told) if name == event and at < before), None)

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self._note("up", frame))
        socket.on("framereceived", lambda frame: self._note("down", frame))

    def _note(self, direction: str, frame: str | bytes) -> None:
        """Events and acknowledgements of calls, without their descriptions."""
        if isinstance(frame, bytes) or not frame.startswith(("42", "43")):
            return
        with contextlib.suppress(ValueError):
            body = json.loads(frame[frame.index("[") :])
            if frame.startswith("42") and body[0] in TOLD:
                self.told.append((time.time(), direction, body[0], _without_descriptions(body[1])))
            elif frame.startswith("43") and body and isinstance(body[0], dict) and "peer" in body[0]:
                self.told.append((time.time(), direction, "joined", _without_descriptions(body[0])))


def _without_descriptions(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in ("sdp", "answer", "offer", "ice")}


async def open_person(
    tool: Playwright, name: str, *, program: str, speech: Path, origin: str, token: str, host: str
) -> tuple[Browser, Person]:
    """A browser of their own, signed in. ``program`` is Chromium, or what starts it in another namespace."""
    browser = await tool.chromium.launch(
        executable_path=program,
        args=[
            *ARGUMENTS,
            f"--use-file-for-fake-audio-capture={speech}",
            # HTTP at an address that is not the loopback: browsers give devices to secure pages only
            f"--unsafely-treat-insecure-origin-as-secure={origin}",
            # The browser's maker asks for names all the time, which takes a tenth of the narrowest line.
            f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {host}",
        ],
    )
    context = await browser.new_context(locale="fr-FR", permissions=["microphone", "camera"])
    await context.add_cookies([{"name": COOKIE, "value": token, "domain": host, "path": "/", "httpOnly": True}])
    person = Person(name, await context.new_page(), context)
    await person.watch()
    return browser, person


def far_chromium(namespace: Path, folder: Path) -> str:
    """A program that starts Chromium behind the bad line."""
    script = folder / "far-chromium"
    nsenter, chromium = find("nsenter", "util-linux"), find("chromium", "chromium")
    script.write_text(f'#!/bin/sh\nexec {nsenter} --net={namespace} {chromium} "$@"\n')
    script.chmod(0o755)
    return str(script)
