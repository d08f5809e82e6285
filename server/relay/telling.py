"""The young person's right to know: who read what was gathered about them, and that it left. At once, or later, as two
professionals decided; never put off by whoever reads alone (docs/decisions/0243)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.infra.database import Database
from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.people import notices
from server.people.store import Person, people_of
from server.relay import store
from server.relay.fields import Bundle, Relay
from server.relay.rules import Dispatch, readings_told_at, sending_told_at
from server.relay.written import fields_of
from server.trail.acts import Act
from server.trail.record import record

JOB: Final = "relay:tell"
OFTEN: Final = "*/5 * * * *"


async def note_reading(conn: AsyncConnection, dispatch: Dispatch, by: UUID, now: datetime) -> None:
    """``by`` reads what was gathered: written down once each, and told when it is to be told."""
    about = await _young(conn, dispatch)
    if not await store.add_reading(conn, dispatch.id, by, now, about) or not about:
        return
    at = readings_told_at(dispatch, now)
    if at is None or at > now:
        detail = {"case": dispatch.case_id, "dispatch": dispatch.id, "kind": dispatch.kind, "tell_at": at}
        act = Act.CASE_GATHERED_UNTOLD
        await record(conn, dispatch.organisation_id, now, act, by=by, about=about, detail=detail)
    await tell_what_is_due(conn, dispatch, now)


async def tell_what_is_due(conn: AsyncConnection, dispatch: Dispatch, now: datetime) -> None:
    """Tells the young people what they may know by now and were not told. ``dispatch`` is as it stands, and locked."""
    where = dispatch.organisation_id
    facts = {"case": dispatch.case_id, "dispatch": dispatch.id, "kind": dispatch.kind}
    due = readings_told_at(dispatch, now)
    if due is not None and due <= now:
        for who, at, about in await store.take_untold(conn, dispatch.id, now):
            act, when = (Act.CASE_GATHERED, {}) if at == now else (Act.CASE_GATHERED_TOLD, {"opened_at": at})
            await record(conn, where, now, act, by=who, about=about, detail=facts | when)
    sent = sending_told_at(dispatch)
    if sent is not None and sent <= now:
        about = await _in_file(conn, dispatch)
        if about and await store.mark_told(conn, dispatch.id, now):
            detail = facts | ({"opened_at": dispatch.sent_at} if dispatch.sent_at != now else {})
            await record(conn, where, now, Act.CASE_SHARED, by=dispatch.sent_by, about=about, detail=detail)
            if dispatch.about_id is not None:
                await notices.tell(conn, where, dispatch.about_id, "case_shared", now, dispatch=dispatch.id)


async def _young(conn: AsyncConnection, dispatch: Dispatch) -> list[UUID]:
    """The young people in its case, as whatever they are in it: what is gathered may hold words of each."""
    parts = (await cases.parts_of(conn, [dispatch.case_id]))[dispatch.case_id]
    people = await people_of(conn, parts.keys())
    young = {one.id for one in people.values() if one.role is Role.MENTEE}
    return sorted(young | ({dispatch.about_id} if dispatch.about_id is not None else set()))


async def _in_file(conn: AsyncConnection, dispatch: Dispatch) -> list[UUID]:
    """Those of them who are in what left: a letter by itself is about one."""
    fields = await fields_of(conn, dispatch)
    if isinstance(fields, Bundle) or fields.attach:
        return await _young(conn, dispatch)
    return [dispatch.about_id] if dispatch.about_id is not None else []


class Telling:
    """The job, and what a person was told of what left about them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, OFTEN, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        """Tells what was put off until now."""
        now = self._clock.now()
        async with self._database.everywhere() as conn:
            ids = await store.untold(conn)
        for dispatch_id in ids:  # each by itself: one that fails keeps no other from being told
            async with self._database.everywhere() as conn:
                dispatch = await store.dispatch_of(conn, dispatch_id, lock=True)
                if dispatch is not None:
                    await tell_what_is_due(conn, dispatch, now)

    async def told(self, principal: Principal) -> list[tuple[Dispatch, str, Person | None]]:
        """What left about oneself, as far as one was told: with the profession that it went to, where that was a
        relay, and who sent it. The newest first."""
        async with self._database.begin(principal.organisation_id) as conn:
            found = await store.told_of(conn, principal.account_id)
            people = await people_of(conn, {one.sent_by for one in found if one.sent_by is not None})
            told = []
            for one in found:
                fields = await fields_of(conn, one)
                to = fields.recipient_profession if isinstance(fields, Relay) else ""
                told.append((one, to, people.get(one.sent_by) if one.sent_by is not None else None))
        return told
