"""It leaves: the file is downloaded, a professional sends it in a way of their own and says so, and what came back is
written down. The server sends nothing itself: what it could send would travel open."""

from uuid import UUID

from server.escalation import store as cases
from server.escalation.acknowledging import acknowledge
from server.escalation.rules import State as CaseState
from server.escalation.rules import leads
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, CaseMovedOn, Conflict
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.relay import store
from server.relay.held import Held, check_still_two, held
from server.relay.rules import (
    Answer,
    How,
    Kind,
    State,
    Telling,
    check_retelling,
    check_state,
    checked_telling,
)
from server.relay.telling import tell_what_is_due
from server.rooms.stand_ins import follow_cases

MOST_WORDS = 2_000


class Leaving:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def sent(self, principal: Principal, dispatch_id: UUID, revision: int, how: How, note: str | None) -> None:
        """It was sent, and the case is relayed, unless it was a bundle; again, and nothing happens. Raises Forbidden,
        NotFound, CaseMovedOn, Conflict("dispatch_step", "dispatch_conflict")."""
        principal.require(Permission.RELAY_WRITE)
        said = _words(note, "note")
        async with held(self._database, self._clock, principal, dispatch_id, None) as one:
            if one.dispatch.state is State.SENT and one.dispatch.sent_by == principal.account_id:
                return
            if revision != one.dispatch.revision:
                raise CaseMovedOn
            check_state(one.dispatch, State.AGREED)
            check_still_two(one)
            if await store.file_of(one.conn, dispatch_id) is None:
                raise Conflict("dispatch_step")
            values = {"sent_by": principal.account_id, "sent_at": one.now, "sent_how": how, "sent_note": said}
            now_is = await one.change("sent", state=State.SENT.value, **values)
            if now_is.kind is not Kind.BUNDLE:
                await _relayed(one)
            await tell_what_is_due(one.conn, now_is, one.now)

    async def answered(
        self, principal: Principal, dispatch_id: UUID, revision: int, answer: Answer, words: str | None
    ) -> None:
        """What came back: it was received, taken up, or declined. Raises Forbidden, NotFound, CaseMovedOn,
        Conflict("dispatch_step")."""
        principal.require(Permission.RELAY_WRITE)
        said = _words(words, "words")
        async with held(self._database, self._clock, principal, dispatch_id, revision) as one:
            check_state(one.dispatch, State.SENT)
            values = {"answer": answer, "answer_at": one.now, "answer_by": principal.account_id, "answer_words": said}
            await one.change(answer, **values)

    async def retell(self, principal: Principal, dispatch_id: UUID, revision: int, telling: Telling) -> None:
        """Changes when the young person is told: sooner, or later by somebody else than who put it off. Raises
        Forbidden, NotFound, CaseMovedOn, BadRequest, Conflict("dispatch_step", "dispatch_own")."""
        principal.require(Permission.RELAY_WRITE)
        async with held(self._database, self._clock, principal, dispatch_id, revision) as one:
            said = checked_telling(telling, one.dispatch.kind, one.now)
            check_retelling(one.dispatch, said, principal.account_id)
            values = {"tell": said.when, "tell_on": said.on, "tell_why": said.why, "tell_words": said.words}
            now_is = await one.change("retold", **values)
            await tell_what_is_due(one.conn, now_is, one.now)


async def _relayed(one: Held) -> None:
    case = one.case
    if case.waits:
        await acknowledge(one.conn, case, one.by.account_id, one.now)
        case = await cases.case_of(one.conn, case.id) or case
    if leads(case.state, CaseState.RELAYED):
        await cases.change(one.conn, case.id, state=CaseState.RELAYED.value)
        await cases.enter(one.conn, case.id, one.now, "relayed", by=one.by.account_id, dispatch=one.dispatch.id)
    await follow_cases(one.conn, [case.id], one.now)


def _words(text: str | None, field: str) -> str | None:
    said = (text or "").strip()
    if len(said) > MOST_WORDS:
        raise BadRequest("too_long", field=field, maximum=MOST_WORDS)
    if "\x00" in said:
        raise BadRequest("nul", field=field)
    return said or None
