"""At 15 a young person decides alone, at 18 as an adult: told 30 and 7 days before and on the day, to them, to their
guardians and to the professional. Runs by itself; what was missed while nothing ran is made up for once.

Rights do not wait for this job: ``consent_rules`` reads the age from the clock at each act.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs, for_each
from server.kernel.clock import Clock
from server.people.consent import store as consent_store
from server.people.consent.consenting import Consenting
from server.people.consent.rules import ALONE_AGE, GROWN_AGE, File, birthday
from server.people.consent.tables import age_steps, guardian_links
from server.people.notices import tell
from server.people.sessions import store as sessions
from server.people.sessions.signin import SignIn
from server.people.tables import accounts
from server.trail.acts import Act
from server.trail.record import record

JOB: Final = "people:birthdays"
EVERY_FIVE_MINUTES: Final = "*/5 * * * *"
BEFORE: Final = (30, 7, 0)  # days
MISSED: Final = 366  # days after which a birthday is history, and nobody is told of it any more

Step = Literal["alone", "grown"]
_STEPS: Final[Mapping[int, Step]] = {ALONE_AGE: "alone", GROWN_AGE: "grown"}


@dataclass(frozen=True, slots=True)
class _Near:
    """A young person with a birthday that something is to be done about."""

    mentee_id: UUID
    organisation_id: UUID
    age: int


class Birthdays:
    def __init__(self, database: Database, clock: Clock, consenting: Consenting, sign_in: SignIn) -> None:
        self._database = database
        self._clock = clock
        self._consenting = consenting
        self._sign_in = sign_in

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, EVERY_FIVE_MINUTES, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        now = self._clock.now()
        async with self._database.everywhere() as conn:
            near = [
                _Near(row.id, row.organisation_id, age) for age in _STEPS for row in await conn.execute(_near(age, now))
            ]
        await for_each(near, self._take_next)

    async def _take_next(self, near: _Near) -> None:
        ended: list[sessions.EndedSession] = []
        async with self._database.begin(near.organisation_id) as conn:
            await self._take(conn, near.organisation_id, near.mentee_id, near.age, self._clock.now(), ended)
        await self._sign_in.announce(ended, "signed_out")

    async def _take(
        self,
        conn: AsyncConnection,
        organisation_id: UUID,
        mentee_id: UUID,
        age: int,
        now: datetime,
        ended: list[sessions.EndedSession],
    ) -> None:
        """The last step whose day has come, with those before it that nobody took."""
        await consent_store.lock(conn, mentee_id)
        file = (await consent_store.files(conn, [mentee_id])).get(mentee_id)
        if file is None:
            return
        due = [days for days in BEFORE if _moment(file, age, days) <= now]
        new = [days for days in due if await _first_time(conn, organisation_id, file, age, days, now)]
        if not due or due[-1] not in new:
            return
        if due[-1] != 0:
            await self._tell(conn, organisation_id, file, f"consent_{_STEPS[age]}_soon", now, age)
        elif _known_before(file, file.turns(age)):  # else they came here at this age
            await self._turned(conn, organisation_id, file, age, now, ended)

    async def _turned(
        self,
        conn: AsyncConnection,
        organisation_id: UUID,
        file: File,
        age: int,
        now: datetime,
        ended: list[sessions.EndedSession],
    ) -> None:
        await self._tell(conn, organisation_id, file, f"consent_{_STEPS[age]}", now, age)
        await record(conn, organisation_id, now, Act.MENTEE_TURNED, by=None, about={file.mentee}, detail={"age": age})
        if age == GROWN_AGE:
            for link in await consent_store.links_of(conn, mentee_ids=[file.mentee]):
                if await consent_store.end_link(conn, link.id, max(link.since, file.turns(age)), None, "adult"):
                    await record(
                        conn, organisation_id, now, Act.GUARDIAN_ENDED, by=None,
                        about={file.mentee, link.guardian_id}, detail={"link": str(link.id), "why": "adult"},
                    )  # fmt: skip
                    if not await _other_child(conn, link.guardian_id):
                        ended += await sessions.delete_of_account(conn, link.guardian_id)
        await self._consenting.changed(conn, [file.mentee], now)

    async def _tell(
        self, conn: AsyncConnection, organisation_id: UUID, file: File, kind: str, now: datetime, age: int
    ) -> None:
        day = birthday(file.born, age)
        await tell(conn, organisation_id, file.mentee, kind, now, day=day)
        for link in file.links:
            if link.until is None:
                await tell(conn, organisation_id, link.guardian, f"{kind}_guardian", now, mentee=file.mentee, day=day)
        for who in await self._consenting.inform(conn, organisation_id, file.mentee):
            await tell(conn, organisation_id, who, f"{kind}_staff", now, mentee=file.mentee, day=day)


def _near(age: int, now: datetime) -> Any:
    """Young people who turn ``age`` soon, or have lately, and of whom a step is still to take."""
    today = now.date()
    eldest, youngest = today - timedelta(days=MISSED), today + timedelta(days=BEFORE[0] + 2)
    done = exists().where(
        age_steps.c.mentee_id == accounts.c.id,
        age_steps.c.age == age,
        age_steps.c.days_before == 0,
        age_steps.c.born == accounts.c.birth_date,
    )
    return (
        select(accounts.c.id, accounts.c.organisation_id)
        .where(
            accounts.c.role == "mentee",
            accounts.c.disabled_at.is_(None),
            accounts.c.birth_date.between(birthday(eldest, -age), birthday(youngest, -age)),
            ~done,
        )
        .order_by(accounts.c.id)
    )


def _moment(file: File, age: int, days: int) -> datetime:
    """The first moment of the day that is so many days before the birthday, where the organisation is."""
    return datetime.combine(birthday(file.born, age) - timedelta(days=days), time.min, file.zone)


async def _first_time(
    conn: AsyncConnection, organisation_id: UUID, file: File, age: int, days: int, now: datetime
) -> bool:
    """Of this birth date: where it was wrong and is corrected, the right birthday comes, too."""
    done = await conn.execute(
        insert(age_steps)
        .values(
            organisation_id=organisation_id, mentee_id=file.mentee, age=age, days_before=days, at=now, born=file.born
        )
        .on_conflict_do_nothing()
    )
    return done.rowcount == 1


def _known_before(file: File, moment: datetime) -> bool:
    """Whether anything was asked or written down about this young person before ``moment``."""
    return any(link.since < moment for link in file.links) or any(
        word.recorded_at < moment for words in file.words.values() for word in words
    )


async def _other_child(conn: AsyncConnection, guardian_id: UUID) -> bool:
    open_links = select(func.count()).where(
        guardian_links.c.guardian_id == guardian_id, guardian_links.c.until.is_(None)
    )
    return bool((await conn.execute(open_links)).scalar_one())
