"""Somebody is forgotten while they are in a call: it ends at once, in sockets and media, and nothing of it is left."""

import asyncio

from tests.integration.rights.conftest import leftovers
from tests.integration.signalling.conftest import Neighbourhood
from tests.support.bare_browser import until


async def test_the_call_ends_and_nothing_is_left(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    house = street.house
    await house.sql("update accounts set name = 'Zyglophone' where id = :id", id=room.mentee.id)
    assert (await lea.client.say(room, "Zyglophone au téléphone"))["ok"]
    data = house.capabilities.data
    async with house.bound.begin(house.north.id) as conn:
        await data.erasure.erase(conn, house.north.id, room.mentee.id, by=None, why="request")
    await asyncio.gather(
        until(lambda: not street.calls.parts.of_room(room.id), "the end of the call", seconds=5),
        lea.client.until(lambda: lea.client.closed, "the end of the socket"),
        julien.ended(),
    )
    assert await leftovers(house) == []
