"""Who reads how consent stands: the young person and their guardians their own page, professionals a file or the list
of all whom they work for. What each is shown is in ``shown.py``."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people.caseload import Caseload
from server.people.consent import store as consent_store
from server.people.consent import texts as consent_texts
from server.people.consent.cards import ConsentPage, PersonName, YoungCard
from server.people.consent.rules import Band, Why, states
from server.people.consent.shown import Known, page
from server.people.consent.store import Entry, GuardianLink
from server.people.store import Person, people_in_role, people_of
from server.trail.acts import Act
from server.trail.readings import record_reading


class ConsentPages:
    """Reads only; ``Consenting`` and ``Guardians`` write."""

    def __init__(self, database: Database, clock: Clock, caseload: Caseload) -> None:
        self._database = database
        self._clock = clock
        self._caseload = caseload

    async def mine(self, principal: Principal, language: str) -> list[ConsentPage]:
        """One's own, or those of one's children, with the texts in ``language``. Raises Forbidden."""
        principal.require(Permission.CONSENT_ANSWER)
        now, me = self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            if principal.role is Role.MENTEE:
                known = await _known(conn, principal.organisation_id, [me])
                return [page(known[me], "self", me, now, language)]
            links = await consent_store.links_of(conn, guardian_ids=[me])
            children = list(dict.fromkeys(link.mentee_id for link in links if link.link.open(now)))
            known = await _known(conn, principal.organisation_id, children) if children else {}
        pages = [page(known[child], "guardian", me, now, language) for child in children]
        return [one for one in pages if one.band is not Band.ADULT]  # the job that ends the link may be late

    async def of(self, principal: Principal, mentee_id: UUID, language: str) -> ConsentPage:
        """For staff, who are seen to have read it. Raises Forbidden, NotFound."""
        principal.require(Permission.CONSENT_RECORD)
        now, reader = self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            await self._caseload.check_young(conn, principal, mentee_id)
            where, act = principal.organisation_id, Act.CONSENT_READ
            await record_reading(conn, where, now, act, by=reader, about=[mentee_id])
            known = (await _known(conn, principal.organisation_id, [mentee_id]))[mentee_id]
            addable = await self._addable(conn, principal, known, now)
            lets_in = await self._caseload.lets_in(conn, principal, known.people[mentee_id])
        return page(replace(known, addable=addable, lets_in=lets_in), "staff", reader, now, language)

    async def young(self, principal: Principal) -> list[YoungCard]:
        """The young people whom a member of staff works for, those with most to settle first. Raises Forbidden."""
        principal.require(Permission.CONSENT_RECORD)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            people = await people_in_role(conn, principal.organisation_id, Role.MENTEE)
            mine = await self._caseload.young(conn, principal, [person.id for person in people])
            files = await consent_store.files(conn, mine)
        cards = []
        for person in people:
            file = files.get(person.id)
            if file is not None:
                off = {purpose.value: found.why for purpose, found in states(file, now).items() if not found.on}
                open_links = sum(link.open(now) for link in file.links)
                cards.append(YoungCard(PersonName(person.id, person.name), file.band(now), open_links, off))
        cards.sort(key=lambda card: (Why.DISAGREED not in card.off.values(), -len(card.off), card.mentee.name))
        return cards

    async def _addable(
        self, conn: AsyncConnection, principal: Principal, known: Known, now: datetime
    ) -> Sequence[Person]:
        """The guardians whom ``principal`` may choose, and who are none of this young person's yet."""
        open_now = {link.guardian_id for link in known.links if link.link.open(now)}
        guardians = await people_in_role(conn, principal.organisation_id, Role.GUARDIAN)
        return await self._caseload.guardians(conn, principal, [one for one in guardians if one.id not in open_now])


async def _known(conn: AsyncConnection, organisation_id: UUID, mentee_ids: Collection[UUID]) -> Mapping[UUID, Known]:
    """Of each of these young people, in a number of queries that does not grow with them. Raises NotFound for who is
    none."""
    files = await consent_store.files(conn, mentee_ids)
    if set(mentee_ids) - files.keys():
        raise NotFound
    texts = await consent_texts.current(conn, organisation_id)
    ledgers: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for entry in await consent_store.entries_of(conn, mentee_ids):
        ledgers[entry.mentee_id].append(entry)
    links: defaultdict[UUID, list[GuardianLink]] = defaultdict(list)
    for link in await consent_store.links_of(conn, mentee_ids=mentee_ids):
        links[link.mentee_id].append(link)
    wanted = set(mentee_ids) | {link.guardian_id for some in links.values() for link in some}
    wanted |= {who for some in ledgers.values() for entry in some for who in (entry.by, entry.recorded_by)}
    people = await people_of(conn, wanted)
    return {one: Known(files[one], texts, ledgers[one], links[one], people) for one in mentee_ids}
