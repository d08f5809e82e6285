"""Saying yes or no for oneself or for one's child, and writing down what was said on paper: check, append, tell.

Whoever writes about a young person locks them first, so two who answer at the same moment each count with the other's
answer. What follows from it (a paused pair, a call that ends) happens in the transaction, or by the database's notice.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, Forbidden, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people.caseload import Caseload
from server.people.consent import store as consent_store
from server.people.consent import texts as consent_texts
from server.people.consent.rules import (
    Band,
    Capacity,
    Decision,
    File,
    How,
    Purpose,
    State,
    Why,
    capacity_of,
    last_word,
    said_already,
    states,
)
from server.people.consent.store import Entry
from server.people.notices import tell
from server.people.standing import Standing
from server.people.store import people_in_role
from server.trail.acts import Act
from server.trail.record import record

_ACTS = {
    Decision.GIVEN: Act.CONSENT_GIVEN,
    Decision.REFUSED: Act.CONSENT_REFUSED,
    Decision.WITHDRAWN: Act.CONSENT_WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says. ``version``: of the text that they read; needed for a yes."""

    purpose: Purpose
    agree: bool
    version: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a professional writes down: who said it, how, and on which day."""

    by: UUID
    purpose: Purpose
    agree: bool
    how: How
    day: date


class Consenting:
    def __init__(self, database: Database, clock: Clock, standing: Standing, caseload: Caseload) -> None:
        self._database = database
        self._clock = clock
        self._standing = standing
        self._caseload = caseload

    async def answer(self, principal: Principal, mentee_id: UUID, said: Said) -> None:
        """The young person's own answer, or that of a holder of parental authority while they are under 15. Saying the
        same again changes nothing. A no is taken whatever was read; a yes is to the words of now.

        Raises NotFound for who is not one's own child, Forbidden("not_holder") for who cannot consent for them,
        Conflict("consent_text_changed").
        """
        principal.require(Permission.CONSENT_ANSWER)
        async with self._database.begin(principal.organisation_id) as conn:
            file = await self._file(conn, mentee_id)
            now = file.now(self._clock.now())
            if principal.account_id != mentee_id and not any(
                link.guardian == principal.account_id and link.open(now) for link in file.links
            ):
                raise NotFound
            capacity = _capacity(file, principal.account_id, now)
            newest = (await consent_texts.current(conn, principal.organisation_id))[said.purpose].version
            if said.agree and said.version != newest:
                raise Conflict("consent_text_changed")
            entry = _entry(principal, file, said.purpose, said.agree, newest, capacity, How.APP, now, now)
            await self._append(conn, file, entry, now)

    async def write_down(self, principal: Principal, mentee_id: UUID, told: Told) -> None:
        """What was said on paper or by word of mouth. A paper of an earlier day stands before what was said since; a no
        counts from the end of its day on. Raises NotFound, Forbidden, BadRequest with the field named."""
        principal.require(Permission.CONSENT_RECORD)
        async with self._database.begin(principal.organisation_id) as conn:
            await self._caseload.check_young(conn, principal, mentee_id)
            file = await self._file(conn, mentee_id)
            now = file.now(self._clock.now())
            try:
                capacity = _capacity(file, told.by, now)
            except Forbidden:
                raise BadRequest("not_holder", field="by") from None
            if told.how is How.APP:
                raise BadRequest("wrong_type", field="how")
            at = _moment(file, told, now)
            newest = (await consent_texts.current(conn, principal.organisation_id))[told.purpose].version
            entry = _entry(principal, file, told.purpose, told.agree, newest, capacity, told.how, at, now, by=told.by)
            await self._append(conn, file, entry, now)

    async def changed(self, conn: AsyncConnection, mentee_ids: Collection[UUID], at: datetime) -> None:
        """What these may be offered may have changed at ``at``: the rest of the house draws its consequences."""
        await self._standing.changed(conn, mentee_ids, at)

    async def inform(self, conn: AsyncConnection, organisation_id: UUID, mentee_id: UUID) -> Collection[UUID]:
        """Whom to tell what concerns this young person: the professionals of their pairs; where there are none, all."""
        mine = (await self._caseload.professionals(conn, [mentee_id]))[mentee_id]
        return mine or {person.id for person in await people_in_role(conn, organisation_id, Role.SUPERVISOR)}

    async def _file(self, conn: AsyncConnection, mentee_id: UUID) -> File:
        """Locked until the end. Raises NotFound."""
        if not await consent_store.lock(conn, mentee_id):
            raise NotFound
        found = (await consent_store.files(conn, [mentee_id])).get(mentee_id)
        if found is None:
            raise NotFound
        return found

    async def _append(self, conn: AsyncConnection, file: File, entry: Entry, now: datetime) -> None:
        if said_already(file, entry.purpose, entry.word):
            return
        before = states(file, now)[entry.purpose]
        last = last_word(file, entry.purpose, entry.by, now)
        if not entry.word.yes and last is not None and last.yes:
            entry = replace(entry, decision=Decision.WITHDRAWN)
        await consent_texts.ensure_shipped(conn, entry.organisation_id, now)
        await consent_store.append(conn, [entry])
        await record(
            conn,
            entry.organisation_id,
            now,
            _ACTS[entry.decision],
            by=entry.recorded_by,
            about={entry.mentee_id, entry.by},
            detail={
                "purpose": entry.purpose.value,
                "version": entry.version,
                "capacity": entry.capacity.value,
                "how": entry.how.value,
            },
        )
        if entry.recorded_by != entry.by:  # who is said to have said it can say that they did not
            facts = {"mentee": entry.mentee_id, "purpose": entry.purpose.value, "answer": entry.decision.value}
            await tell(conn, entry.organisation_id, entry.by, "consent_noted", now, **facts)
        after = states((await consent_store.files(conn, [entry.mentee_id]))[entry.mentee_id], now)[entry.purpose]
        await self._standing.changed(conn, [entry.mentee_id], now)
        await self._tell(conn, entry, before, after, now)

    async def _tell(self, conn: AsyncConnection, entry: Entry, before: State, after: State, now: datetime) -> None:
        """The professional hears of two parents who do not agree, and of what was on and is off: the young person is
        not left alone with either."""
        if after.why is Why.DISAGREED and before.why is not Why.DISAGREED:
            kind = "consent_disagreement"
            about = {entry.mentee_id}
            await record(
                conn, entry.organisation_id, now, Act.CONSENT_DISAGREED, by=None, about=about,
                detail={"purpose": entry.purpose.value},
            )  # fmt: skip
        elif before.on and not after.on:
            kind = "consent_off"
        else:
            return
        for who in await self.inform(conn, entry.organisation_id, entry.mentee_id):
            if who != entry.recorded_by:
                await tell(
                    conn, entry.organisation_id, who, kind, now, mentee=entry.mentee_id, purpose=entry.purpose.value
                )


def _capacity(file: File, who: UUID, now: datetime) -> Capacity:
    """As what ``who`` speaks now. Raises Forbidden for who cannot."""
    if who == file.mentee:
        return capacity_of(file.band(now))
    if file.band(now) is Band.CHILD and who in file.holders(now):
        return Capacity.AUTHORITY
    raise Forbidden("not_holder")


def _moment(file: File, told: Told, now: datetime) -> datetime:
    """When it was said, as far as a day tells. Raises BadRequest."""
    today = now.astimezone(file.zone).date()
    if not file.born <= told.day <= today:
        raise BadRequest("out_of_range", field="day")
    if told.day == today:
        return now
    begins = datetime.combine(told.day, time.min, file.zone)
    return begins if told.agree else min(now, begins + timedelta(days=1))


def _entry(
    principal: Principal,
    file: File,
    purpose: Purpose,
    agree: bool,
    version: int,
    capacity: Capacity,
    how: How,
    at: datetime,
    now: datetime,
    by: UUID | None = None,
) -> Entry:
    return Entry(
        id=new_id(),
        organisation_id=principal.organisation_id,
        mentee_id=file.mentee,
        purpose=purpose,
        version=version,
        decision=Decision.GIVEN if agree else Decision.REFUSED,
        by=by or principal.account_id,
        capacity=capacity,
        how=how,
        at=at,
        recorded_by=principal.account_id,
        recorded_at=now,
    )
