"""How far each person has got: delivered to a device of theirs, seen by them. Marks only grow.

A mark is a number of the room's counter, as a cursor is: a message is seen by who has seen its ``changed``. So a
message that was held while the other read on is not "seen" the moment it is released.
"""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

from server.infra.database import Database
from server.rooms.access import Rights
from server.rooms.messages import topic
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway

# Whose row it is must still belong to the room; nobody marks what does not exist yet; in the order of the rooms, as
# everyone locks them. Only rows that move come back.
_GROW = text("""
insert into room_marks as mark (room_id, account_id, delivered, seen)
select e.room_id, e.account_id, least(greatest(e.delivered, e.seen), r.last_seq), least(e.seen, r.last_seq)
from unnest(cast(:rooms as uuid[]), cast(:accounts as uuid[]), cast(:delivered as bigint[]), cast(:seen as bigint[]))
    as e (room_id, account_id, delivered, seen)
join rooms r on r.id = e.room_id
join room_members m on m.room_id = e.room_id and m.account_id = e.account_id and m.left_at is null
order by e.room_id, e.account_id
on conflict (room_id, account_id) do update
    set delivered = greatest(mark.delivered, excluded.delivered), seen = greatest(mark.seen, excluded.seen)
    where mark.delivered < excluded.delivered or mark.seen < excluded.seen
returning room_id, account_id, delivered, seen
""")

_Key = tuple[UUID, UUID]


class MarksTold(Struct, frozen=True):
    room: UUID
    seat: int
    delivered: int
    seen: int


@dataclass(slots=True)
class _Claim:
    """What one person wants marked in one room, and who waits to hear that it is."""

    seat: int
    organisation_id: UUID
    delivered: int = 0
    seen: int = 0
    waiting: list[asyncio.Future[None]] = field(default_factory=list)
    origins: set[Connection] = field(default_factory=set)


class Marks:
    """Claims that arrive while some are being written are written together, one row a person and room."""

    def __init__(self, database: Database, gateway: Gateway, rights: Rights) -> None:
        self._database = database
        self._gateway = gateway
        self._rights = rights
        self._claims: dict[_Key, _Claim] = {}
        self._writer: asyncio.Task[None] | None = None

    async def grow(self, connection: Connection, room: str | int, delivered: int, seen: int) -> None:
        """Moves the marks of the person forward, and tells the room when they moved. Raises NotFound, Forbidden."""
        access = await self._rights.present(room, connection)
        claim = self._claims.setdefault(
            (access.room_id, access.account_id), _Claim(access.seat, access.room.organisation_id)
        )
        claim.delivered = max(claim.delivered, delivered)
        claim.seen = max(claim.seen, seen)
        claim.origins.add(connection)
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        claim.waiting.append(written)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all(), name="marks")
        await written

    async def stop(self) -> None:
        """Returns when what was claimed is written."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    async def _write_all(self) -> None:
        try:
            while self._claims:
                claims, self._claims = self._claims, {}
                try:
                    await self._write(claims)
                except Exception as error:
                    for claim in claims.values():
                        for written in claim.waiting:
                            if not written.done():
                                written.set_exception(error)
                else:
                    for claim in claims.values():
                        for written in claim.waiting:
                            if not written.done():
                                written.set_result(None)
        finally:
            self._writer = None  # no await since the claims were seen empty

    async def _write(self, claims: dict[_Key, _Claim]) -> None:
        async with self._database.begin(*{claim.organisation_id for claim in claims.values()}) as conn:
            moved = await conn.execute(
                _GROW,
                {
                    "rooms": [room_id for room_id, _ in claims],
                    "accounts": [account_id for _, account_id in claims],
                    "delivered": [claim.delivered for claim in claims.values()],
                    "seen": [claim.seen for claim in claims.values()],
                },
            )
            rows = moved.all()
        for row in rows:
            claim = claims[row.room_id, row.account_id]
            told = MarksTold(row.room_id, claim.seat, row.delivered, row.seen)
            # Whoever claimed it knows; their other devices do not.
            skip = next(iter(claim.origins)) if len(claim.origins) == 1 else None
            self._gateway.publish(topic(row.room_id), "chat:read", told, skip=skip)
