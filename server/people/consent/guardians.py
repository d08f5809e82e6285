"""Who is a guardian of whom: written down by staff on a paper that they saw, and ended by them, or at 18 by itself."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people.caseload import Caseload
from server.people.consent import store as consent_store
from server.people.consent.consenting import Consenting
from server.people.consent.rules import Band
from server.people.consent.store import GuardianLink
from server.people.notices import tell
from server.people.store import account_for_change, people_in_role
from server.trail.acts import Act
from server.trail.record import record

Relation = Literal["parent", "family", "carer", "institution"]
Paper = Literal["family_record", "birth_certificate", "judgment", "placement", "declaration"]
Why = Literal["authority", "mistake", "request"]

_OPEN_KEY = "guardian_links_open_key"


class Guardians:
    def __init__(self, database: Database, clock: Clock, caseload: Caseload, consenting: Consenting) -> None:
        self._database = database
        self._clock = clock
        self._caseload = caseload
        self._consenting = consenting

    async def link(
        self,
        principal: Principal,
        mentee_id: UUID,
        guardian_id: UUID,
        *,
        relation: Relation,
        authority: bool,
        paper: Paper,
    ) -> None:
        """Raises Forbidden; NotFound for a young person who is not one's own, and with the field named for a guardian
        whom one may not choose (``Caseload.guardians``); BadRequest("wrong_person") for who is no guardian or gone,
        BadRequest("grown") for who needs none; Conflict("guardian_linked")."""
        principal.require(Permission.CONSENT_RECORD)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            await self._caseload.check_young(conn, principal, mentee_id)
            await consent_store.lock(conn, mentee_id)
            file = (await consent_store.files(conn, [mentee_id]))[mentee_id]
            if file.band(now) is Band.ADULT:
                raise BadRequest("grown")
            account = await account_for_change(conn, guardian_id)  # of two who take somebody that is nobody's, one does
            if account is None or account.person.organisation_id != principal.organisation_id:
                raise NotFound(field="guardian")
            guardian = account.person
            if not await self._caseload.guardians(conn, principal, [guardian]):
                raise NotFound(field="guardian")
            if guardian.role is not Role.GUARDIAN or guardian.disabled:
                raise BadRequest("wrong_person", field="guardian")
            link = GuardianLink(
                new_id(), principal.organisation_id, guardian_id, mentee_id, relation, authority, paper, now,
                principal.account_id,
            )  # fmt: skip
            try:
                await consent_store.insert_link(conn, link)
            except IntegrityError as error:
                if _OPEN_KEY in str(error.orig):
                    raise Conflict("guardian_linked") from None
                raise
            detail = {"link": str(link.id), "relation": relation, "authority": authority, "paper": paper}
            await record(
                conn, principal.organisation_id, now, Act.GUARDIAN_LINKED, by=principal.account_id,
                about={mentee_id, guardian_id}, detail=detail,
            )  # fmt: skip
            await self._tell(conn, link, "guardian_linked", now, principal.account_id)
            await self._consenting.changed(conn, [mentee_id], now)

    async def end(self, principal: Principal, mentee_id: UUID, link_id: UUID, why: Why) -> None:
        """Ending twice is once. Raises Forbidden, NotFound."""
        principal.require(Permission.CONSENT_RECORD)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            await self._caseload.check_young(conn, principal, mentee_id)
            await consent_store.lock(conn, mentee_id)
            links = await consent_store.links_of(conn, mentee_ids=[mentee_id])
            link = next((link for link in links if link.id == link_id), None)
            if link is None:
                raise NotFound
            if await consent_store.end_link(conn, link_id, _after(link.since, now), principal.account_id, why):
                await record(
                    conn, principal.organisation_id, now, Act.GUARDIAN_ENDED, by=principal.account_id,
                    about={mentee_id, link.guardian_id}, detail={"link": str(link_id), "why": why},
                )  # fmt: skip
                await self._tell(conn, link, "guardian_ended", now, principal.account_id)
                await self._consenting.changed(conn, [mentee_id], now)

    async def _tell(self, conn: AsyncConnection, link: GuardianLink, kind: str, now: datetime, by: UUID) -> None:
        """The two, and the professionals: nobody of the staff settles alone who may consent for a child."""
        for who in (link.mentee_id, link.guardian_id):
            await tell(conn, link.organisation_id, who, kind, now, mentee=link.mentee_id)
        hearing = {*await self._consenting.inform(conn, link.organisation_id, link.mentee_id)}
        if by in hearing:  # a professional for their own: nobody may be left who sees it
            hearing |= {one.id for one in await people_in_role(conn, link.organisation_id, Role.ADMIN)}
        for who in sorted(hearing - {by}):
            await tell(conn, link.organisation_id, who, f"{kind}_staff", now, mentee=link.mentee_id)


def _after(since: datetime, now: datetime) -> datetime:
    """A clock that was set back must not make a link end before it began."""
    return max(since, now)
