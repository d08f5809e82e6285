"""A professional begins something that is to leave, fills it in, and takes it back."""

from typing import Any, Final
from uuid import UUID

from server.escalation import store as cases
from server.escalation.rules import Case
from server.escalation.viewers import Around, seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people.store import account
from server.relay import store
from server.relay.fields import Fields
from server.relay.held import enter, held
from server.relay.prefill import prefill
from server.relay.rules import Kind, State, Telling, check_state, checked_telling, is_outside
from server.relay.telling import note_reading, tell_what_is_due
from server.relay.words import verbatim
from server.relay.written import kept, read_back, write
from server.transport.messages import LANGUAGES

MOST: Final = 50  # dispatches of one case


class Drafting:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(
        self,
        principal: Principal,
        case_id: UUID,
        dispatch_id: UUID,
        *,
        kind: Kind,
        outside: bool,
        language: str,
        telling: Telling,
    ) -> None:
        """A new one, with what is known already; ``dispatch_id`` is made by the client: again, and it is the same.
        Raises Forbidden, NotFound, BadRequest, Conflict("case_id") for an identifier of another's,
        Conflict("dispatch_many")."""
        principal.require(Permission.RELAY_WRITE)
        now = self._clock.now()
        if language not in LANGUAGES:
            raise BadRequest("unexpected", field="language")
        outside = is_outside(kind, outside=outside)
        async with self._database.begin(principal.organisation_id) as conn:
            locked = await cases.locked(conn, case_id)
            case, _, sight, near = await seen(conn, locked[0] if locked else None, principal, now)
            if sight != "whole":
                raise NotFound
            there = await store.dispatch_of(conn, dispatch_id)
            if there is not None:
                if there.case_id != case_id or there.made_by != principal.account_id:
                    raise Conflict("case_id")
                return
            if len(await store.dispatches_of(conn, case_id)) >= MOST:
                raise Conflict("dispatch_many")
            said = checked_telling(telling, Kind.BUNDLE, now)  # its words may come later; its reason may not
            young = _young(case, near)
            about = await account(conn, young) if young is not None else None
            fields = await prefill(conn, kind, case, about, principal, language, now)
            added = await store.add(
                conn,
                id=dispatch_id,
                organisation_id=case.organisation_id,
                case_id=case_id,
                about_id=young,
                kind=kind.value,
                outside=outside,
                language=language,
                version=1,
                made_by=principal.account_id,
                made_at=now,
                **_told(said),
            )
            if not added:
                raise Conflict("case_id")
            await write(conn, dispatch_id, 1, now, principal.account_id, fields)
            dispatch = await store.dispatch_of(conn, dispatch_id)
            if dispatch is None:
                raise AssertionError("it was added in this transaction")
            await note_reading(conn, dispatch, principal.account_id, now)
            await enter(conn, case, dispatch, principal.account_id, now, "begun")

    async def save(
        self, principal: Principal, dispatch_id: UUID, revision: int, fields: Fields, telling: Telling
    ) -> None:
        """Another version of it; what waited for a second look is a draft again. The child's written words are what
        they wrote, whatever was sent. Raises Forbidden, NotFound, CaseMovedOn, BadRequest, Conflict."""
        principal.require(Permission.RELAY_WRITE)
        async with held(self._database, self._clock, principal, dispatch_id, revision) as one:
            dispatch, conn = one.dispatch, one.conn
            check_state(dispatch, State.DRAFT, State.PROPOSED)
            if type(fields) is not type(read_back({}, dispatch.kind)):
                raise BadRequest("unexpected", field="fields")
            said = checked_telling(telling, Kind.BUNDLE, one.now)
            exact = await verbatim(conn, one.case, dispatch.about_id, fields)
            versions = await store.versions_of(conn, dispatch_id)
            values: dict[str, Any] = {"state": State.DRAFT.value, "manifest": None}
            values |= {"proposed_by": None, "proposed_at": None}
            if versions[-1].fields != kept(exact):
                await write(conn, dispatch_id, dispatch.version + 1, one.now, principal.account_id, exact)
                values |= {"version": dispatch.version + 1}
            await store.remove_file(conn, dispatch_id)
            now_is = await one.change("saved", **values, **_told(said))
            await note_reading(conn, now_is, principal.account_id, one.now)
            await tell_what_is_due(conn, now_is, one.now)

    async def withdraw(self, principal: Principal, dispatch_id: UUID, revision: int) -> None:
        """It does not leave. Who read what was gathered is told now, if it was put off. Raises Forbidden, NotFound,
        CaseMovedOn, Conflict."""
        principal.require(Permission.RELAY_WRITE)
        async with held(self._database, self._clock, principal, dispatch_id, revision) as one:
            check_state(one.dispatch, State.DRAFT, State.PROPOSED, State.AGREED)
            now_is = await one.change("withdrawn", state=State.WITHDRAWN.value)
            await store.remove_file(one.conn, dispatch_id)
            await tell_what_is_due(one.conn, now_is, one.now)


def _told(telling: Telling) -> dict[str, Any]:
    return {"tell": telling.when, "tell_on": telling.on, "tell_why": telling.why, "tell_words": telling.words}


def _young(case: Case, near: Around) -> UUID | None:
    """Whom it is about; else the young person of its pair, whose words are gathered all the same; else the only young
    person in it. Of several, none: a letter is about one child."""
    if case.about_id is not None:
        return case.about_id
    pair = near.pairs.get(case.pair_id) if case.pair_id is not None else None
    named = [who for who, parts in near.parts[case.id].items() if "young" in parts]
    return pair.mentee_id if pair is not None else named[0] if len(named) == 1 else None
