"""How consent stands for one young person, as each of those who may know is told: the young person, their guardians,
and the professionals. A guardian sees words of others only where the law lets them decide together: while the child is
under 15, and never another guardian's name."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people.consent import store as consent_store
from server.people.consent import texts as consent_texts
from server.people.consent.consenting import Consenting
from server.people.consent.rules import (
    ALONE_AGE,
    GROWN_AGE,
    Band,
    Capacity,
    Decision,
    File,
    How,
    Purpose,
    Why,
    Word,
    birthday,
    last_word,
    said_already,
    state,
)
from server.people.consent.store import Entry, GuardianLink
from server.people.consent.texts import Version
from server.people.store import Person, people_in_role, people_of
from server.trail.acts import Act
from server.trail.readings import read_since
from server.trail.record import record
from server.transport.wire import Timestamp, timestamp

ONE_READING = timedelta(minutes=15)  # a page that shows itself anew, or after a change, is read once

Reader = Literal["self", "guardian", "staff"]


class PersonName(Struct, frozen=True):
    id: UUID
    name: str


class SaidCard(Struct, frozen=True):
    """``name`` is missing where the reader is not to know it. ``counts`` false: a yes to words that hold no more."""

    role: Literal["young", "guardian"]
    mine: bool
    decision: Decision | UnsetType = UNSET
    at: Timestamp | UnsetType = UNSET
    counts: bool = True
    name: str | UnsetType = UNSET
    account: UUID | UnsetType = UNSET


class PurposeCard(Struct, frozen=True):
    """``ask``: the reader's own answer is awaited. ``asks_again_from``: from when a yes of before holds no more."""

    purpose: Purpose
    on: bool
    why: Why
    version: int
    text: str
    easy: str
    ask: bool
    said: list[SaidCard]
    asks_again_from: Timestamp | UnsetType = UNSET


class LineCard(Struct, frozen=True):
    """A line of the ledger. ``recorded_by`` is there when it is another than who spoke."""

    at: Timestamp
    recorded_at: Timestamp
    purpose: Purpose
    version: int
    decision: Decision
    name: str
    capacity: Capacity
    how: How
    recorded_by: str | UnsetType = UNSET


class GuardianCard(Struct, frozen=True):
    id: UUID
    guardian: PersonName
    relation: str
    authority: bool
    since: Timestamp
    paper: str | UnsetType = UNSET
    until: Timestamp | UnsetType = UNSET
    ended_why: str | UnsetType = UNSET


class TurnCard(Struct, frozen=True):
    """The next birthday that changes who decides."""

    age: int
    on: date


class ConsentPage(Struct, frozen=True):
    """``may_answer``: the reader's word counts now. ``guardians`` are those of now, for staff also those of before;
    ``addable`` those whom staff may add."""

    mentee: PersonName
    reader: Reader
    band: Band
    may_answer: bool
    purposes: list[PurposeCard]
    guardians: list[GuardianCard]
    history: list[LineCard]
    next: TurnCard | UnsetType = UNSET
    addable: list[PersonName] | UnsetType = UNSET


class YoungCard(Struct, frozen=True):
    """A young person on the list of staff. ``off``: the purposes that are off, each with why."""

    mentee: PersonName
    band: Band
    guardians: int
    off: dict[str, Why]


class ConsentPages:
    """Reads only; ``consenting`` and ``guardians`` write."""

    def __init__(self, database: Database, clock: Clock, consenting: Consenting) -> None:
        self._database = database
        self._clock = clock
        self._consenting = consenting

    async def mine(self, principal: Principal, language: str) -> list[ConsentPage]:
        """One's own, or those of one's children, with the texts in ``language``. Raises Forbidden."""
        principal.require(Permission.CONSENT_ANSWER)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            if principal.role is Role.MENTEE:
                return [await self._page(conn, principal, principal.account_id, "self", now, language)]
            links = await consent_store.links_of(conn, guardian_ids=[principal.account_id])
            children = list(dict.fromkeys(link.mentee_id for link in links if link.link.open(now)))
            pages = [await self._page(conn, principal, child, "guardian", now, language) for child in children]
        return [page for page in pages if page.band is not Band.ADULT]  # the job that ends the link may be late

    async def of(self, principal: Principal, mentee_id: UUID, language: str) -> ConsentPage:
        """For staff, who are seen to have read it. Raises Forbidden, NotFound."""
        principal.require(Permission.CONSENT_RECORD)
        now, reader = self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            await self._consenting.check_mine(conn, principal, mentee_id)
            act, since = Act.CONSENT_READ, now - ONE_READING
            if not await read_since(conn, principal.organisation_id, act, reader, mentee_id, since):
                await record(conn, principal.organisation_id, now, act, by=reader, about={mentee_id})
            return await self._page(conn, principal, mentee_id, "staff", self._clock.now(), language)

    async def young(self, principal: Principal) -> list[YoungCard]:
        """The young people whom a member of staff works for, those with most to settle first. Raises Forbidden."""
        principal.require(Permission.CONSENT_RECORD)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            people = await people_in_role(conn, principal.organisation_id, Role.MENTEE)
            mine = await self._consenting.mine_among(conn, principal, [person.id for person in people])
            files = await consent_store.files(conn, mine)
        cards = []
        for person in people:
            file = files.get(person.id)
            if file is not None:
                now_on = {purpose: state(file, purpose, now) for purpose in Purpose}
                off = {purpose.value: found.why for purpose, found in now_on.items() if not found.on}
                open_links = sum(link.open(now) for link in file.links)
                cards.append(YoungCard(PersonName(person.id, person.name), file.band(now), open_links, off))
        cards.sort(key=lambda card: (Why.DISAGREED not in card.off.values(), -len(card.off), card.mentee.name))
        return cards

    async def _page(
        self,
        conn: AsyncConnection,
        principal: Principal,
        mentee_id: UUID,
        reader: Reader,
        now: datetime,
        language: str,
    ) -> ConsentPage:
        file = (await consent_store.files(conn, [mentee_id])).get(mentee_id)
        if file is None:
            raise NotFound
        texts = await consent_texts.current(conn, principal.organisation_id)
        ledger = await consent_store.entries_of(conn, [mentee_id])
        links = await consent_store.links_of(conn, mentee_ids=[mentee_id])
        wanted = {mentee_id} | {link.guardian_id for link in links}
        wanted |= {who for entry in ledger for who in (entry.by, entry.recorded_by)}
        people = await people_of(conn, wanted)
        band = file.band(now)
        addable: list[PersonName] | UnsetType = UNSET
        if reader == "staff" and band is not Band.ADULT:
            open_now = {link.guardian_id for link in links if link.link.open(now)}
            guardians = await people_in_role(conn, principal.organisation_id, Role.GUARDIAN)
            addable = [PersonName(one.id, one.name) for one in guardians if one.id not in open_now]
        me = principal.account_id
        may_answer = reader == "self" or (reader == "guardian" and band is Band.CHILD and me in file.holders(now))
        return ConsentPage(
            mentee=PersonName(mentee_id, people[mentee_id].name),
            reader=reader,
            band=band,
            may_answer=may_answer,
            purposes=[
                _purpose(file, texts[purpose], me, reader, people, now, language=language, may_answer=may_answer)
                for purpose in Purpose
            ],
            guardians=[_guardian(link, people, reader) for link in links if _shows(link, reader, me, now)],
            history=[_line(entry, people) for entry in reversed(ledger) if _may_read(entry, reader, me)],
            next=_next(file, band),
            addable=addable,
        )


