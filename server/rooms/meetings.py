"""When the two of a room were last in a call together, for who asks whether they still meet. Nothing of the call."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from server.infra.database import Database

_MET = text("""
insert into room_meetings (room_id, at) values (:room, :at)
on conflict (room_id) do update set at = greatest(room_meetings.at, excluded.at)
""")


async def met(database: Database, organisation_id: UUID, room_id: UUID, at: datetime) -> None:
    async with database.begin(organisation_id) as conn:
        await conn.execute(_MET, {"room": room_id, "at": at})
