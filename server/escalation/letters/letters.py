"""Use cases of letters. Nothing of them is moderated, and no suspension, consent or restriction closes them: whoever
has an account can write to a professional (FIELD 94; docs/decisions/0229)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.letters import store
from server.escalation.letters.rules import MAX_BODY, STAFF, Line, readers
from server.escalation.letters.store import Letter, Mark, Thread
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs.professionals import professionals_of
from server.pairs.rules import State, answers_for
from server.pairs.store import pairs_of
from server.people.answering import answering
from server.people.consent.store import links_of
from server.people.notices import tell
from server.people.reach.queueing import queue
from server.people.reach.rules import Urgency
from server.people.store import Person, people_in_role, people_of
from server.trail.acts import Act
from server.trail.record import record

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A line as one of its people sees it. ``own`` answer for the person now, ``readers`` read the line."""

    person: Person
    line: Line
    readers: frozenset[UUID]
    own: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Listed:
    """``unread``: something is there that the one who asks has not read. ``at``: when the last letter was written."""

    person: Person
    line: Line
    readers: Sequence[Person]
    unread: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """The oldest first. ``seen``: the number up to which the readers have read, ``answers_seen`` the person.
    ``authors`` by identifier."""

    person: Person
    line: Line
    readers: Sequence[Person]
    letters: Sequence[Letter]
    more: bool
    seen: int
    answers_seen: int
    authors: Mapping[UUID, Person]


