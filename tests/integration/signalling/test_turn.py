"""Relays: what clients are told, and what a real coturn says to it."""

import asyncio
import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import create_turn_endpoint

from server.infra.database import Database
from server.kernel.clock import SystemClock
from server.signalling.relay_trial import try_relay
from server.signalling.turn import LIFETIME, RENEWED_BEFORE, Relays, credentials
from tests.integration.signalling.conftest import Neighbourhood
from tests.support.ports import free_port
from tests.support.relay import coturn
from tests.support.rooms import served

SECRET = "a secret that the relay and we have"
URLS = "turn:relay.example.org:3478?transport=udp, turns:relay.example.org:443"
AHEAD = LIFETIME - RENEWED_BEFORE


async def test_without_relays_nothing_is_told(street: Neighbourhood) -> None:
    _, julien, _ = await street.pair()
    assert julien.joined["ice"] == []


async def test_who_joins_is_told_the_relays_with_credentials_of_their_own(database: Database) -> None:
    async with served(database, BINOME_TURN_URL=URLS, BINOME_TURN_SECRET=SECRET) as house:
        street = Neighbourhood(house)
        _, julien, lea = await street.pair()
        names = set()
        for caller in (julien, lea):
            (server,) = caller.joined["ice"]
            assert set(server) == {"urls", "username", "credential"}
            assert server["urls"] == ["turn:relay.example.org:3478?transport=udp", "turns:relay.example.org:443"]
            expiry, _, chance = server["username"].partition(":")
            assert int(expiry) == int((house.clock.now() + LIFETIME).timestamp())
            names.add(chance)
            digest = hmac.new(SECRET.encode(), server["username"].encode(), hashlib.sha1).digest()
            assert base64.b64decode(server["credential"]) == digest
            assert caller.peer not in str(server)
        assert len(names) == 2
        await asyncio.gather(*(caller.browser.close() for caller in (julien, lea)))


async def test_credentials_are_renewed_in_the_call_and_only_when_they_are_about_to_run_out(database: Database) -> None:
    async with served(database, BINOME_TURN_URL=URLS, BINOME_TURN_SECRET=SECRET) as house:
        street = Neighbourhood(house)
        room, julien, lea = await street.pair()
        relays = Relays(URLS.split(", "), SECRET, house.clock, look_seconds=0.01)  # as the house's, but looks often
        relays.start(street.calls.parts)
        try:
            house.clock.advance(AHEAD.total_seconds() - 1)
            await lea.client.call("call:leave", {"room": str(room.id), "peer": lea.peer})
            assert julien.client.events("call:ice") == []
            house.clock.advance(1)
            await julien.client.until(lambda: bool(julien.client.events("call:ice")), "new credentials")
            await julien.act("call:state", mic=True, camera=True, voice_only=False)  # and a look or two more
            (told,) = julien.client.events("call:ice")
            assert (told["room"], told["peer"]) == (str(room.id), julien.peer)
            assert told["ice"][0]["urls"] == julien.joined["ice"][0]["urls"]
            expiry = int(told["ice"][0]["username"].partition(":")[0])
            assert expiry == int((house.clock.now() + LIFETIME).timestamp())
            assert lea.client.events("call:ice") == []
            house.clock.advance(AHEAD.total_seconds())
            await julien.client.until(lambda: len(julien.client.events("call:ice")) == 2, "newer ones")
        finally:
            await relays.stop()
        await asyncio.gather(*(caller.browser.close() for caller in (julien, lea)))


class Allocation(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.ended = asyncio.Event()

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set()


async def test_coturn_takes_what_clients_are_told(tmp_path: Path) -> None:
    async with coturn(tmp_path, SECRET) as relay:
        address = ("127.0.0.1", relay.port)
        (server,) = Relays(relay.urls, SECRET, SystemClock()).servers()
        for transport in ("udp", "tcp"):
            relayed, allocation = await create_turn_endpoint(
                Allocation, address, server.username, server.credential, transport=transport
            )
            assert relayed.get_extra_info("sockname")[0] == "127.0.0.1"
            relayed.close()
            await allocation.ended.wait()
        late, credential = credentials(SECRET, datetime.now(UTC) - timedelta(seconds=10))
        with pytest.raises(TransactionFailed, match="401"):
            await create_turn_endpoint(Allocation, address, late, credential)


async def test_the_doctor_tells_a_relay_that_works_from_one_that_does_not(tmp_path: Path) -> None:
    async with coturn(tmp_path, SECRET) as relay:
        for url in relay.urls:
            assert await try_relay(url, SECRET) == "ok"
            assert await try_relay(url, "another" + SECRET) == "refuses the secret"
    assert await try_relay(f"turn:127.0.0.1:{free_port()}?transport=tcp", SECRET) == "does not answer"
    assert await try_relay(f"turn:127.0.0.1:{free_port()}", SECRET, patience=0.3) == "does not answer"
    assert await try_relay(f"turns:no-such-host.invalid:{free_port()}", SECRET) == "does not answer"
