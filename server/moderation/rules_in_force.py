"""The rules of each organisation that hold now, in memory: read when first needed, dropped when the database tells of
new ones. A message costs no query for them."""

import asyncio
import logging
from collections import OrderedDict
from uuid import UUID

import msgspec
from sqlalchemy import text

from server.infra.database import Database
from server.infra.notices import Notices
from server.moderation.own_lexicon import ready
from server.moderation.own_rules import OwnRules

log = logging.getLogger(__name__)

MAX_ORGANISATIONS = 1_000  # whose rules are remembered; what is made of them is kept for fewer (own_lexicon.py)

_NEWEST = text("""
select version, rules from own_rules where organisation_id = :organisation order by version desc limit 1
""")


class RulesInForce:
    """Rules that cannot be read are told in the log, and the default rules hold: never none."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        self._notices = notices
        self._known: OrderedDict[UUID, OwnRules | None] = OrderedDict()
        self._changes = 0
        notices.on("own_rules", self._on_notice)
        notices.on_gap(self._on_gap)

    async def of(self, organisation_id: UUID) -> OwnRules | None:
        """What the organisation changes of the rules; None when it changes nothing."""
        if self._notices.alive and organisation_id in self._known:
            self._known.move_to_end(organisation_id)
            return self._known[organisation_id]
        changes = self._changes
        async with self._database.begin(organisation_id) as conn:
            row = (await conn.execute(_NEWEST, {"organisation": organisation_id})).first()
        own = await _read(organisation_id, row.version, row.rules) if row is not None else None
        if changes == self._changes and self._notices.alive:  # no notice overtook what was read
            self._known[organisation_id] = own
            if len(self._known) > MAX_ORGANISATIONS:
                self._known.popitem(last=False)
        return own

    def forget(self, organisation_id: UUID) -> None:
        """Whoever changes the rules in this process need not wait for the notice."""
        self._changes += 1
        self._known.pop(organisation_id, None)

    async def _on_notice(self, payload: str) -> None:
        self.forget(UUID(payload))

    async def _on_gap(self) -> None:
        self._changes += 1
        self._known.clear()


async def _read(organisation_id: UUID, version: int, rules: object) -> OwnRules | None:
    try:
        own = msgspec.structs.replace(msgspec.convert(rules, OwnRules), version=version)
        await asyncio.to_thread(ready, own)  # up to a tenth of a second, in which others are served
    except Exception:  # whatever is wrong with it, nobody writes without rules
        log.exception("own_rules_unreadable", extra={"organisation": organisation_id, "version": str(version)})
        return None
    return own
