"""SQL of letters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.letters.rules import Line
from server.escalation.letters.tables import letter_avoided, letter_marks, letters

# One person's letters are numbered in the order of their commits: else a reader could pass one by.
_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended('letters:' || cast(:person as text), 0))")


@dataclass(frozen=True, slots=True)
class Letter:
    """``seq`` is 0 until it is written."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    line: Line
    author_id: UUID
    body: str
    at: datetime
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """A line with something in it. ``last``: its last letter's number, ``asked`` that of the person's own last one,
    ``answered`` that of the last one to them; 0 for none."""

    person_id: UUID
    line: Line
    last: int
    asked: int
    answered: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """How far somebody was shown a line, and has said that they read it."""

    shown: int = 0
    seen: int = 0


async def take_turn(conn: AsyncConnection, person_id: UUID) -> None:
    """Until the transaction ends nobody else writes in the lines of this person."""
    await conn.execute(_TURN, {"person": str(person_id)})


async def letter(conn: AsyncConnection, letter_id: UUID) -> Letter | None:
    row = (await conn.execute(select(letters).where(letters.c.id == letter_id))).first()
    return _letter(row) if row is not None else None


async def letters_of(conn: AsyncConnection, letter_ids: Collection[UUID]) -> list[Letter]:
    return [_letter(row) for row in await conn.execute(select(letters).where(letters.c.id.in_(letter_ids)))]


async def add(conn: AsyncConnection, new: Letter) -> int | None:
    """Its number; None when there is a letter of this identifier already, perhaps one that cannot be seen from here."""
    values: dict[str, Any] = {
        "id": new.id,
        "organisation_id": new.organisation_id,
        "person_id": new.person_id,
        "line": new.line.value,
    }
    values |= {"author_id": new.author_id, "body": new.body, "at": new.at}
    statement = insert(letters).values(values).on_conflict_do_nothing(index_elements=["id"]).returning(letters.c.seq)
    seq: int | None = (await conn.execute(statement)).scalar_one_or_none()
    return seq


async def page(conn: AsyncConnection, person_id: UUID, line: Line, before: int | None, limit: int) -> list[Letter]:
    """The last ``limit`` letters, those with a lower number than ``before``; the oldest first."""
    query = select(letters).where(letters.c.person_id == person_id, letters.c.line == line.value)
    if before is not None:
        query = query.where(letters.c.seq < before)
    rows = await conn.execute(query.order_by(letters.c.seq.desc()).limit(limit))
    return [_letter(row) for row in rows][::-1]


async def threads(conn: AsyncConnection, organisation_id: UUID, person_id: UUID | None = None) -> list[Thread]:
    """All lines of the organisation, or of one person, in which something was written; the newest first."""
    own = letters.c.author_id == letters.c.person_id
    query = (
        select(
            letters.c.person_id,
            letters.c.line,
            func.max(letters.c.seq).label("last"),
            func.coalesce(func.max(letters.c.seq).filter(own), 0).label("asked"),
            func.coalesce(func.max(letters.c.seq).filter(~own), 0).label("answered"),
            func.max(letters.c.at).label("at"),
        )
        .where(letters.c.organisation_id == organisation_id)
        .group_by(letters.c.person_id, letters.c.line)
        .order_by(func.max(letters.c.seq).desc())
    )
    if person_id is not None:
        query = query.where(letters.c.person_id == person_id)
    return [
        Thread(row.person_id, Line(row.line), row.last, row.asked, row.answered, row.at)
        for row in await conn.execute(query)
    ]


async def marks(
    conn: AsyncConnection, person_ids: Collection[UUID], reader_ids: Collection[UUID] | None = None
) -> Mapping[tuple[UUID, Line, UUID], Mark]:
    """By person, line and reader; of all readers when none are named."""
    if not person_ids:
        return {}
    query = select(letter_marks).where(letter_marks.c.person_id.in_(person_ids))
    if reader_ids is not None:
        query = query.where(letter_marks.c.reader_id.in_(reader_ids))
    return {
        (row.person_id, Line(row.line), row.reader_id): Mark(row.shown, row.seen) for row in await conn.execute(query)
    }


async def grow(
    conn: AsyncConnection,
    organisation_id: UUID,
    person_id: UUID,
    line: Line,
    reader_id: UUID,
    *,
    shown: int = 0,
    seen: int = 0,
) -> None:
    """Moves the marks of a reader forward, never back."""
    values = {"organisation_id": organisation_id, "person_id": person_id, "line": line.value, "reader_id": reader_id}
    statement = insert(letter_marks).values(**values, shown=shown, seen=seen)
    table, new = letter_marks.c, statement.excluded
    await conn.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "line", "reader_id"],
            set_={"shown": func.greatest(table.shown, new.shown), "seen": func.greatest(table.seen, new.seen)},
            where=(table.shown < new.shown) | (table.seen < new.seen),
        )
    )


async def avoided(conn: AsyncConnection, person_ids: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    """Of each person, who answered for them when they wrote to somebody else."""
    found: dict[UUID, set[UUID]] = {person_id: set() for person_id in person_ids}
    if found:
        rows = await conn.execute(select(letter_avoided).where(letter_avoided.c.person_id.in_(person_ids)))
        for row in rows:
            found[row.person_id].add(row.account_id)
    return found


async def avoid(conn: AsyncConnection, organisation_id: UUID, person_id: UUID, account_ids: Sequence[UUID]) -> None:
    if account_ids:
        rows = [
            {"organisation_id": organisation_id, "person_id": person_id, "account_id": account_id}
            for account_id in account_ids
        ]
        await conn.execute(insert(letter_avoided).values(rows).on_conflict_do_nothing())


def _letter(row: Row[*tuple[Any, ...]]) -> Letter:
    return Letter(row.id, row.organisation_id, row.person_id, Line(row.line), row.author_id, row.body, row.at, row.seq)
