"""The blind second review: one in twenty of the decided flags is judged once more, by somebody who had no part in
it and is not told what was decided. It measures the decisions, and changes none."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, FlagDecided, NotFound
from server.kernel.principal import Principal
from server.moderation import lists, store
from server.moderation.agreement import Share, kappa, wilson
from server.moderation.flag import Decision, Reason, as_raised
from server.moderation.review import fitting
from server.moderation.reviewers import reviewer
from server.moderation.tables import samples
from server.trail.acts import Act
from server.trail.record import record


@dataclass(frozen=True, slots=True)
class Agreement:
    """``share`` is None while there are no second reviews."""

    share: Share | None
    kappa: float | None


class Samples:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def review(self, flag_id: UUID, principal: Principal, decision: Decision, reason: Reason) -> None:
        """Keeps what ``principal`` would have decided. The same again is kept once; of two reviewers the second gets
        FlagDecided. Raises NotFound, Conflict."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            me = await reviewer(conn, principal)
            row = (await conn.execute(select(samples).where(samples.c.flag_id == flag_id).with_for_update())).first()
            if row is not None and row.reviewed_by == me.account_id:
                if (row.review, row.reason) != (decision, reason):
                    raise FlagDecided
                return
            if not await lists.on_list(conn, "sample", me, now, flag_id):
                raise NotFound
            (flag,) = await store.flags_of(conn, [flag_id])
            if decision not in fitting(as_raised(flag)):
                raise Conflict("flag_decision")
            done = {"reviewed_by": me.account_id, "reviewed_at": now, "review": decision, "reason": reason}
            await conn.execute(update(samples).where(samples.c.flag_id == flag_id).values(**done))
            said = {"flag": flag_id, "decision": decision, "reason": reason}
            about = [flag.author_id]
            await record(conn, me.organisation_id, now, Act.FLAG_SAMPLED, by=me.account_id, about=about, detail=said)

    async def agreement(self, principal: Principal) -> Agreement:
        """Of all second reviews of one's organisation."""
        async with self._database.begin(principal.organisation_id) as conn:
            me = await reviewer(conn, principal)
            query = select(samples.c.decision, samples.c.review).where(
                samples.c.organisation_id == me.organisation_id, samples.c.reviewed_by.is_not(None)
            )
            pairs = [(row.decision, row.review) for row in await conn.execute(query)]
        return Agreement(wilson(sum(one == other for one, other in pairs), len(pairs)), kappa(pairs))
