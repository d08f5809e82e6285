"""The child's own words: copied from what they wrote, by the server alone, and from nowhere else."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.rules import Case
from server.kernel.errors import BadRequest
from server.relay.fields import LETTERS, Concern, Fields, Quote, Referral
from server.relay.gather import marked_and_around
from server.rooms.histories import Version, versions_of
from server.transport.wire import Identifier, timestamp

Places = Mapping[tuple[UUID, int], Sequence[Version]]


async def written_by(conn: AsyncConnection, case: Case, account_id: UUID) -> tuple[Places, set[tuple[UUID, int]]]:
    """What somebody wrote in and around what the case is about, every version, by place; and the places that it is
    about. Voice notes are not words that can be copied."""
    rooms, marked = await marked_and_around(conn, case.id)
    places: dict[tuple[UUID, int], Sequence[Version]] = {}
    for room_id, found in sorted(rooms.items()):
        own = [message for message in found if message.author_id == account_id and message.kind == "text"]
        versions = await versions_of(conn, room_id, own)
        places |= {(room_id, message.seq): versions[message.seq] for message in own}
    return places, marked


async def quotes(conn: AsyncConnection, case: Case, account_id: UUID) -> list[Quote]:
    """Every version of the messages of this person that the case is about, the first first."""
    places, marked = await written_by(conn, case, account_id)
    found = [
        _quote(room_id, seq, version)
        for (room_id, seq), versions in places.items()
        if (room_id, seq) in marked
        for version in versions
    ]
    return sorted(found, key=lambda quote: (quote.said_at, quote.seq or 0, quote.version or 0))[:100]


async def verbatim(conn: AsyncConnection, case: Case, account_id: UUID | None, fields: Fields) -> Fields:
    """``fields`` with each written quote as it was written, whatever was sent for it. Raises BadRequest with the field
    for one that the child did not write, or not in what the case is about."""
    if not isinstance(fields, LETTERS) or not any(one.source == "written" for one in fields.words):
        return _heard(fields)
    places, _ = await written_by(conn, case, account_id) if account_id is not None else ({}, set())
    copied = []
    for at, quote in enumerate(fields.words):
        if quote.source == "heard":
            copied.append(quote)
            continue
        if quote.room is None or quote.seq is None:
            raise BadRequest("relay_quote", field=f"words.{at}")
        found = [one for one in places.get((quote.room, quote.seq), ()) if one.version == (quote.version or 1)]
        if not found:
            raise BadRequest("relay_quote", field=f"words.{at}")
        copied.append(_quote(quote.room, quote.seq, found[0]))
    return structs.replace(fields, words=copied)


def _heard(fields: Fields) -> Fields:
    """Of words that were heard, no place in a room is claimed."""
    if not isinstance(fields, Concern | Referral):
        return fields
    plain = [structs.replace(one, room=None, seq=None, version=None) for one in fields.words]
    return structs.replace(fields, words=plain)


def _quote(room_id: UUID, seq: int, version: Version) -> Quote:
    room = Identifier(int=room_id.int)
    return Quote("written", version.body, timestamp(version.at), room, seq, version.version)
