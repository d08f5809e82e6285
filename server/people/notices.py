"""News to a person about their own account or pair, kept until they have seen them: "a device signed in", "your mentor
is away". What a notice says stands in the client's texts, by ``kind``; here are identifiers, dates and words of ours.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.people.tables import account_notices
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway
from server.transport.wire import Timestamp, timestamp

log = logging.getLogger(__name__)

CHANNEL = "account_notices"  # of NOTIFY: account:notice, by a trigger (0009)
LISTED = 50  # the newest that are told of; older ones stay in the database until retention takes them
SEEN_LISTED = timedelta(days=14)  # for so long a notice that was seen is still on the list
MISSED = timedelta(minutes=10)  # after a gap in NOTIFY, what is this young is told again; clients know what they have

Fact = str | int | bool | UUID | date | datetime


class Notice(Struct, frozen=True):
    """``facts`` fill the sentence of this ``kind``: identifiers, dates, counts, never a name or what people wrote."""

    id: UUID
    kind: str
    facts: dict[str, Any]
    at: Timestamp
    seen_at: Timestamp | UnsetType = UNSET


async def tell(
    conn: AsyncConnection, organisation_id: UUID, account_id: UUID, kind: str, at: datetime, **facts: Fact
) -> UUID:
    """Leaves a notice for ``account_id`` in the caller's transaction; their devices hear of it after the commit."""
    notice_id = new_id()
    await conn.execute(
        insert(account_notices).values(
            id=notice_id,
            organisation_id=organisation_id,
            account_id=account_id,
            kind=kind,
            facts={name: _plain(fact) for name, fact in facts.items()},
            at=at,
        )
    )
    return notice_id


def _plain(fact: Fact) -> str | int | bool:
    if isinstance(fact, datetime):
        return timestamp(fact)
    if isinstance(fact, date):
        return fact.isoformat()
    return str(fact) if isinstance(fact, UUID) else fact


class AccountNotices:
    """What a person has been told, and their devices hearing of it at once, whichever process told it."""

    def __init__(self, database: Database, gateway: Gateway, notices: Notices, clock: Clock) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock
        gateway.declare("notice:new", Notice)
        notices.on(CHANNEL, self._on_notice)
        notices.on_gap(self._on_gap)

    async def of(self, principal: Principal) -> list[Notice]:
        """One's own, the newest first: all that are not seen yet, and those seen lately."""
        lately = self._clock.now() - SEEN_LISTED
        rows = account_notices.c
        query = (
            select(account_notices)
            .where(rows.account_id == principal.account_id, rows.seen_at.is_(None) | (rows.seen_at > lately))
            .order_by(rows.at.desc(), rows.id.desc())
            .limit(LISTED)
        )
        async with self._database.begin(principal.organisation_id) as conn:
            return [_notice(row) for row in (await conn.execute(query)).mappings()]

    async def seen(self, principal: Principal, ids: Collection[UUID]) -> None:
        """These of one's own are seen; which are not one's own, or do not exist, change nothing."""
        rows = account_notices.c
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(
                update(account_notices)
                .where(rows.account_id == principal.account_id, rows.id.in_(ids), rows.seen_at.is_(None))
                .values(seen_at=self._clock.now())
            )

    async def _on_notice(self, payload: str) -> None:
        account, _, notice = payload.partition(":")
        connections = self._gateway.of_account(UUID(account))
        if connections:
            await self._send(connections, account_notices.c.id == UUID(notice))

    async def _on_gap(self) -> None:
        connections = self._gateway.everyone()
        if connections:
            await self._send(connections, account_notices.c.at > self._clock.now() - MISSED)

    async def _send(self, connections: Collection[Connection], which: Any) -> None:
        receivers: dict[UUID, list[Connection]] = {}
        for connection in connections:
            receivers.setdefault(connection.principal.account_id, []).append(connection)
        query = (
            select(account_notices)
            .where(which, account_notices.c.account_id.in_(receivers), account_notices.c.seen_at.is_(None))
            .order_by(account_notices.c.at, account_notices.c.id)
        )
        try:
            async with self._database.begin(*{one.principal.organisation_id for one in connections}) as conn:
                rows = (await conn.execute(query)).mappings().all()
        except Exception as error:  # they find it on their first page
            log.warning("notice_not_told", extra={"error": type(error).__name__})
            return
        for row in rows:
            for connection in receivers[row["account_id"]]:
                connection.send("notice:new", _notice(row))


def _notice(row: Mapping[Any, Any]) -> Notice:
    seen = row["seen_at"]
    return Notice(
        row["id"], row["kind"], row["facts"], timestamp(row["at"]), UNSET if seen is None else timestamp(seen)
    )
