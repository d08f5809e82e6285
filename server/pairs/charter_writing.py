"""An association writes its own charter. Who has signed earlier words goes on by them, or signs the new ones by a day:
until then the old signature holds, from then on it is none any more."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import charters, papers_store
from server.pairs.charters import Charter
from server.pairs.papers import WARNINGS, Gate, signed_by
from server.people.notices import tell
from server.people.standing import Standing
from server.people.store import Person, people_in_role, people_of
from server.trail.acts import Act as Trail
from server.trail.record import record
from server.transport.messages import LANGUAGES

LONGEST_NOTICE: Final = timedelta(days=366)


class CharterWriting:
    """Use cases of an association's admins."""

    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._database = database
        self._clock = clock
        self._standing = standing

    async def read(self, staff: Principal) -> tuple[Sequence[Charter], Mapping[UUID, Person], Sequence[Person]]:
        """Every version, the newest first; who wrote them; and the mentors who have not signed the newest. Raises
        Forbidden."""
        staff.require(Permission.POLICY_SET)
        async with self._database.begin(staff.organisation_id) as conn:
            written = await charters.versions(conn, staff.organisation_id)
            writers = await people_of(conn, {each.changed_by for each in written if each.changed_by is not None})
            signed = await self._signed(conn, staff.organisation_id)
            mentors = await people_in_role(conn, staff.organisation_id, Role.MENTOR)
        return written, writers, [each for each in mentors if written[0].version not in signed.get(each.id, ())]

    async def write(
        self, staff: Principal, texts: Mapping[str, Sequence[str]], *, after: int, sign_again_from: date | None
    ) -> None:
        """A new version after version ``after``, to be signed again from a day on; None: who has signed has signed.

        Raises Forbidden, BadRequest with the field named, Conflict("charter_changed") when somebody else wrote.
        """
        staff.require(Permission.POLICY_SET)
        articles = {
            language: [text.strip() for text in texts.get(language, ()) if text.strip()] for language in LANGUAGES
        }
        for language, told in articles.items():
            if not told:
                raise BadRequest("empty", field=language)
        organisation, at = staff.organisation_id, self._clock.now()
        async with self._database.begin(organisation) as conn:
            today = (await papers_store.todays(conn, [organisation], at))[organisation]
            if sign_again_from is not None and not today <= sign_again_from <= today + LONGEST_NOTICE:
                raise BadRequest("paper_date", field="sign_again_from")
            await charters.ensure_shipped(conn, organisation, at)
            if (await charters.newest(conn, organisation)).version != after:
                raise Conflict("charter_changed")
            new = Charter(after + 1, articles, sign_again_from, staff.account_id, at)
            try:
                await charters.add(conn, organisation, new)
            except IntegrityError:
                raise Conflict("charter_changed") from None
            await record(
                conn, organisation, at, Trail.CHARTER_WRITTEN, by=staff.account_id,
                detail={"version": new.version, "asks_again": sign_again_from is not None},
            )  # fmt: skip
            if sign_again_from is not None:
                await self._ask_again(conn, organisation, sign_again_from, today, at)

    async def _ask_again(
        self, conn: AsyncConnection, organisation: UUID, begins: date, today: date, at: datetime
    ) -> None:
        """Whoever has signed earlier words hears of it once, with the day; the days before it bring their warnings."""
        last = begins - timedelta(days=1)
        signed = await self._signed(conn, organisation)
        for mentor_id in sorted(signed):
            await tell(conn, organisation, mentor_id, "charter_changed", at, day=begins)
            reached = [days for days in WARNINGS if 0 <= (last - today).days <= days]
            if reached:  # this notice is that warning
                await papers_store.give(conn, organisation, mentor_id, Gate.CHARTER.value, last, min(reached), at)
        if begins <= today:
            await self._standing.changed(conn, list(signed), at)

    async def _signed(self, conn: AsyncConnection, organisation: UUID) -> Mapping[UUID, set[int]]:
        """The versions that each mentor with an open account has signed, of those who have signed any."""
        mentors = await people_in_role(conn, organisation, Role.MENTOR)
        papers = await papers_store.papers_of(conn, [mentor.id for mentor in mentors])
        return {mentor_id: versions for mentor_id in papers if (versions := signed_by(papers[mentor_id]))}
