"""Puts a case together for somebody who may read it: what it says stays as it was said.

Confidential notes are in nothing that this makes; what is for the team alone is in nothing that leaves the house.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.escalation.file import page_lines
from server.escalation.letters.evidence import may_stand_in
from server.escalation.letters.store import Letter
from server.escalation.letters.store import letter as letter_of
from server.escalation.opening import Link
from server.escalation.reports.store import Report, reports_in
from server.escalation.rules import Case
from server.moderation.evidence import reviews_of
from server.moderation.flag import Flag
from server.moderation.store import flags_of
from server.people.everyone import all_organisations
from server.people.store import Person, people_of
from server.relay import dossier, lines
from server.relay.dossier import Dossier
from server.rooms import reading
from server.rooms.histories import places_of, versions_of, visits_in
from server.rooms.holdings import voice
from server.rooms.messages import Message
from server.supervision.attendance.of_case import calls_around
from server.transport.wire import timestamp

BEFORE: Final = 10  # messages around each that the case is about: enough to see what it answered
AFTER: Final = 5
MOST_PLACES: Final = 200  # of one case; of more, the first
MOST_VOICE: Final = 24 * 1024 * 1024  # bytes of voice notes in one file
CIRCLES: Final[Mapping[str, frozenset[str]]] = {
    "outside": frozenset({"shareable"}),
    "team": frozenset({"shareable", "team"}),
}


@dataclass(slots=True)
class Gathered:
    """A case put together, and the voice notes of it, by the name of their file."""

    dossier: Dossier
    voices: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """A message that the case is about, or an instant in a room where there is none."""

    room_id: UUID
    seq: int | None
    at: datetime


async def gather(conn: AsyncConnection, case: Case, by: UUID, now: datetime, *, outside: bool) -> Gathered:
    """Everything that ``by``, who sees the case whole, may hand on to somebody outside or in the team."""
    circle = "outside" if outside else "team"
    links = await cases.links_of(conn, case.id)
    entries, tasks = await cases.entries_of(conn, case.id), await cases.tasks_of(conn, case.id)
    pages, parts = await cases.pages_of(conn, case.id), (await cases.parts_of(conn, [case.id]))[case.id]
    flags = await flags_of(conn, [link.ref for link in links if link.kind == "flag"])
    reviews = await reviews_of(conn, [flag.id for flag in flags])
    reports = await reports_in(conn, [case.id])
    rooms = await _around(conn, await _places(conn, links, flags, reports))
    marked = _marked(links, flags, reports)
    where_it_was = rooms.keys() | ({case.room_id} if case.room_id is not None else set())
    around = await calls_around(conn, case)
    letters = await _letters(conn, case, links, now)
    visits = await visits_in(conn, sorted(where_it_was), case.opened_at)
    people = await people_of(
        conn,
        _everybody(case, by, flags)
        | parts.keys()
        | {entry.by_id for entry in entries if entry.by_id is not None}
        | {one for task in tasks for one in (task.owner_id, task.made_by, task.done_by) if one is not None}
        | {one for page in pages for one in page.people}
        | {review.by_id for of_flag in reviews.values() for review in of_flag}
        | {message.author_id for found in rooms.values() for message in found}
        | {visit.account_id for visit in visits}
        | around.people
        | {one for letter in letters for one in (letter.person_id, letter.author_id)}
        | {one for report in reports for one in (report.by_id, report.person_id) if one is not None},
    )
    conversations = [
        await _conversation(conn, room_id, found, people, marked) for room_id, found in sorted(rooms.items())
    ]
    voices, left_out = await _voices(conn, conversations)
    where = {one.id: one for one in await all_organisations(conn)}[case.organisation_id]
    shown = CIRCLES[circle]
    made = Dossier(
        format=dossier.FORMAT,
        version=dossier.VERSION,
        made_at=timestamp(now),
        made_by=lines.who(by, people),
        organisation=where.name,
        zone=where.zone,
        circle=circle,
        case=lines.summary(case, people),
        parties=[
            dossier.Party(lines.who(who, people), sorted(parts[who]), lines.day(people[who].birth_date))
            for who in sorted(parts)
            if who in people
        ],
        timeline=[
            dossier.Entry(
                timestamp(entry.at),
                entry.act,
                dict(entry.detail),
                lines.maybe(entry.by_id, people),
                entry.tier if entry.tier in shown else None,
                entry.note if entry.tier in shown else None,
            )
            for entry in entries
            # That there is a note which is not handed on is nobody's business outside.
            if not (outside and entry.act == "noted" and entry.tier not in shown)
        ],
        tasks=[] if outside else [lines.task(task, people) for task in tasks],
        pages=[lines.page(line) for line in await page_lines(conn, case, pages, people)],
        flags=[lines.flag(flag, reviews.get(flag.id, ()), people, outside=outside) for flag in flags],
        reports=[lines.report(report, people) for report in reports],
        letters=[lines.letter(one, people) for one in letters],
        conversations=conversations,
        visits=[
            dossier.Visit(
                str(visit.room_id),
                lines.who(visit.account_id, people),
                visit.act,
                timestamp(visit.entered_at),
                lines.moment(visit.left_at),
            )
            for visit in visits
        ],
        calls=lines.calls(around, people),
        links=[
            dossier.Linked(link.kind, str(link.ref), None if link.room_id is None else str(link.room_id), link.seq)
            for link in links
        ],
        voices_left_out=left_out,
    )
    return Gathered(made, voices)


async def marked_and_around(
    conn: AsyncConnection, case_id: UUID
) -> tuple[dict[UUID, list[Message]], set[tuple[UUID, int]]]:
    """By room, the messages that a case is about and those around them; and the places of the former."""
    links = await cases.links_of(conn, case_id)
    flags = await flags_of(conn, [link.ref for link in links if link.kind == "flag"])
    reports = await reports_in(conn, [case_id])
    return await _around(conn, await _places(conn, links, flags, reports)), _marked(links, flags, reports)


async def _letters(conn: AsyncConnection, case: Case, links: Sequence[Link], now: datetime) -> list[Letter]:
    """Those that the case is about, the first first; none that somebody would read whom it was written around."""
    found = [await letter_of(conn, link.ref) for link in links if link.kind == "letter"]
    there = [one for one in found if one is not None and await may_stand_in(conn, case, one, now)]
    return sorted(there, key=lambda one: one.seq)


async def _places(
    conn: AsyncConnection, links: Sequence[Link], flags: Sequence[Flag], reports: Sequence[Report]
) -> list[_Place]:
    places = [_Place(flag.room_id, flag.seq, flag.raised_at) for flag in flags if flag.room_id is not None]
    places += [_Place(one.said.room_id, one.said.seq, one.said.at) for one in reports if one.said is not None]
    by_room: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for link in links:
        if link.kind == "message" and link.room_id is not None and link.seq is None:
            by_room[link.room_id].add(link.ref)
        elif link.kind == "message" and link.room_id is not None and link.seq is not None:
            found = await reading.message(conn, link.room_id, link.seq)
            places += [_Place(link.room_id, link.seq, found.at)] if found is not None else []
    for room_id, ids in by_room.items():
        places += [_Place(room_id, seq, at) for seq, at in await places_of(conn, room_id, ids)]
    return places[:MOST_PLACES]


async def _around(conn: AsyncConnection, places: Sequence[_Place]) -> dict[UUID, list[Message]]:
    """By room, the messages at and around these places, each once, by place."""
    rooms: defaultdict[UUID, dict[int, Message]] = defaultdict(dict)
    for place in dict.fromkeys(places):
        found = await reading.around(conn, place.room_id, place.seq, place.at, BEFORE, AFTER)
        rooms[place.room_id] |= {message.seq: message for message in found}
    return {room_id: [found[seq] for seq in sorted(found)] for room_id, found in rooms.items()}


def _marked(links: Sequence[Link], flags: Sequence[Flag], reports: Sequence[Report]) -> set[tuple[UUID, int]]:
    places = {(flag.room_id, flag.seq) for flag in flags} | {(link.room_id, link.seq) for link in links}
    places |= {(one.said.room_id, one.said.seq) for one in reports if one.said is not None}
    return {(room, seq) for room, seq in places if room is not None and seq is not None}


async def _conversation(
    conn: AsyncConnection,
    room_id: UUID,
    found: Sequence[Message],
    people: Mapping[UUID, Person],
    marked: set[tuple[UUID, int]],
) -> dossier.Conversation:
    texts = await versions_of(conn, room_id, found)
    messages = [
        dossier.Message(
            message.seq,
            str(message.id),
            timestamp(message.at),
            lines.who(message.author_id, people),
            message.kind,
            message.state,
            message.edited,
            (room_id, message.seq) in marked,
            [
                dossier.Version(one.version, timestamp(one.at), one.body, one.state, one.masked_body)
                for one in texts[message.seq]
            ],
            f"voice/{message.id}.ogg" if message.kind == "voice" else None,
        )
        for message in found
    ]
    return dossier.Conversation(str(room_id), messages)


async def _voices(conn: AsyncConnection, conversations: Sequence[dossier.Conversation]) -> tuple[dict[str, bytes], int]:
    """Those that the case is about first, as long as there is room."""
    spoken = [message for one in conversations for message in one.messages if message.voice is not None]
    voices: dict[str, bytes] = {}
    left_out = size = 0
    for message in sorted(spoken, key=lambda message: not message.marked):
        content = b"".join([piece async for piece in voice(conn, UUID(message.id))])
        if size + len(content) > MOST_VOICE or not content or message.voice is None:
            left_out += 1
            continue
        size += len(content)
        voices[message.voice] = content
    return voices, left_out


def _everybody(case: Case, by: UUID, flags: Sequence[Flag]) -> set[UUID]:
    named = {by, case.owner_id, case.acknowledged_by, case.about_id}
    for flag in flags:
        named |= {flag.author_id, flag.decided_by, flag.seconded_by}
    return {one for one in named if one is not None}
