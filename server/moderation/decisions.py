"""What professionals decide about flags, in the transaction of whoever changes what the flag is about. Nothing is told
here; the caller commits, and then tells."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.acknowledging import Decided, settle
from server.escalation.acknowledging import flags_of as flags_of_cases
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.moderation import review, store
from server.moderation.agreement import is_sampled
from server.moderation.flag import Flag, MessageState, Ruling
from server.moderation.flags import Flags
from server.moderation.review import WAITING, Outcome, Reviewer
from server.moderation.reviewers import reviewer
from server.moderation.tables import appeals, reviews, samples
from server.pairs.freeze import freezing_flags
from server.trail.acts import Act
from server.trail.record import record

_UNCLAIMED: Final = {"claimed_by": None, "claimed_until": None}


@dataclass(frozen=True, slots=True)
class Made:
    """What somebody asked for, as it stands: the flag from before, who asked, what follows, and the ruling that it
    follows from. ``repeat``: it was made before, and nothing follows any more."""

    flag: Flag
    by: Reviewer
    outcome: Outcome
    ruling: Ruling | None
    repeat: bool = False


class Decisions:
    def __init__(self, flags: Flags, clock: Clock) -> None:
        self._flags = flags
        self._clock = clock

    async def decide(self, conn: AsyncConnection, flag_id: UUID, principal: Principal, ruling: Ruling) -> Made:
        """Locks the flag and writes what ``principal`` rules. What follows for the message is the caller's to do, in
        the same transaction. Raises NotFound, FlagDecided, FlagClaimed, Conflict, BadRequest."""
        now = self._clock.now()
        me = await reviewer(conn, principal)
        flag = await self._locked(conn, flag_id)
        if await self._was_ruled(conn, flag, me, ruling):
            return Made(flag, me, Outcome(flag.state), ruling, repeat=True)
        frozen = bool(await freezing_flags(conn, [flag.id]))
        outcome = review.decide(flag, me, ruling, now, frozen=frozen)
        await self._flags.refuse_claimed(conn, flag, me, now)
        act = await self._keep(conn, flag, me, "propose" if outcome.state == "second" else "decide", ruling)
        if outcome.state == "second":
            undone = {"decided_at": None, "decided_by": None, "seconded_by": None}  # of one that only lifts a freeze
            await store.change(conn, flag.id, state="second", shared=True, proposal_id=act, **undone, **_UNCLAIMED)
        elif outcome.state == "escalated":
            await store.change(
                conn,
                flag.id,
                state="escalated",
                shared=True,
                escalated_by=me.account_id,
                escalated_at=now,
                proposal_id=None,
                reason=ruling.reason,
                note=ruling.note,
                **_UNCLAIMED,
            )
        else:
            await self._close(conn, flag, outcome, ruling, me.account_id, None)
        return Made(flag, me, outcome, ruling)

    async def second(
        self, conn: AsyncConnection, flag_id: UUID, principal: Principal, *, agree: bool, note: str | None
    ) -> Made:
        """Locks the flag and writes what a second person says to its proposal. As ``decide``."""
        now = self._clock.now()
        me = await reviewer(conn, principal)
        flag = await self._locked(conn, flag_id)
        act: str = "agree" if agree else "disagree"
        if flag.state != "second" and await self._was_seconded(conn, flag, me, act, note):
            return Made(flag, me, Outcome(flag.state), None, repeat=True)
        outcome = review.second(flag, me, now, agree=agree)
        await self._flags.refuse_claimed(conn, flag, me, now)
        await self._keep(conn, flag, me, act, None, note)
        if flag.proposal is None:
            raise AssertionError("the rules have asked for one")
        ruling = flag.proposal.ruling
        if agree:
            await self._close(conn, flag, outcome, ruling, flag.proposal.by, me.account_id)
        else:
            await store.change(conn, flag.id, state="open", proposal_id=None, note=note, **_UNCLAIMED)
        return Made(flag, me, outcome, ruling if agree else None)

    async def renew(self, conn: AsyncConnection, flag_id: UUID, known: int, message: MessageState, says: str) -> None:
        """Writes down what the message has become since the flag was shown. What a newer flag is about is decided
        there: here it can be seen, or handed on. A proposal was about other words, and falls."""
        flag = await self._locked(conn, flag_id)
        if flag.known is not None and known <= flag.known:
            return
        newer = await store.has_newer(conn, flag)
        await store.change(
            conn,
            flag.id,
            known=known,
            message="none" if newer else message,
            edited=None if says == flag.excerpt else says,
            **_UNCLAIMED,
            **({"state": "open", "proposal_id": None} if flag.state == "second" else {}),
        )

    async def settle(self, conn: AsyncConnection, made: Made) -> None:
        """After all else in the transaction: the cases of a flag that was decided are in somebody's hands, and over
        where they were about flags alone. What waits for a second pair of eyes, or was handed on, settles nothing."""
        if made.outcome.state in WAITING:
            return
        flag, known = made.flag, await flags_of_cases(conn, made.flag.id)
        waiting = {one.id for one in await store.flags_of(conn, known) if one.state in WAITING}
        await settle(conn, Decided(flag.id, flag.severity, known - waiting, made.by.account_id, self._clock.now()))

    async def _locked(self, conn: AsyncConnection, flag_id: UUID) -> Flag:
        flag = await store.locked(conn, flag_id)
        if flag is None:
            raise NotFound
        return flag

    async def _close(
        self,
        conn: AsyncConnection,
        flag: Flag,
        outcome: Outcome,
        ruling: Ruling,
        decided_by: UUID,
        seconded_by: UUID | None,
    ) -> None:
        now = self._clock.now()
        await store.change(
            conn,
            flag.id,
            state=outcome.state,
            decided_at=now,
            decided_by=decided_by,
            seconded_by=seconded_by,
            reason=ruling.reason,
            note=ruling.note,
            advice=ruling.advice,
            proposal_id=None,
            **_UNCLAIMED,
            **({"message": outcome.message} if outcome.message is not None else {}),
        )
        waits = appeals.c.flag_id == flag.id, appeals.c.decided_at.is_(None)
        await conn.execute(update(appeals).where(*waits).values(decided_at=now))
        if is_sampled(flag.id):
            await self._sample(conn, flag, ruling)

    async def _sample(self, conn: AsyncConnection, flag: Flag, ruling: Ruling) -> None:
        """What a sampled flag is compared with is the last decision before its second review."""
        now = self._clock.now()
        known = (await conn.execute(select(samples.c.flag_id).where(samples.c.flag_id == flag.id))).first()
        if known is None:
            row = {"flag_id": flag.id, "organisation_id": flag.organisation_id, "picked_at": now}
            await conn.execute(insert(samples).values(decision=ruling.decision, **row))
        else:
            unseen = samples.c.flag_id == flag.id, samples.c.reviewed_by.is_(None)
            await conn.execute(update(samples).where(*unseen).values(decision=ruling.decision))

    async def _keep(
        self,
        conn: AsyncConnection,
        flag: Flag,
        by: Reviewer,
        act: str,
        ruling: Ruling | None,
        note: str | None = None,
    ) -> UUID:
        act_id, now = new_id(), self._clock.now()
        told = {"note": note} if ruling is None else _columns(ruling)
        row = {"id": act_id, "flag_id": flag.id, "act": act, "by_id": by.account_id, "at": now}
        await conn.execute(insert(reviews).values(**row, **told))
        detail: dict[str, Any] = {"flag": flag.id, "review": act_id, "step": act}
        if ruling is not None:
            detail |= {"decision": ruling.decision, "reason": ruling.reason, "lifts_freeze": ruling.lift_freeze}
        what = Act.FLAG_DECIDED if ruling is not None else Act.FLAG_SECONDED
        about = [flag.author_id]
        await record(conn, flag.organisation_id, now, what, by=by.account_id, about=about, detail=detail)
        return act_id

    async def _was_ruled(self, conn: AsyncConnection, flag: Flag, by: Reviewer, ruling: Ruling) -> bool:
        """Whether the last that was done about the flag is just this: its answer was lost on the way."""
        last = await _last(conn, flag)
        told = _columns(ruling)
        return (
            last is not None
            and flag.state != "open"
            and last.by_id == by.account_id
            and all(getattr(last, name) == value for name, value in told.items())
        )

    async def _was_seconded(self, conn: AsyncConnection, flag: Flag, by: Reviewer, act: str, note: str | None) -> bool:
        last = await _last(conn, flag)
        return last is not None and (last.by_id, last.act, last.note) == (by.account_id, act, note)


async def _last(conn: AsyncConnection, flag: Flag) -> Any:
    query = select(reviews).where(reviews.c.flag_id == flag.id).order_by(reviews.c.at.desc(), reviews.c.id.desc())
    return (await conn.execute(query.limit(1))).first()


def _columns(ruling: Ruling) -> dict[str, Any]:
    return {
        "decision": ruling.decision,
        "reason": ruling.reason,
        "note": ruling.note,
        "advice": ruling.advice,
        "lift_freeze": ruling.lift_freeze,
        "spans": None if ruling.spans is None else [list(span) for span in ruling.spans],
    }
