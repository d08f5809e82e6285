"""An organisation changes the rules of its moderation: each change is a version of its own, checked whole before it
holds, and of two changes at once one is refused. And staff try a sentence, which nobody keeps."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, TryAgain
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.moderation.assess import assess
from server.moderation.own_lexicon import ready
from server.moderation.own_rules import OwnRules, check
from server.moderation.rules_in_force import RulesInForce
from server.moderation.tables import own_rules
from server.moderation.verdict import Circumstances, Overtime, Speaker, Verdict
from server.people.store import people_of
from server.trail.acts import Act
from server.trail.record import record

log = logging.getLogger(__name__)

# Two who save at once take turns, by organisation: the second then sees the version of the first.
_TURN = text("select pg_advisory_xact_lock(hashtextextended('own_rules:' || cast(:organisation as text), 0))")


@dataclass(frozen=True, slots=True)
class Tuned:
    """The rules that hold, and by whom and when they were made; none of it while nothing was changed yet."""

    rules: OwnRules
    changed_at: datetime | None = None
    changed_by: UUID | None = None
    name: str = ""


class Tuning:
    def __init__(self, database: Database, clock: Clock, rules: RulesInForce) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules

    async def read(self, principal: Principal) -> Tuned:
        """The rules of one's organisation. Raises Forbidden."""
        principal.require(Permission.MODERATION_TUNE)
        async with self._database.begin(principal.organisation_id) as conn:
            return await _newest(conn, principal.organisation_id)

    async def change(self, principal: Principal, rules: OwnRules) -> Tuned:
        """Makes ``rules`` hold, everywhere at once: a trigger tells every server process. ``rules.version`` is the one
        they were made from. Raises Forbidden, BadRequest with the field, Conflict when that is not the newest."""
        principal.require(Permission.MODERATION_TUNE)
        await refuse_unusable(rules)
        version = rules.version + 1
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(_TURN, {"organisation": str(principal.organisation_id)})
            if (await _newest(conn, principal.organisation_id)).rules.version != rules.version:
                raise Conflict("rules_changed")
            await conn.execute(
                insert(own_rules).values(
                    organisation_id=principal.organisation_id,
                    version=version,
                    rules=msgspec.to_builtins(msgspec.structs.replace(rules, version=version)),
                    changed_by=principal.account_id,
                    changed_at=self._clock.now(),
                )
            )
            tuned = await _newest(conn, principal.organisation_id)
            await record(
                conn,
                principal.organisation_id,
                self._clock.now(),
                Act.MODERATION_TUNED,
                by=principal.account_id,
                detail={"version": version},
            )
        self._rules.forget(principal.organisation_id)
        log.info(
            "own_rules_changed",
            extra={
                "organisation": principal.organisation_id,
                "account": principal.account_id,
                "version": str(version),
            },
        )
        return tuned

    async def judge(
        self,
        principal: Principal,
        sentence: str,
        speaker: Speaker,
        circumstances: Circumstances,
        draft: OwnRules | None,
    ) -> Verdict:
        """What would become of ``sentence`` by ``draft``, or else by the rules that hold. Neither stored nor logged.
        Raises Forbidden, BadRequest, TryAgain when it takes too long to tell."""
        principal.require(Permission.MODERATION_TUNE)
        if draft is not None:
            await refuse_unusable(draft, "draft.")
            await asyncio.to_thread(ready, draft)
        own = draft if draft is not None else await self._rules.of(principal.organisation_id)
        beside = replace(circumstances, own=own)
        try:
            return assess(sentence, speaker, now=self._clock.now(), language=principal.language, circumstances=beside)
        except Overtime:
            raise TryAgain from None


async def refuse_unusable(rules: OwnRules, within: str = "") -> None:
    """Raises the first BadRequest of what keeps ``rules``, a member ``within`` the request, from being applied. It may
    take half a second, in a thread: messages do not wait for it."""
    problems = await asyncio.to_thread(check, rules)
    if problems:
        problems[0].field = f"{within}{problems[0].field}"
        raise problems[0]


async def _newest(conn: AsyncConnection, organisation_id: UUID) -> Tuned:
    query = select(own_rules).where(own_rules.c.organisation_id == organisation_id)
    row = (await conn.execute(query.order_by(own_rules.c.version.desc()).limit(1))).first()
    if row is None:
        return Tuned(OwnRules())
    rules = msgspec.structs.replace(msgspec.convert(row.rules, OwnRules), version=row.version)
    name = (await people_of(conn, [row.changed_by]))[row.changed_by].name
    return Tuned(rules, row.changed_at, row.changed_by, name)
