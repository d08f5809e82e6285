"""What the first load of the room page puts on the wire, in real Chromium with nothing in its cache: every byte of
every TCP connection in both directions, headers and the web socket included, as a proxy between the two counts them.
"""

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from load_tests.binome import BinomeServer
from load_tests.chat.client import BinomeTalker
from load_tests.chat.scenarios import all_through, introduce
from load_tests.counting_proxy import CountingProxy, Tally
from load_tests.figures import Measured
from load_tests.programs import LOOPBACK, find
from server.transport.web_session import COOKIE

SAID = 10  # messages in the room, so that the page has something to show
VISIBLE_TIMEOUT = 20_000  # ms
QUIET_SECONDS = 3.0  # after the messages are there: the service worker and whatever else comes late still count
REPETITIONS = 3


class FirstLoadFailed(Exception):
    """The page did not show the room."""


async def measure(folder: Path) -> Measured:
    """Raises MissingProgram, DidNotStart or FirstLoadFailed."""
    find("chromium", "chromium")
    server = BinomeServer(folder)
    try:
        await server.start(2)
        last = await _talk(server)
        loads = [await _load(server, last) for _ in range(REPETITIONS)]
    finally:
        server.stop()
    # the largest, since a first load has no second chance
    return Measured(
        values={"first_load.size": max(load["bytes"] for load in loads) / 1000}, details={"first_load": loads}
    )


async def _talk(server: BinomeServer) -> str:
    """Puts messages into the room and returns the last one."""
    talkers = [BinomeTalker(seat.token, seat.room) for seat in server.seats]
    for talker in talkers:
        await talker.connect(LOOPBACK, server.port)
    pairs = introduce(talkers, acknowledges=True)
    for _ in range(SAID):
        talkers[0].say()
    await all_through(pairs)
    for talker in talkers:
        talker.close()
    return pairs[0][0].last_text


async def _load(server: BinomeServer, last_text: str) -> dict[str, Any]:
    proxy = CountingProxy(server.port)
    await proxy.start()
    requests: list[dict[str, Any]] = []
    addresses: dict[str, str] = {}
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=find("chromium", "chromium"), args=["--no-sandbox", "--disable-background-networking"]
            )
            context = await browser.new_context(locale="fr-FR")
            await context.add_cookies(
                [{"name": COOKIE, "value": server.seats[1].token, "domain": LOOPBACK, "path": "/", "httpOnly": True}]
            )
            page = await context.new_page()
            inspector = await context.new_cdp_session(page)
            await inspector.send("Network.enable")
            inspector.on(
                "Network.responseReceived",
                lambda event: addresses.__setitem__(event["requestId"], event["response"]["url"]),
            )
            inspector.on(
                "Network.loadingFinished",
                lambda event: requests.append(
                    {"path": _path(addresses.get(event["requestId"], "")), "bytes": int(event["encodedDataLength"])}
                ),
            )
            proxy.tally = tally = Tally()
            await page.goto(f"http://{LOOPBACK}:{proxy.port}/#/r/{server.seats[1].room}")
            try:
                await page.get_by_text(last_text).first.wait_for(timeout=VISIBLE_TIMEOUT)
            except Exception as error:
                raise FirstLoadFailed(f"the room's last message did not appear: {requests}") from error
            shown = tally.total
            await asyncio.sleep(QUIET_SECONDS)
            found = {
                "bytes": tally.total,
                "until_messages_shown": shown,
                "up": tally.up,
                "down": tally.down,
                "connections": tally.connections,
                "requests": sorted(requests, key=lambda request: -int(request["bytes"])),
            }
            await browser.close()
    finally:
        await proxy.stop()
    return found


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[-1] if url.count("/") >= 3 else url
