"""How often each rule raised a flag, and how often a professional found it to be wrong: what to tune by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.principal import Principal
from server.moderation.agreement import Share, wilson
from server.moderation.review import WRONG
from server.moderation.reviewers import reviewer

PERIOD: Final = timedelta(days=90)
MOST: Final = 500  # rules in one answer

# A rule counts once a flag, however often it was found in it.
_BY_RULE = text("""
select l.rule, l.category, count(*) as raised, count(decided_at) as decided,
    count(*) filter (where state in ('released', 'acknowledged') and reason = any(cast(:wrong as text[]))) as overturned
from flags
cross join lateral (
    select distinct label ->> 'rule' as rule, label ->> 'category' as category from jsonb_array_elements(labels) label
) l
where organisation_id = :organisation and raised_at >= :since
group by l.rule, l.category order by raised desc, l.rule, l.category limit :most
""")


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """``share`` of the decided ones that were overturned; None while none is decided."""

    rule: str
    category: str
    raised: int
    decided: int
    overturned: int

    @property
    def share(self) -> Share | None:
        return wilson(self.overturned, self.decided)


class Figures:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def by_rule(self, principal: Principal) -> tuple[datetime, list[RuleFigure]]:
        """Of the flags of one's organisation that were raised since then, the most raised first."""
        since = self._clock.now() - PERIOD
        async with self._database.begin(principal.organisation_id) as conn:
            me = await reviewer(conn, principal)
            parameters = {"organisation": me.organisation_id, "since": since, "wrong": sorted(WRONG), "most": MOST}
            return since, [RuleFigure(*row) for row in await conn.execute(_BY_RULE, parameters)]
