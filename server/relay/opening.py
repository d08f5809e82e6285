"""Looking at what is to leave: the list of a case, one of them whole, its documents, its file. Whoever reads what was
gathered is written down, for the young person to know."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.escalation.card import CasePerson
from server.escalation.rules import Case
from server.escalation.viewers import Around, seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people.store import people_of
from server.relay import store
from server.relay.agreeing import may_second
from server.relay.card import DispatchCard, DispatchFile, DispatchList, VersionLine, WaitingList, card, people_in
from server.relay.check import check
from server.relay.fields import missing
from server.relay.held import Held, check_still_two, held, second_people
from server.relay.making import DOSSIER, LETTER, page
from server.relay.rules import Dispatch, State
from server.relay.telling import note_reading
from server.relay.written import fields_of
from server.transport.wire import timestamp

MOST_WAITING = 100


class Opening:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of_case(self, principal: Principal, case_id: UUID) -> DispatchList:
        """All of a case, for who sees the whole of it. Raises Forbidden, NotFound."""
        principal.require(Permission.RELAY_WRITE)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            case, _, sight, near = await seen(conn, await cases.case_of(conn, case_id), principal, now)
            if sight != "whole":
                raise NotFound
            found = await store.dispatches_of(conn, case_id)
            people, seen_as = await second_people(conn, case, near, principal.account_id)
            sees = [
                one.id
                for one in people
                if near.sight(case, near.viewer(one.id, one.organisation_id, one.role), now) == "whole"
            ]
            shown = await _cards(conn, case, near, found, principal, now)
        seconds = [CasePerson(one.id, one.name, one.role.value) for one in people]
        return DispatchList(shown, seconds, sees, seen_as)

    async def waiting(self, principal: Principal) -> WaitingList:
        """What waits for the reader's second look, the oldest first. Raises Forbidden."""
        principal.require(Permission.RELAY_SECOND)
        now = self._clock.now()
        shown: list[DispatchCard] = []
        async with self._database.begin(principal.organisation_id) as conn:
            for dispatch in (await store.waiting(conn, principal.organisation_id))[:MOST_WAITING]:
                try:
                    case, _, _, near = await seen(conn, await cases.case_of(conn, dispatch.case_id), principal, now)
                except NotFound:
                    continue
                shown += [
                    one for one in await _cards(conn, case, near, [dispatch], principal, now) if "second" in one.can
                ]
        return WaitingList(shown)

    async def open(self, principal: Principal, dispatch_id: UUID) -> DispatchFile:
        """All of one, for who sees the whole of its case. Raises Forbidden, NotFound."""
        principal.require(Permission.RELAY_WRITE)
        async with held(self._database, self._clock, principal, dispatch_id, None) as one:
            conn, dispatch = one.conn, one.dispatch
            fields = await fields_of(conn, dispatch)
            versions = await store.versions_of(conn, dispatch_id)
            people = await people_of(conn, {version.by_id for version in versions})
            await note_reading(conn, dispatch, principal.account_id, one.now)
            (shown,) = await _cards(conn, one.case, one.near, [dispatch], principal, one.now)
            lines = [VersionLine(row.version, timestamp(row.at), people[row.by_id].name) for row in versions]
            return DispatchFile(shown, fields, missing(fields), lines)

    async def outline(self, principal: Principal, dispatch_id: UUID) -> DispatchCard:
        """What kind of thing it is and where it stands, without its words. Raises Forbidden, NotFound."""
        principal.require(Permission.RELAY_SECOND)
        async with held(self._database, self._clock, principal, dispatch_id, None, outline=True) as one:
            if one.sight != "whole":
                await may_second(one)
            (shown,) = await _cards(one.conn, one.case, one.near, [one.dispatch], principal, one.now)
            return shown

    async def page(self, principal: Principal, dispatch_id: UUID, part: str | None) -> bytes:
        """The document as people read it: of what was proposed, the very one that leaves. Raises Forbidden,
        NotFound."""
        principal.require(Permission.RELAY_WRITE)
        async with held(self._database, self._clock, principal, dispatch_id, None) as one:
            await note_reading(one.conn, one.dispatch, principal.account_id, one.now)
            content = await store.file_of(one.conn, dispatch_id)
            if content is not None and one.dispatch.manifest is not None:
                shown = _page_in(content, part)
                await store.note_seen(one.conn, dispatch_id, principal.account_id, one.dispatch.manifest)
                return shown
            if part is not None or one.dispatch.state is not State.DRAFT:
                raise NotFound
            fields = await fields_of(one.conn, one.dispatch)
            return await page(one.conn, one.dispatch, one.case, fields, principal, one.now)

    async def file(self, principal: Principal, dispatch_id: UUID) -> tuple[bytes, str]:
        """What leaves, once it was agreed to, and the name it is given. Raises Forbidden, NotFound,
        Conflict("dispatch_step", "dispatch_conflict"), Conflict("dispatch_broken") for one that is not what was agreed
        to."""
        principal.require(Permission.RELAY_WRITE)
        async with held(self._database, self._clock, principal, dispatch_id, None) as one:
            if one.dispatch.state not in (State.AGREED, State.SENT):
                raise Conflict("dispatch_step")
            if one.dispatch.state is State.AGREED:
                check_still_two(one)
            content = await store.file_of(one.conn, dispatch_id)
            if content is None:
                raise NotFound
            checked = check(content)
            if checked.faults or checked.digest != one.dispatch.manifest:
                raise Conflict("dispatch_broken")
            await note_reading(one.conn, one.dispatch, principal.account_id, one.now)
            await store.note_taken(one.conn, dispatch_id, principal.account_id)
            day = one.now.date().isoformat()
            return content, f"binome-{one.case.reference}-{one.dispatch.kind.value}-{day}.zip"


def _page_in(content: bytes, part: str | None) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        name = LETTER if part in (None, "letter") and LETTER in names else DOSSIER if part != "letter" else LETTER
        if name not in names:
            raise NotFound
        return archive.read(name)


async def _cards(
    conn: AsyncConnection,
    case: Case,
    near: Around,
    found: Sequence[Dispatch],
    principal: Principal,
    now: datetime,
) -> list[DispatchCard]:
    people = await people_of(conn, people_in(found))
    viewer = near.viewer(principal.account_id, principal.organisation_id, principal.role)
    sight = near.sight(case, viewer, now)
    shown = []
    for one in found:
        can = await _can(Held(conn, case, near, sight or "outline", one, principal, now))
        outline = await store.outline_of(conn, one.id)
        shown.append(card(one, case.reference, people, outline, can, whole=sight == "whole"))
    return shown


async def _can(one: Held) -> list[str]:
    """What the reader may do with it now."""
    dispatch, me, can = one.dispatch, one.by.account_id, []
    if (dispatch.state is State.PROPOSED or dispatch.unseen) and me not in (dispatch.proposed_by, dispatch.sent_by):
        try:
            await may_second(one)
            can.append("second")
        except (NotFound, Conflict):
            pass
    if one.sight != "whole" or one.by.role is not Role.SUPERVISOR:
        return can
    match dispatch.state:
        case State.DRAFT:
            can += ["save", "propose", "withdraw"]
        case State.PROPOSED:
            can += ["save", "withdraw"]
        case State.AGREED:
            can += ["download", "send", "withdraw"]
        case State.SENT:
            can += ["download", "answer"]
    if dispatch.state in (State.DRAFT, State.PROPOSED) and one.case.severity >= 4 and dispatch.needs_second:
        can.append("urgent")
    if dispatch.state in (State.PROPOSED, State.AGREED, State.SENT) and dispatch.told_at is None:
        can.append("retell")
    return can
