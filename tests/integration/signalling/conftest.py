"""People who call each other through a whole server: sockets, database, journal, and media on the loopback."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from server.infra.database import Database
from server.signalling.calls import Calls
from tests.support.bare_browser import BareBrowser, Remote
from tests.support.rooms import Client, House, Person, Room, served


@dataclass
class Caller:
    """Somebody with a socket and, once in a call, a browser's end of it."""

    who: Person
    room: Room
    client: Client
    browser: BareBrowser
    house: House
    peer: str = ""
    joined: dict[str, Any] = field(default_factory=dict)

    def request(self, **how: Any) -> dict[str, Any]:
        return {
            "room": str(self.room.id),
            "sdp": self.browser.offer(),
            "caps": {"video": True},
            "mic": True,
            "camera": True,
            **how,
        }

    async def join(self, **how: Any) -> dict[str, Any]:
        """Into the call, and connected both ways. A professional announces themselves to those who are in it, waits,
        and then takes part."""
        await self.announce()
        self.joined = await self.client.call("call:join", self.request(**how))
        assert self.joined["ok"], self.joined
        self.peer = self.joined["peer"]
        answer = self.browser.answer(self.joined["offer"])
        assert await self.act("call:answer", sdp=answer) == {"ok": True}
        await self.browser.connect(self.joined["answer"], self.joined["offer"])
        if self.who is self.room.supervisor:
            assert await self.act("supervise:speak", speak=True) == {"ok": True}
        return self.joined

    async def announce(self) -> None:
        if self.who is self.room.supervisor:
            told = await self.client.call("supervise:knock", {"room": str(self.room.id)})
            assert told["ok"], told
            self.house.clock.advance(told["wait_ms"] / 1000)

    async def act(self, event: str, **how: Any) -> Any:
        return await self.client.call(event, {"room": str(self.room.id), "peer": self.peer, **how})

    async def restart(self) -> None:
        """A network change, as a client handles it."""
        for leg in (self.browser.up, self.browser.down):
            leg.renew()
        restarted = await self.act("call:restart", sdp=self.browser.offer())
        assert await self.act("call:answer", sdp=self.browser.answer(restarted["offer"])) == {"ok": True}
        self.browser.up.restarted(Remote.read(restarted["answer"]))
        self.browser.down.restarted(Remote.read(restarted["offer"]))
        for leg in (self.browser.up, self.browser.down):
            leg.move()

    def people(self) -> list[str]:
        """The names in the last ``call:people``."""
        return [person["name"] for person in self.client.events("call:people")[-1]["people"]]

    def shown(self) -> list[str | None]:
        """Whom the last ``call:slots`` puts on the voices."""
        slots = self.client.events("call:slots")[-1]["slots"]
        return [slot.get("peer") for slot in slots if slot["kind"] == "audio"]

    async def ended(self) -> str:
        """The code with which this part ended."""
        await self.client.until(
            lambda: any(one["peer"] == self.peer for one in self.client.events("call:ended")), "the end"
        )
        told = [one for one in self.client.events("call:ended") if one["peer"] == self.peer]
        assert told == [{"room": str(self.room.id), "peer": self.peer, "code": told[0]["code"]}]
        return str(told[0]["code"])


@dataclass
class Neighbourhood:
    """A house where one calls each other."""

    house: House
    browsers: list[BareBrowser] = field(default_factory=list)

    @property
    def calls(self) -> Calls:
        return self.house.capabilities.signalling.calls

    def forwarded(self) -> int:
        return self.house.capabilities.signalling.engine.counters()["packets_forwarded"]

    async def caller(self, who: Person, room: Room, *, enter: bool = True) -> Caller:
        client = await self.house.open(who)
        if who is room.supervisor and enter:
            assert (await client.call("room:enter", {"room": str(room.id)}))["ok"]
        browser = BareBrowser()
        self.browsers.append(browser)
        return Caller(who, room, client, browser, self.house)

    async def pair(self) -> tuple[Room, Caller, Caller]:
        """The two of a pair in their call."""
        room = await self.house.room()
        julien, lea = await self.caller(room.mentor, room), await self.caller(room.mentee, room)
        await julien.join()
        await lea.join()
        return room, julien, lea

    async def journal(self, room_id: UUID) -> list[tuple[UUID, str, bool]]:
        """(who, what, whether it is over) of each visit."""
        rows = await self.house.sql(
            "select account_id, act, left_at is not null from room_visits where room_id = :room order by id",
            room=room_id,
        )
        return [(account, act, over) for account, act, over in rows]


@pytest.fixture
async def street(database: Database) -> AsyncIterator[Neighbourhood]:
    async with served(database) as house:
        street = Neighbourhood(house)
        try:
            yield street
        finally:
            await asyncio.gather(*(browser.close() for browser in street.browsers))
