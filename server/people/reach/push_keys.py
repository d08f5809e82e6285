"""The keys by which push services know this instance: made once, kept in the database sealed under its secret, so that
all processes have the same, and a backup brings them along. Devices subscribe to one pair of keys: with another one
they would have to be asked anew."""

import logging
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.secrets import InstanceKeyring, Keyring, NotOurs, Resealed
from server.infra.vapid import Vapid, new_key
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.people.reach.tables import push_keys

PURPOSE: Final = "push keys"
_LOCK: Final = 0x42494E50  # "BINP": of several processes that find none, one makes them

log = logging.getLogger(__name__)


class PushKeys:
    """``contact`` is what push services are told of the operator (``infra/vapid.py``)."""

    def __init__(self, database: Database, ring: InstanceKeyring, clock: Clock, contact: str | None) -> None:
        self._database = database
        self._ring = ring
        self._clock = clock
        self._contact = contact
        self._known: dict[UUID, Vapid] = {}
        self._current: UUID | None = None

    async def current(self) -> tuple[UUID, Vapid]:
        """What devices are to subscribe to now: the newest pair that opens, made when there is none."""
        if self._current is None:
            async with self._database.everywhere() as conn:
                await conn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                self._current = await self._newest(conn) or await self._made(conn)
        return self._current, self._known[self._current]

    async def of(self, key_id: UUID) -> Vapid | None:
        """A pair that devices have subscribed to; None when it opens under no secret that there is."""
        if key_id not in self._known:
            async with self._database.everywhere() as conn:
                await self._newest(conn)
        return self._known.get(key_id)

    async def _newest(self, conn: AsyncConnection) -> UUID | None:
        """Learns all that open."""
        newest = None
        for row in await conn.execute(select(push_keys).order_by(push_keys.c.made_at, push_keys.c.id)):
            try:
                key = self._ring.keys.open(PURPOSE, row.sealed, row.id.bytes)
            except NotOurs:
                log.warning("push_key_not_opened")
                continue
            self._known.setdefault(row.id, Vapid(key, self._contact))
            newest = row.id
        return newest

    async def _made(self, conn: AsyncConnection) -> UUID:
        key_id, key = new_id(), new_key()
        vapid = self._known[key_id] = Vapid(key, self._contact)
        sealed = self._ring.keys.seal(PURPOSE, key, key_id.bytes)
        row = {"id": key_id, "public": vapid.public, "sealed": sealed, "made_at": self._clock.now()}
        await conn.execute(insert(push_keys).values(row))
        log.info("push_key_made")
        return key_id


async def reseal_push_keys(conn: AsyncConnection, keys: Keyring) -> Resealed:
    """Under the secret that is in force; no device notices."""
    done = lost = 0
    for key_id, sealed in (await conn.execute(select(push_keys.c.id, push_keys.c.sealed))).all():
        if not keys.outdated(sealed):
            continue
        try:
            anew = keys.seal(PURPOSE, keys.open(PURPOSE, sealed, key_id.bytes), key_id.bytes)
        except NotOurs:
            lost += 1
            continue
        await conn.execute(update(push_keys).where(push_keys.c.id == key_id).values(sealed=anew))
        done += 1
    return Resealed(done, lost)
