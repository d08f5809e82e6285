"""Uploading a voice note, saying it, hearing it: who may, what is held already, and when it is whole.

Every step may be repeated: an upload begun twice is one upload, a piece sent twice is there once, and whoever lost the
answer asks again and is told where to go on.
"""

import asyncio
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.limits import Buckets, Rate
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, Forbidden, NotFound, TooFast
from server.kernel.principal import Principal
from server.rooms.access import Access, Rights, check_speaking
from server.rooms.notes import ogg, rules, store
from server.rooms.notes.store import Note
from server.rooms.rules import is_staff
from server.rooms.visits import is_visiting
from server.trail.acts import Act
from server.trail.readings import record_reading

Progress = tuple[Note, int]
"""A note, and the number of the first piece that is not held."""


class Notes:
    def __init__(self, database: Database, clock: Clock, rights: Rights, *, rate_factor: float = 1.0) -> None:
        self._database = database
        self._clock = clock
        self._rights = rights
        self._buckets = Buckets(clock)
        self._rate_factor = rate_factor

    async def begin(self, room: UUID | int, principal: Principal, note_id: UUID, size: int) -> Progress:
        """Begins an upload, or tells how far it got. Raises NotFound, Forbidden, RoomClosed; Conflict when the id is
        that of another note; TooFast."""
        self._count("open", principal, rules.OPENS)
        access = await self._writing(room, principal)
        now = self._clock.now()
        async with self._database.begin(access.room.organisation_id) as conn:
            found = await store.note(conn, note_id)
            if found is None:
                _check_quota(await store.usage(conn, principal.account_id, now - rules.QUOTA_TIME), size)
                await store.insert_note(conn, note_id, access.room_id, principal.account_id, size, now)
            found = await store.touch(conn, note_id, now)
            if found is None or (found.room_id, found.author_id, found.bytes) != (
                access.room_id,
                principal.account_id,
                size,
            ):
                raise Conflict("note_taken")
            return found, await store.next_chunk(conn, note_id)

    async def add(self, room: UUID | int, principal: Principal, note_id: UUID, number: int, content: bytes) -> Progress:
        """Keeps a piece; with the last one the note is whole. Raises what ``begin`` raises, NotFound for a note that
        was not begun, BadRequest for a piece of the wrong size, and for what turns out to be no note, which is then
        forgotten."""
        self._count("chunk", principal, rules.CHUNKS)
        access = await self._writing(room, principal)
        async with self._database.begin(access.room.organisation_id) as conn:
            # Locked: whoever brings the last piece finds all others.
            found = _own(await store.note(conn, note_id, lock=True), access)
            if not 0 <= number < rules.chunks(found.bytes):
                raise NotFound
            if found.milliseconds is None:
                if len(content) != rules.chunk_size(found.bytes, number):
                    raise BadRequest("note_chunk")
                sound = number != 0 or ogg.begins_well(content)
                if sound:
                    await store.insert_chunk(conn, note_id, number, content)
                    found, sound = await self._finish(conn, found)
                if not sound:
                    await store.remove(conn, [note_id])
            else:
                sound = True
            upto = await store.next_chunk(conn, note_id)
        if not sound:
            raise BadRequest("note_format")
        return found, upto

    async def check_said(self, access: Access, note_id: UUID, body: str) -> None:
        """Returns when a message of ``access`` may say this note. Raises BadRequest for a body that does not name it
        as it is, Conflict when it is not here, or not whole."""
        if not rules.is_body(body):
            raise BadRequest("note_body", field="body")
        async with self._database.begin(access.room.organisation_id) as conn:
            found = await store.touch(conn, note_id, self._clock.now())
        if found is None or (found.room_id, found.author_id) != (access.room_id, access.account_id):
            raise Conflict("note_missing")
        if found.milliseconds is None:
            raise Conflict("note_missing")
        if body != rules.body_of(note_id, found.milliseconds):
            raise BadRequest("note_body", field="body")

    async def audible(self, room: UUID | int, principal: Principal, note_id: UUID) -> Note:
        """The note, for who may hear it now. Raises NotFound, Forbidden, TooFast."""
        self._count("read", principal, rules.READS)
        access = await self._present(room, principal)
        async with self._database.begin(access.room.organisation_id) as conn:
            found = await store.audible_note(conn, note_id, access.room_id, access.account_id, staff=access.staff)
        if found is None:
            raise NotFound
        return found

    async def content(self, note: Note, principal: Principal, start: int, end: int) -> bytes:
        """Of what ``principal`` may hear, the bytes from ``start`` to before ``end``."""
        me, where, now = principal.account_id, principal.organisation_id, self._clock.now()
        async with self._database.begin(where) as conn:
            if is_staff(principal.role):
                detail = {"room": note.room_id, "note": note.id}
                await record_reading(
                    conn, where, now, Act.VOICE_NOTE_HEARD,
                    by=me, about=[note.author_id], once_in=rules.ONE_HEARING, detail=detail,
                )  # fmt: skip
            return await store.heard(conn, note.id, start, end)

    async def sweep(self, before: datetime, some: int = 100) -> int:
        """Removes up to ``some`` notes that no message names since ``before``; how many there were."""
        async with self._database.everywhere() as conn:  # a job over all
            forgotten = await store.unsaid(conn, before, some)
            await store.remove(conn, forgotten)
        return len(forgotten)

    async def _finish(self, conn: AsyncConnection, found: Note) -> tuple[Note, bool]:
        """The note as it is now, and whether it can be one."""
        count = rules.chunks(found.bytes)
        if await store.next_chunk(conn, found.id) < count:
            return found, True
        whole = await store.content(conn, found.id, 0, count - 1)
        try:
            length = await asyncio.to_thread(ogg.milliseconds, whole)  # up to 50 ms of CPU
        except ogg.NotANote:
            return found, False
        if rules.seconds(length) > rules.MAX_SECONDS:
            return found, False
        await store.finish(conn, found.id, length)
        return Note(found.id, found.room_id, found.author_id, found.bytes, length), True

    async def _present(self, room: UUID | int, principal: Principal) -> Access:
        """As ``Rights.present``, for an act that comes without a socket: the journal says who of the staff is in."""
        access = await self._rights.access(room, principal)
        if access.staff:
            async with self._database.begin(access.room.organisation_id) as conn:
                if not await is_visiting(conn, access.room_id, access.account_id, self._clock.now()):
                    raise Forbidden("not_entered")
        return access

    async def _writing(self, room: UUID | int, principal: Principal) -> Access:
        access = await self._present(room, principal)
        check_speaking(access)
        return access

    def _count(self, act: str, principal: Principal, rate: Rate) -> None:
        wait = self._buckets.take((act, principal.account_id), rate.times(self._rate_factor))
        if wait:
            raise TooFast(retry_in_ms=int(wait * 1000) + 1)


def _own(found: Note | None, access: Access) -> Note:
    if found is None or found.room_id != access.room_id:
        raise NotFound
    if found.author_id != access.account_id:
        raise Conflict("note_taken")
    return found


def _check_quota(usage: tuple[int, int], size: int) -> None:
    recent, unfinished = usage
    if recent + size > rules.QUOTA_BYTES or unfinished >= rules.UNFINISHED:
        raise TooFast("notes", retry_in_ms=rules.QUOTA_PAUSE_MS)
