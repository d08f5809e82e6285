"""The calls that the pairs of the demonstration had: who was there, and from when to when."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.supervision.attendance.store import Arrival, Departure, add_arrivals, add_departures


async def hold(
    conn: AsyncConnection, room_id: UUID, two: tuple[Principal, Principal], began: datetime, told: Mapping[str, Any]
) -> None:
    """The mentor came first, and both hung up; ``told["cut"]``: for so many minutes the young person was cut off."""
    mentor, mentee = two
    ended = began + timedelta(minutes=told["minutes"])
    stays = [(mentor, began, ended, False)]
    start = began + timedelta(minutes=1, seconds=20)
    if "cut" in told:
        lost = began + (ended - began) / 2
        stays.append((mentee, start, lost, True))
        start = lost + timedelta(minutes=told["cut"])
    stays.append((mentee, start, ended - timedelta(seconds=9), False))
    for who, came, went, cut in stays:
        presence = new_id()
        arrival = Arrival(presence, who.organisation_id, room_id, who.account_id, who.role.value, came)
        await add_arrivals(conn, new_id(), [arrival])
        await add_departures(conn, [Departure(presence, went, "lost" if cut else "left")])
