"""Letters reaching the devices of their people, whichever process they were written in. The event says that there is
one; what it says, the page asks for."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from server.escalation.letters.letters import Letters
from server.escalation.letters.rules import Line
from server.escalation.letters.tables import letters
from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.transport.gateway.gateway import Gateway

log = logging.getLogger(__name__)

CHANNEL: Final = "letters"  # of NOTIFY, by a trigger (0021)
MISSED: Final = timedelta(minutes=10)  # after a gap in NOTIFY, letters this young are told of again


class LetterTold(Struct, frozen=True):
    """A letter of this number is there in a line of ``person``, or somebody has read up to it."""

    person: UUID
    line: Line
    seq: int


class LetterNews:
    def __init__(self, database: Database, gateway: Gateway, notices: Notices, clock: Clock, use: Letters) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock
        self._letters = use
        gateway.declare("letter:new", LetterTold)
        notices.on(CHANNEL, self._on_notice)
        notices.on_gap(self._on_gap)

    async def _on_notice(self, payload: str) -> None:
        organisation, person, line, seq = payload.split(":")
        if self._gateway.connected():
            await self._send(UUID(organisation), [LetterTold(UUID(person), Line(line), int(seq))])

    async def _on_gap(self) -> None:
        here = {connection.principal.organisation_id for connection in self._gateway.everyone()}
        for organisation_id in here:
            query = select(letters.c.person_id, letters.c.line, letters.c.seq).where(
                letters.c.organisation_id == organisation_id, letters.c.at > self._clock.now() - MISSED
            )
            async with self._database.begin(organisation_id) as conn:
                rows = (await conn.execute(query.order_by(letters.c.seq))).all()
            await self._send(organisation_id, [LetterTold(row.person_id, Line(row.line), row.seq) for row in rows])

    async def _send(self, organisation_id: UUID, told: Iterable[LetterTold]) -> None:
        try:
            async with self._database.begin(organisation_id) as conn:
                to = {
                    each: await self._letters.readers_of(conn, organisation_id, each.person, each.line) for each in told
                }
        except Exception as error:  # they find it when they open the page
            log.warning("letter_not_told", extra={"error": type(error).__name__})
            return
        for each, readers in to.items():
            for account_id in {each.person, *readers}:
                for connection in self._gateway.of_account(account_id):
                    connection.send("letter:new", each)
