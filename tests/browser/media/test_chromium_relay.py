"""Chromium that may use nothing but a relay: a real coturn, with the credentials that clients are told."""

from pathlib import Path
from typing import Any

from msgspec import to_builtins

from server.kernel.clock import SystemClock
from server.signalling.turn import Relays
from tests.browser.media.conftest import Studio
from tests.support.bare_browser import until
from tests.support.relay import Relay, coturn

SECRET = "a secret that the relay and we have"


def configuration(relay: Relay) -> dict[str, Any]:
    """What a client makes of ``ice``, but for the policy, which leaves the browser no other way."""
    servers = Relays(relay.urls, relay.secret, SystemClock()).servers()
    return {"iceServers": to_builtins(servers), "iceTransportPolicy": "relay"}


async def test_a_call_through_a_relay_whose_credentials_are_renewed(studio: Studio, tmp_path: Path) -> None:
    async with coturn(tmp_path, SECRET) as relay:
        first, second = configuration(relay), configuration(relay)
        lea = await studio.join("lea", **first)
        julien = await studio.join("julien")
        await lea.grows("v0", "framesDecoded", 10)
        await julien.grows("a0", "totalAudioEnergy", 0.01)
        assert [end["type"] for end in await lea.page.evaluate("localEnds()")] == ["relay", "relay"]
        before = set(studio.engine._surroundings.port._by_address)
        await lea.page.evaluate("configuration => renew(configuration)", second)
        await until(lambda: len(set(studio.engine._surroundings.port._by_address) - before) >= 2, "new relayed ends")
        await lea.grows("v0", "framesDecoded", 20)
        await julien.grows("v0", "framesDecoded", 20)
        assert [end["type"] for end in await lea.page.evaluate("localEnds()")] == ["relay", "relay"]
        assert sorted(studio.events) == [("connected", "julien"), ("connected", "lea")]
        told = relay.log.read_text()
        for used in (first, second):
            assert used["iceServers"][0]["username"] in told
