"""The second pair of eyes before anything leaves: one proposes, another agrees to the very file that leaves. What
cannot wait is sent alone, with a reason, told to every colleague, and looked at afterwards (docs/decisions/0242)."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, CaseMovedOn, Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people import notices
from server.people.reach.queueing import queue
from server.people.reach.rules import Urgency
from server.people.store import account, people_of
from server.relay import store
from server.relay.fields import missing
from server.relay.held import Held, held, second_people
from server.relay.making import make
from server.relay.rules import (
    Dispatch,
    State,
    check_second,
    check_state,
    check_urgent,
    checked_reason,
    checked_telling,
)
from server.relay.telling import note_reading, tell_what_is_due
from server.relay.written import fields_of
from server.trail.acts import Act
from server.trail.record import record

_NOBODY_YET: Final[dict[str, Any]] = {
    "seconded_by": None,
    "seconded_at": None,
    "seconded_as": None,
    "seconded_agrees": None,
    "seconded_note": None,
}


# What the timeline calls an answer: by whether it came after the act, and whether it was a yes.
_ANSWERED: Final = {
    (False, True): "agreed",
    (False, False): "refused",
    (True, True): "looked_at",
    (True, False): "contested",
}


class Agreeing:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def propose(self, principal: Principal, dispatch_id: UUID, revision: int, ask: UUID | None) -> None:
        """Makes the file, for a colleague to look at; what stays in the house, and is told, needs nobody and is ready.
        ``ask``: a colleague who sees the case from then on. Raises Forbidden, NotFound, CaseMovedOn, BadRequest with
        the first field that is missing, Conflict("dispatch_step", "dispatch_nobody")."""
        principal.require(Permission.RELAY_WRITE)
        async with held(self._database, self._clock, principal, dispatch_id, revision) as one:
            if ask is not None and ask not in await people_of(one.conn, [ask]):
                raise NotFound
            check_state(one.dispatch, State.DRAFT)
            asked = await self._asked(one, ask) if one.dispatch.needs_second else []
            state = State.PROPOSED if one.dispatch.needs_second else State.AGREED
            values: dict[str, Any] = {"state": state.value, "asked_id": ask if asked else None} | _NOBODY_YET
            await _make(one, "proposed" if asked else "ready", values)
            for who in asked:
                await _call(one, who, "dispatch_waits")

    async def urgent(self, principal: Principal, dispatch_id: UUID, revision: int, why: str) -> None:
        """Severity 4 that cannot wait for anybody: it may leave, and every colleague is told. Raises Forbidden,
        NotFound, CaseMovedOn, BadRequest, Conflict("dispatch_step", "dispatch_not_urgent")."""
        principal.require(Permission.RELAY_WRITE)
        said = checked_reason(why, "why")
        async with held(self._database, self._clock, principal, dispatch_id, revision) as one:
            check_state(one.dispatch, State.DRAFT, State.PROPOSED)
            check_urgent(one.case.severity)
            if not one.dispatch.needs_second:
                raise Conflict("dispatch_step")
            values: dict[str, Any] = {"state": State.AGREED.value, "urgent_why": said} | _NOBODY_YET
            await _make(one, "urgent", values)
            people, _ = await second_people(one.conn, one.case, one.near, principal.account_id)
            for person in people:
                await _call(one, person.id, "dispatch_urgent")

    async def second(
        self, principal: Principal, dispatch_id: UUID, revision: int, *, agree: bool, note: str | None
    ) -> None:
        """What a second person says of the file that was proposed, or of one that left in haste. Raises Forbidden,
        NotFound for who may not say it, CaseMovedOn, BadRequest for a no without a reason, Conflict("dispatch_step",
        "dispatch_own", "dispatch_same", "dispatch_unread")."""
        principal.require(Permission.RELAY_SECOND)
        said = (note or "").strip() or None
        if not agree or said is not None:
            said = checked_reason(said, "note")
        async with held(self._database, self._clock, principal, dispatch_id, None, outline=True) as one:
            before = one.dispatch
            seen_as = await may_second(one)  # first: to who may not, it is not there, whatever they have seen
            if revision != before.revision:
                raise CaseMovedOn
            check_second(before, principal.account_id)
            if seen_as == "outline":
                await _check_another(one)
            elif agree:
                await _check_read(one)
            values: dict[str, Any] = {
                "seconded_by": principal.account_id,
                "seconded_at": one.now,
                "seconded_as": seen_as,
                "seconded_agrees": agree,
                "seconded_note": said,
            }
            left = before.state is State.SENT or (before.unseen and await store.was_taken(one.conn, dispatch_id))
            if not left and not agree:
                # A no makes it a draft again: nobody's proposal any more, nor what could not wait for this very answer.
                values |= {"state": State.DRAFT.value, "proposed_by": None, "proposed_at": None, "manifest": None}
                values |= {"urgent_why": None}
            elif before.state is State.PROPOSED:
                values |= {"state": State.AGREED.value}
            did = _ANSWERED[before.unseen, agree]
            now_is = await one.change(did, **values)
            if not left and not agree:
                await store.remove_file(one.conn, dispatch_id)
            await tell_what_is_due(one.conn, now_is, one.now)
            if before.proposed_by is not None:
                await _call(one, before.proposed_by, "dispatch_answered")

    async def _asked(self, one: Held, ask: UUID | None) -> list[UUID]:
        """Whom to tell that it waits. Raises BadRequest, Conflict when there is nobody at all."""
        people, seen_as = await second_people(one.conn, one.case, one.near, one.by.account_id)
        if not people:
            raise Conflict("dispatch_nobody")
        if seen_as == "outline":
            if ask is not None:
                raise BadRequest("unexpected", field="ask")
            return [person.id for person in people]
        sees = [
            person.id
            for person in people
            if one.near.sight(one.case, one.near.viewer(person.id, person.organisation_id, person.role), one.now)
            == "whole"
        ]
        if ask is None:
            if not sees:
                raise BadRequest("missing", field="ask")
            return sees
        if ask not in {person.id for person in people}:
            raise BadRequest("case_owner", field="ask")
        if ask not in sees:
            await cases.add_party(one.conn, one.case.id, ask, "professional")
        return [ask]


async def may_second(one: Held) -> str:
    """As what ``one.by`` may be the second pair of eyes: of the whole, or of the act alone, for an admin where there is
    no other professional. Raises Conflict("dispatch_others") for an admin where there is one; NotFound."""
    first = one.dispatch.proposed_by or one.dispatch.made_by
    people, seen_as = await second_people(one.conn, one.case, one.near, first)
    if one.sight == "whole" and one.by.role is Role.SUPERVISOR:
        return "whole"
    if seen_as == "outline" and one.by.account_id in {person.id for person in people}:
        return "outline"
    raise Conflict("dispatch_others") if one.sight == "whole" else NotFound


async def _check_another(one: Held) -> None:
    """Raises Conflict for an admin who has the mailbox of who proposed: who works alone has both accounts, often."""
    first = one.dispatch.proposed_by
    mine, theirs = await account(one.conn, one.by.account_id), await account(one.conn, first) if first else None
    boxes = [each.email.lower() for each in (mine, theirs) if each is not None and each.email]
    if len(boxes) == 2 and boxes[0] == boxes[1]:
        raise Conflict("dispatch_same")


async def _check_read(one: Held) -> None:
    """Raises Conflict for a yes of somebody who was never shown what it is about: this very file."""
    manifest = one.dispatch.manifest
    if manifest is None or not await store.has_seen(one.conn, one.dispatch.id, one.by.account_id, manifest):
        raise Conflict("dispatch_unread")


async def _make(one: Held, did: str, values: dict[str, Any]) -> None:
    """Makes the file of what is whole, and ties it to the audit trail."""
    fields = await fields_of(one.conn, one.dispatch)
    if gaps := missing(fields):
        raise BadRequest("missing", field=gaps[0])
    checked_telling(one.dispatch.telling, one.dispatch.kind, one.now)
    made = await make(one.conn, one.dispatch, one.case, fields, one.by, one.now)
    await store.put_file(one.conn, one.dispatch.id, made.content, made.outline, one.now)
    by = {"proposed_by": one.by.account_id, "proposed_at": one.now, "manifest": made.manifest}
    now_is = await one.change(did, **values, **by)
    await _tie(one.conn, now_is, one.by.account_id, made.manifest, one)
    await note_reading(one.conn, now_is, one.by.account_id, one.now)


async def _tie(conn: AsyncConnection, dispatch: Dispatch, by: UUID, manifest: bytes, one: Held) -> None:
    detail = {
        "case": dispatch.case_id,
        "dispatch": dispatch.id,
        "kind": dispatch.kind,
        "circle": "outside" if dispatch.outside else "team",
        "manifest": manifest.hex(),
    }
    await record(conn, dispatch.organisation_id, one.now, Act.CASE_BUNDLED, by=by, detail=detail)


async def _call(one: Held, who: UUID, kind: str) -> None:
    """A notice, and word by whatever reaches them."""
    facts = {"case": one.case.id, "dispatch": one.dispatch.id}
    await notices.tell(one.conn, one.case.organisation_id, who, kind, one.now, **facts)
    key, link = f"{kind}:{one.dispatch.id}:{one.dispatch.revision}", f"/#/case/{one.case.id}/relay"
    where = one.case.organisation_id
    await queue(one.conn, where, who, key, "case", Urgency.PROMPT, one.now, link=link)
