"""An association writes its own words of consent. What asks again does so from a day on, so that people can answer
before: until then an old yes holds, from then on it is none any more, everywhere at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs, for_each
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people.consent import store as consent_store
from server.people.consent import texts as consent_texts
from server.people.consent.consenting import Consenting
from server.people.consent.rules import Band, Purpose
from server.people.consent.tables import asked_again
from server.people.consent.tables import consent_texts as table
from server.people.consent.texts import Version, Wording
from server.people.notices import tell
from server.people.store import people_in_role
from server.trail.acts import Act
from server.trail.record import record
from server.transport.messages import LANGUAGES

JOB: Final = "people:consents_asked_again"
EVERY_FIVE_MINUTES: Final = "*/5 * * * *"


class ConsentWording:
    """Use cases of an association's admins around the texts, and the job that lets a text ask again when its day has
    come."""

    def __init__(self, database: Database, clock: Clock, consenting: Consenting) -> None:
        self._database = database
        self._clock = clock
        self._consenting = consenting

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, EVERY_FIVE_MINUTES, self.run)

    async def read(self, principal: Principal) -> list[Version]:
        """Every text of now. Raises Forbidden."""
        principal.require(Permission.CONSENT_TEXT)
        async with self._database.begin(principal.organisation_id) as conn:
            newest = await consent_texts.current(conn, principal.organisation_id)
        return [newest[purpose] for purpose in Purpose]

    async def write(
        self,
        principal: Principal,
        purpose: Purpose,
        texts: Mapping[str, Wording],
        *,
        after: int,
        asks_again_in: int | None,
    ) -> None:
        """A new version after version ``after``, asking again in so many days; None: an old yes goes on holding.

        Raises Forbidden, BadRequest with the field named, Conflict("consent_text_changed") when somebody else wrote.
        """
        principal.require(Permission.CONSENT_TEXT)
        for language in LANGUAGES:
            wording = texts.get(language)
            if wording is None or not wording.text.strip() or not wording.easy.strip():
                raise BadRequest("empty", field="texts")
        now = self._clock.now()
        begins = None if asks_again_in is None else now + timedelta(days=asks_again_in)
        async with self._database.begin(principal.organisation_id) as conn:
            await consent_texts.ensure_shipped(conn, principal.organisation_id, now)
            newest = (await consent_texts.current(conn, principal.organisation_id))[purpose]
            if newest.version != after:
                raise Conflict("consent_text_changed")
            try:
                await conn.execute(
                    insert(table).values(
                        organisation_id=principal.organisation_id,
                        purpose=purpose.value,
                        version=after + 1,
                        texts={
                            language: {"text": texts[language].text.strip(), "easy": texts[language].easy.strip()}
                            for language in LANGUAGES
                        },
                        asks_again_from=begins,
                        changed_by=principal.account_id,
                        changed_at=now,
                    )
                )
            except IntegrityError:
                raise Conflict("consent_text_changed") from None
            await record(
                conn, principal.organisation_id, now, Act.CONSENT_TEXT_WRITTEN, by=principal.account_id,
                detail={"purpose": purpose.value, "version": after + 1, "asks_again": begins is not None},
            )  # fmt: skip
            if begins is not None:
                await self._announce(conn, principal, purpose, begins, now)
        if asks_again_in == 0:
            await self.run({})

    async def _announce(
        self, conn: AsyncConnection, principal: Principal, purpose: Purpose, begins: datetime, now: datetime
    ) -> None:
        """All who must answer anew hear of it once, with the day."""
        organisation_id = principal.organisation_id
        young = [person.id for person in await people_in_role(conn, organisation_id, Role.MENTEE)]
        for mentee_id, file in (await consent_store.files(conn, young)).items():
            if not file.words.get(purpose):
                continue  # never asked: they find the new words when they are
            holders = file.holders(now) if file.band(now) is Band.CHILD else []
            for who in (mentee_id, *holders):
                await tell(
                    conn, organisation_id, who, "consent_asks_again", now,
                    mentee=mentee_id, purpose=purpose.value, day=begins.astimezone(file.zone).date(),
                )  # fmt: skip

    async def run(self, _payload: Mapping[str, Any]) -> None:
        """Lets each text whose day has come ask again, once. Rooms and calls hear of it by the table's trigger."""
        now = self._clock.now()
        due = (
            select(table.c.organisation_id, table.c.purpose, table.c.version)
            .outerjoin(
                asked_again,
                (asked_again.c.organisation_id == table.c.organisation_id)
                & (asked_again.c.purpose == table.c.purpose)
                & (asked_again.c.version == table.c.version),
            )
            .where(table.c.asks_again_from <= now, asked_again.c.at.is_(None))
            .order_by(table.c.organisation_id, table.c.purpose, table.c.version)
        )
        async with self._database.everywhere() as conn:
            found = (await conn.execute(due)).all()

        async def ask(row: Row[UUID, str, int]) -> None:
            async with self._database.begin(row.organisation_id) as conn:
                await self._ask_again(conn, row.organisation_id, row.purpose, row.version, now)

        await for_each(found, ask)

    async def _ask_again(
        self, conn: AsyncConnection, organisation_id: UUID, purpose: str, version: int, now: datetime
    ) -> None:
        done = await conn.execute(
            insert(asked_again)
            .values(organisation_id=organisation_id, purpose=purpose, version=version, at=now)
            .on_conflict_do_nothing()
        )
        if not done.rowcount:
            return  # another process was faster
        young = [person.id for person in await people_in_role(conn, organisation_id, Role.MENTEE)]
        await record(
            conn, organisation_id, now, Act.CONSENT_ASKED_AGAIN, by=None,
            detail={"purpose": purpose, "version": version},
        )  # fmt: skip
        await self._consenting.changed(conn, young, now)
