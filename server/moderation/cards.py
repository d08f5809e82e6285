"""How a flag goes over the wire, to the supervisor's screen: alike in ``flag:raised``, ``flag:changed`` and HTTP."""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.moderation.flag import Flag, FlagAction, FlagState
from server.pairs.rules import Pair
from server.pairs.store import pairs_by_id
from server.people.store import Person, people_of
from server.transport.wire import Timestamp, timestamp


class FlagAuthor(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    role: Role


class FlagReviewer(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class FlagLabel(msgspec.Struct, frozen=True):
    """``start`` and ``end`` are code points of ``excerpt``."""

    category: str
    severity: int
    score: float
    start: int
    end: int
    rule: str


class FlagCard(msgspec.Struct, frozen=True):
    """``people`` names those of the pair."""

    id: UUID
    author: FlagAuthor
    category: str
    severity: int
    action: FlagAction
    labels: list[FlagLabel]
    excerpt: str
    state: FlagState
    raised_at: Timestamp
    people: list[str]
    room: UUID | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    decided_at: Timestamp | UnsetType = UNSET
    decided_by: FlagReviewer | UnsetType = UNSET
    note: str | UnsetType = UNSET


async def cards(conn: AsyncConnection, flags: Collection[Flag]) -> list[FlagCard]:
    """The cards of ``flags``, in order; two queries however many they are."""
    pairs = await pairs_by_id(conn, {flag.pair_id for flag in flags if flag.pair_id is not None})
    ids = {flag.author_id for flag in flags} | {flag.decided_by for flag in flags if flag.decided_by is not None}
    for pair in pairs.values():
        ids |= {pair.mentor_id, pair.mentee_id}
    people = await people_of(conn, ids)
    return [card(flag, pairs, people) for flag in flags]


def card(flag: Flag, pairs: Mapping[UUID, Pair], people: Mapping[UUID, Person]) -> FlagCard:
    author = people[flag.author_id]
    pair = pairs.get(flag.pair_id) if flag.pair_id is not None else None
    reviewer = people[flag.decided_by] if flag.decided_by is not None else None
    return FlagCard(
        id=flag.id,
        room=UNSET if flag.room_id is None else flag.room_id,
        seq=UNSET if flag.seq is None else flag.seq,
        author=FlagAuthor(author.id, author.name, author.role),
        category=flag.category,
        severity=flag.severity,
        action=flag.action,
        labels=[
            FlagLabel(label.category, label.severity, label.score, label.start, label.end, label.rule)
            for label in flag.labels
        ],
        excerpt=flag.excerpt,
        state=flag.state,
        raised_at=timestamp(flag.raised_at),
        decided_at=UNSET if flag.decided_at is None else timestamp(flag.decided_at),
        decided_by=UNSET if reviewer is None else FlagReviewer(reviewer.id, reviewer.name),
        note=UNSET if flag.note is None else flag.note,
        people=[people[pair.mentor_id].name, people[pair.mentee_id].name] if pair else [author.name],
    )