class Letters:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def lines(self, principal: Principal) -> tuple[list[Listed], list[Person]]:
        """One's own two lines; for a professional those that they read, the newest first, and whom else they may write
        to: the people they answer for."""
        async with self._database.begin(principal.organisation_id) as conn:
            if principal.role not in STAFF:
                return await self._own(conn, principal), []
            return await self._read(conn, principal)

    async def page(self, principal: Principal, person_id: UUID, line: Line, before: int | None) -> Page:
        """Letters of a line, the last ones or those before a number. Whoever reads what a person wrote and does not
        answer for them is in that person's access journal, once a letter. Raises NotFound for a line of others."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            place = await self._place(conn, principal, person_id, line)
            found = await store.page(conn, person_id, line, before, PAGE + 1)
            page = found[-PAGE:]
            marks = await store.marks(conn, [person_id])
            await self._show(conn, principal, place, page, marks, now)
            people = await people_of(conn, {letter.author_id for letter in page} | place.readers)
        read = {who: mark.seen for (_, at, who), mark in marks.items() if at is line}
        return Page(
            place.person,
            line,
            _named(people, place.readers),
            page,
            len(found) > PAGE,
            max((read.get(one, 0) for one in place.readers), default=0),
            read.get(person_id, 0),
            people,
        )

    async def write(self, principal: Principal, person_id: UUID, line: Line, letter_id: UUID, body: str) -> Letter:
        """Writes a letter once, however often it is sent. Who is to read it is told in the same transaction. Raises
        NotFound, BadRequest("empty", "too_long"), Conflict("letter_taken") for an identifier of another letter,
        Conflict("letter_nobody") where nobody could read it."""
        text = body.strip()
        if not text:
            raise BadRequest("empty", field="body")
        if len(text) > MAX_BODY:
            raise BadRequest("too_long", field="body", maximum=MAX_BODY)
        me, here, now = principal.account_id, principal.organisation_id, self._clock.now()
        async with self._database.begin(here) as conn:
            place = await self._place(conn, principal, person_id, line)
            await store.take_turn(conn, person_id)
            before = next(
                (thread for thread in await store.threads(conn, here, person_id) if thread.line is line), None
            )
            seq = await store.add(conn, Letter(letter_id, here, person_id, line, me, text, now))
            if seq is None:
                there = await store.letter(conn, letter_id)
                if there is None or (there.person_id, there.line, there.author_id) != (person_id, line, me):
                    raise Conflict("letter_taken")
                return there
            if line is Line.OTHER and me == person_id:
                await store.avoid(conn, here, person_id, sorted(place.own))
            await store.grow(conn, here, person_id, line, me, shown=seq, seen=seq)
            await self._tell(conn, principal, place, letter_id, before, now)
        return Letter(letter_id, here, person_id, line, me, text, now, seq)

    async def seen(self, principal: Principal, person_id: UUID, line: Line, upto: int) -> None:
        """One has read the letters up to this number. Raises NotFound."""
        async with self._database.begin(principal.organisation_id) as conn:
            await self._place(conn, principal, person_id, line)
            last = await store.page(conn, person_id, line, None, 1)
            if last:
                upto = min(upto, last[0].seq)
                await store.grow(conn, principal.organisation_id, person_id, line, principal.account_id, seen=upto)

    async def readers_of(
        self, conn: AsyncConnection, organisation_id: UUID, person_id: UUID, line: Line
    ) -> frozenset[UUID]:
        """Who reads this line now."""
        person = (await people_of(conn, [person_id])).get(person_id)
        if person is None or person.role in STAFF:
            return frozenset()
        (place,) = await self._places(conn, organisation_id, [(person, line)])
        return place.readers

    async def _own(self, conn: AsyncConnection, principal: Principal) -> list[Listed]:
        me = (await people_of(conn, [principal.account_id]))[principal.account_id]
        there = {thread.line: thread for thread in await store.threads(conn, me.organisation_id, me.id)}
        places = await self._places(conn, me.organisation_id, [(me, line) for line in Line])
        marks = await store.marks(conn, [me.id], [me.id])
        people = await people_of(conn, set().union(*(place.readers for place in places)))
        return [_listed(place, there.get(place.line), marks, me.id, people) for place in places]

    async def _read(self, conn: AsyncConnection, principal: Principal) -> tuple[list[Listed], list[Person]]:
        me, here = principal.account_id, principal.organisation_id
        written = await store.threads(conn, here)
        people = await people_of(conn, {thread.person_id for thread in written})
        threads = [thread for thread in written if people[thread.person_id].role not in STAFF]
        places = await self._places(conn, here, [(people[thread.person_id], thread.line) for thread in threads])
        marks = await store.marks(conn, {thread.person_id for thread in threads}, [me])
        known = await people_of(conn, set().union(*(place.readers for place in places)) if places else ())
        mine = [
            _listed(place, thread, marks, me, known)
            for place, thread in zip(places, threads, strict=True)
            if me in place.readers
        ]
        begun = {listed.person.id for listed in mine if listed.line is Line.OWN}
        others = (await people_of(conn, await _answered_for(conn, me) - begun)).values()
        return mine, sorted((one for one in others if not one.disabled), key=lambda one: (one.name, one.id))

    async def _place(self, conn: AsyncConnection, principal: Principal, person_id: UUID, line: Line) -> Place:
        """Raises NotFound where the one who asks is neither the person nor a reader; Conflict("letter_nobody") for the
        person, where there is nobody to read it."""
        person = (await people_of(conn, [person_id])).get(person_id)
        if person is None or person.organisation_id != principal.organisation_id or person.role in STAFF:
            raise NotFound
        (place,) = await self._places(conn, person.organisation_id, [(person, line)])
        if principal.account_id == person_id:
            return place
        if principal.role not in STAFF or principal.account_id not in place.readers:
            raise NotFound
        principal.require(Permission.LETTER_ANSWER)
        if line is Line.OTHER and not await store.page(conn, person_id, line, None, 1):
            raise NotFound  # it is theirs to begin
        return place

    async def _places(
        self, conn: AsyncConnection, organisation_id: UUID, which: Collection[tuple[Person, Line]]
    ) -> list[Place]:
        if not which:
            return []
        roles = {person.id: person.role for person, _ in which}
        own = await answering(conn, professionals_of, roles)
        kept_away = await store.avoided(conn, roles)
        supervisors = {one.id for one in await people_in_role(conn, organisation_id, Role.SUPERVISOR)}
        admins = {one.id for one in await people_in_role(conn, organisation_id, Role.ADMIN)}
        places = []
        for person, line in which:
            mine = frozenset(one.id for one in own[person.id])
            found = readers(line, own=mine, avoided=kept_away[person.id], supervisors=supervisors, admins=admins)
            places.append(Place(person, line, found, mine))
        return places

    async def _show(
        self,
        conn: AsyncConnection,
        principal: Principal,
        place: Place,
        page: Sequence[Letter],
        marks: Mapping[tuple[UUID, Line, UUID], Mark],
        now: datetime,
    ) -> None:
        me, person = principal.account_id, place.person
        if me == person.id or not page:
            return
        shown = marks.get((person.id, place.line, me), Mark()).shown
        news = any(letter.seq > shown and letter.author_id == person.id for letter in page)
        if news and me not in place.own:
            detail = {"line": place.line.value}
            about = [person.id]
            await record(conn, person.organisation_id, now, Act.LETTERS_READ, by=me, about=about, detail=detail)
        if page[-1].seq > shown:
            await store.grow(conn, person.organisation_id, person.id, place.line, me, shown=page[-1].seq)

    async def _tell(
        self,
        conn: AsyncConnection,
        principal: Principal,
        place: Place,
        letter_id: UUID,
        before: Thread | None,
        now: datetime,
    ) -> None:
        """A notice, and word to where they are, to who is to read it, unless they have one of a letter that they have
        not read yet."""
        me, person = principal.account_id, place.person
        to = place.readers if me == person.id else frozenset({person.id})
        if not to:
            raise Conflict("letter_nobody")
        marks = await store.marks(conn, [person.id], to)
        for one in sorted(to):
            seen = marks.get((person.id, place.line, one), Mark()).seen
            waits = before is not None and seen < (before.asked if me == person.id else before.answered)
            if not waits:
                kind = "letter" if me == person.id else "letter_answer"
                await tell(conn, person.organisation_id, one, kind, now, person=person.id, line=place.line.value)
                key = f"{kind}:{letter_id}"
                await queue(conn, person.organisation_id, one, key, "letter", Urgency.PROMPT, now, link="/#/letters")


async def _answered_for(conn: AsyncConnection, supervisor_id: UUID) -> set[UUID]:
    """The people of the pairs that a professional answers for, and the guardians of the young ones."""
    pairs = [
        pair
        for pair in await pairs_of(conn, supervisor_id)
        if answers_for(pair, supervisor_id) and pair.state is not State.CLOSED
    ]
    young = {pair.mentee_id for pair in pairs}
    links = await links_of(conn, mentee_ids=young) if young else []
    return young | {pair.mentor_id for pair in pairs} | {link.guardian_id for link in links if link.until is None}


def _listed(
    place: Place,
    thread: Thread | None,
    marks: Mapping[tuple[UUID, Line, UUID], Mark],
    me: UUID,
    people: Mapping[UUID, Person],
) -> Listed:
    seen = marks.get((place.person.id, place.line, me), Mark()).seen
    news = 0 if thread is None else thread.answered if me == place.person.id else thread.asked
    return Listed(
        place.person,
        place.line,
        _named(people, place.readers),
        news > seen,
        thread.at if thread is not None else None,
    )


def _named(people: Mapping[UUID, Person], ids: Collection[UUID]) -> list[Person]:
    return sorted((people[one] for one in ids if one in people), key=lambda one: (one.name, one.id))
