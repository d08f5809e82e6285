"""Something to tell somebody who may not be in front of the page: queued in the transaction of what causes it, sent by
the courier after the commit; and what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.people.reach.rules import Urgency
from server.people.reach.tables import deliveries, delivery_attempts, reach_settings
from server.transport.messages import DEFAULT_LANGUAGE, catalogue

# Whom it is for decides in which column it stands; nobody's other than this organisation's.
_QUEUE: Final = text("""
insert into deliveries
    (id, organisation_id, account_id, contact_id, key, kind, urgency, every_channel, link, queued_at, due_at)
select :id, :organisation, found.account_id, found.contact_id, :key, :kind, :urgency, :every, :link, :at, :at
from (
    select a.id as account_id, null::uuid as contact_id from accounts a
    where a.id = :to and a.organisation_id = :organisation
    union all
    select null, c.id from outside_contacts c where c.id = :to and c.organisation_id = :organisation
) found
on conflict do nothing
""")


async def queue(
    conn: AsyncConnection,
    organisation_id: UUID,
    to: UUID,
    key: str,
    kind: str,
    urgency: Urgency,
    at: datetime,
    *,
    link: str | None = None,
    every_channel: bool = False,
) -> None:
    """Has ``to``, an account or an outside contact of this organisation, told as soon as rules and quiet hours allow;
    ``at`` is now. ``key`` says what of: for one person there is one delivery of it for ever, and a second call does
    nothing. ``kind`` names the sentence under ``outward`` in ``server/locales``; ``link`` is a path of this site,
    as ``/#/cases``. With ``every_channel`` it goes out by all of their channels, not by the first that takes it.

    Raises ValueError for a ``kind`` without a sentence: a mistake of ours."""
    if kind not in catalogue(DEFAULT_LANGUAGE)["outward"]:
        raise ValueError(f"nothing is said for {kind}")
    values = {"id": new_id(), "organisation": organisation_id, "to": to, "key": key, "kind": kind}
    values |= {"urgency": urgency.value, "every": every_channel, "link": link, "at": at}
    await conn.execute(_QUEUE, values)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try by one channel. ``result`` is ``sending`` while it goes on, ``sent``, ``failed``, or ``unknown`` where
    the server was killed meanwhile; ``reason`` a word of ours."""

    channel: str
    at: datetime
    result: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery. ``state`` is ``waiting``, ``sent``, ``failed`` (all was tried) or ``dropped`` (a
    rule forbids it); ``reason`` a word of ours: of the last failure, or of ``rules.Refusal``. ``at``: since when it
    stands so. ``attempts`` in their order."""

    key: str
    to: UUID
    kind: str
    state: str
    at: datetime
    reason: str | None
    attempts: tuple[Attempt, ...]


async def outcomes(conn: AsyncConnection, keys: Collection[str]) -> list[Outcome]:
    """Of all deliveries of these keys, in the order in which they were queued."""
    if not keys:
        return []
    of_keys = deliveries.c.key.in_(keys)
    rows = await conn.execute(select(deliveries).where(of_keys).order_by(deliveries.c.queued_at, deliveries.c.id))
    tried = await conn.execute(
        select(delivery_attempts)
        .join(deliveries, deliveries.c.id == delivery_attempts.c.delivery_id)
        .where(of_keys)
        .order_by(delivery_attempts.c.at, delivery_attempts.c.id)
    )
    attempts: dict[UUID, list[Attempt]] = {}
    for row in tried:
        attempts.setdefault(row.delivery_id, []).append(Attempt(row.channel, row.at, row.result, row.reason))
    return [_outcome(row, attempts.get(row.id, [])) for row in rows]


def _outcome(row: Row[*tuple[Any, ...]], attempts: Collection[Attempt]) -> Outcome:
    at = row.ended_at or row.queued_at
    return Outcome(row.key, row.account_id or row.contact_id, row.kind, row.state, at, row.reason, tuple(attempts))


async def shown_phones(conn: AsyncConnection, account_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The numbers at work that these professionals show to whom they answer for; who shows none is left out."""
    chosen = reach_settings.c
    query = select(chosen.account_id, chosen.shown_phone).where(
        chosen.account_id.in_(account_ids), chosen.shown_phone.is_not(None)
    )
    return {row.account_id: row.shown_phone for row in await conn.execute(query)}
