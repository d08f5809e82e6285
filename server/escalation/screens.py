"""``case:changed``: the screens of the staff follow what becomes of cases, whichever process changed them.

The database tells every process of each change (a trigger of 0018). What comes while cards are made is taken together:
a hundred changes at once are a few queries. Who may see nothing of a case is told nothing.
"""

import asyncio
import logging
from collections import defaultdict
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from server.escalation import store
from server.escalation.card import CaseCard
from server.escalation.cards import card
from server.escalation.pager import CHANNEL
from server.escalation.tables import cases
from server.escalation.viewers import around
from server.infra.database import Database
from server.infra.ended import ended
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.permissions import Permission, allows
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway

log = logging.getLogger(__name__)

EVENT: Final = "case:changed"
MISSED: Final = timedelta(minutes=10)  # after a gap in NOTIFY, what is this young or goes on is told again
RETRY_S: Final = 1.0  # while the database is away


class Screens:
    def __init__(self, database: Database, gateway: Gateway, notices: Notices, clock: Clock) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock
        self._changed: defaultdict[UUID, set[UUID]] = defaultdict(set)  # cases, by organisation
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        gateway.declare(EVENT, CaseCard)
        notices.on(CHANNEL, self._on_notice)
        notices.on_gap(self._on_gap)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="case screens")

    async def stop(self) -> None:
        await ended(self._task)
        self._task = None

    async def _on_notice(self, payload: str) -> None:
        organisation, _, case = payload.partition(":")
        self._changed[UUID(organisation)].add(UUID(case))
        self._wake.set()

    async def _on_gap(self) -> None:
        since = self._clock.now() - MISSED
        lately = (cases.c.state != "closed") | (cases.c.closed_at > since)
        for organisation_id in self._readers():
            async with self._database.begin(organisation_id) as conn:
                ids = set((await conn.execute(select(cases.c.id).where(lately))).scalars())
            self._changed[organisation_id] |= ids
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._changed:
                organisation_id, ids = self._changed.popitem()
                try:
                    await self._tell(organisation_id, ids)
                except Exception as error:
                    log.warning("cases_not_told", extra={"error": type(error).__name__, "count": len(ids)})
                    self._changed[organisation_id] |= ids
                    await asyncio.sleep(RETRY_S)

    def _readers(self) -> dict[UUID, list[Connection]]:
        """The connections of the staff, by organisation."""
        readers: dict[UUID, list[Connection]] = defaultdict(list)
        for connection in self._gateway.everyone():
            if allows(connection.principal.role, Permission.CASE_LIST):
                readers[connection.principal.organisation_id].append(connection)
        return readers

    async def _tell(self, organisation_id: UUID, ids: set[UUID]) -> None:
        readers = self._readers().get(organisation_id)
        if not readers:
            return
        now = self._clock.now()
        async with self._database.begin(organisation_id) as conn:
            query = select(cases).where(cases.c.id.in_(ids)).order_by(cases.c.opened_at, cases.c.id)
            found = await store.select_cases(conn, query)
            near = await around(conn, found)
        for connection in readers:
            who = connection.principal
            viewer = near.viewer(who.account_id, who.organisation_id, who.role)
            for case in found:
                shown = card(case, near, viewer, now)
                if shown is not None:
                    connection.send(EVENT, shown)