def _purpose(
    file: File,
    version: Version,
    me: UUID,
    reader: Reader,
    people: Mapping[UUID, Person],
    now: datetime,
    *,
    language: str,
    may_answer: bool,
) -> PurposeCard:
    found = state(file, version.purpose, now)
    wording = version.texts[language]
    said = []
    if reader != "guardian" or file.band(now) is Band.CHILD:
        counting = {file.mentee: found.young, **found.holders}
        for who in (file.mentee, *(file.holders(now) if file.band(now) is Band.CHILD else ())):
            last = last_word(file, version.purpose, who, now)
            said.append(_said(who, last, counting.get(who), people, reader, file.mentee, me))
    pending = version.asks_again_from is not None and version.asks_again_from > now
    return PurposeCard(
        purpose=version.purpose,
        on=found.on,
        why=found.why,
        version=version.version,
        text=wording.text,
        easy=wording.easy,
        ask=may_answer and _awaited(file, version.purpose, me, now),
        said=said,
        asks_again_from=timestamp(version.asks_again_from) if pending and version.asks_again_from else UNSET,
    )


def _awaited(file: File, purpose: Purpose, me: UUID, now: datetime) -> bool:
    """Whether ``me`` has still to answer: they never did, or said yes to words that ask again, or at another age, or as
    a guardian before they were one again. Who said no is asked no more."""
    last = last_word(file, purpose, me, now)
    if last is None:
        return True
    if not last.yes:
        return False
    if last.version < max((version for version, _ in file.asks.get(purpose, ())), default=1):
        return True
    if me == file.mentee:
        return file.band(last.at) is Band.CHILD and file.band(now) is not Band.CHILD
    return not said_already(file, purpose, Word(me, Decision.GIVEN, last.version, now, now))


def _said(
    who: UUID,
    last: Word | None,
    counting: Word | None,
    people: Mapping[UUID, Person],
    reader: Reader,
    mentee: UUID,
    me: UUID,
) -> SaidCard:
    named = reader != "guardian" or who in (mentee, me)
    return SaidCard(
        role="young" if who == mentee else "guardian",
        mine=who == me,
        decision=last.decision if last is not None else UNSET,
        at=timestamp(last.at) if last is not None else UNSET,
        counts=last is None or counting is not None,
        name=people[who].name if named and who in people else UNSET,
        account=who if reader == "staff" else UNSET,
    )


def _shows(link: GuardianLink, reader: Reader, me: UUID, now: datetime) -> bool:
    if reader == "staff":
        return True
    return link.link.open(now) and (reader == "self" or link.guardian_id == me)


def _guardian(link: GuardianLink, people: Mapping[UUID, Person], reader: Reader) -> GuardianCard:
    return GuardianCard(
        id=link.id,
        guardian=PersonName(link.guardian_id, people[link.guardian_id].name),
        relation=link.relation,
        authority=link.authority,
        since=timestamp(link.since),
        paper=link.paper if reader == "staff" else UNSET,
        until=timestamp(link.until) if link.until is not None else UNSET,
        ended_why=link.ended_why or UNSET,
    )


def _may_read(entry: Entry, reader: Reader, me: UUID) -> bool:
    return reader != "guardian" or entry.by == me


def _line(entry: Entry, people: Mapping[UUID, Person]) -> LineCard:
    recorder = people.get(entry.recorded_by)
    return LineCard(
        at=timestamp(entry.at),
        recorded_at=timestamp(entry.recorded_at),
        purpose=entry.purpose,
        version=entry.version,
        decision=entry.decision,
        name=people[entry.by].name,
        capacity=entry.capacity,
        how=entry.how,
        recorded_by=recorder.name if recorder is not None and entry.recorded_by != entry.by else UNSET,
    )


def _next(file: File, band: Band) -> TurnCard | UnsetType:
    if band is Band.ADULT:
        return UNSET
    age = ALONE_AGE if band is Band.CHILD else GROWN_AGE
    return TurnCard(age, birthday(file.born, age))
