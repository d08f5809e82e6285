"""The heads that are kept outside the chain: one a day for each organisation, in the database and in a file of the data
folder. Whoever rewrites a chain from the inside, hashes and all, has these against them, and what was printed."""

import os
from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.ground import GroundError
from server.trail.chain import Head
from server.trail.tables import audit_day_heads, audit_heads

FILE: Final = Path("audit") / "heads"  # in the data folder
_LONGEST: Final = 200  # characters of a line


async def head_of(conn: AsyncConnection, organisation_id: UUID) -> tuple[int, bytes] | None:
    """The number and the hash of the last entry; None before the first."""
    query = select(audit_heads.c.sequence, audit_heads.c.hash).where(
        audit_heads.c.organisation_id == organisation_id, audit_heads.c.sequence > 0
    )
    row = (await conn.execute(query)).first()
    return (row.sequence, row.hash) if row is not None else None


async def day_heads(
    conn: AsyncConnection, organisation_id: UUID, limit: int
) -> list[tuple[date, int, bytes, datetime]]:
    """(day, sequence, hash, when it was kept) of the last days, the newest first."""
    table = audit_day_heads.c
    query = (
        select(table.day, table.sequence, table.hash, table.at)
        .where(table.organisation_id == organisation_id)
        .order_by(table.day.desc())
        .limit(limit)
    )
    return [(row.day, row.sequence, row.hash, row.at) for row in await conn.execute(query)]


async def keep(conn: AsyncConnection, days: Mapping[UUID, date], at: datetime) -> int:
    """Keeps the heads of these organisations for the days that have ended for them; how many were not kept before."""
    table = audit_heads.c
    query = select(table.organisation_id, table.sequence, table.hash).where(
        table.organisation_id.in_(days), table.sequence > 0
    )
    rows = [
        {"organisation_id": row.organisation_id, "sequence": row.sequence, "hash": row.hash}
        | {"day": days[row.organisation_id], "at": at}
        for row in await conn.execute(query)
    ]
    if not rows:
        return 0
    new = insert(audit_day_heads).values(rows).on_conflict_do_nothing().returning(audit_day_heads.c.day)
    return len((await conn.execute(new)).all())


async def lines(conn: AsyncConnection) -> list[str]:
    """All heads that are kept, as the file has them, by day."""
    table = audit_day_heads.c
    query = select(table.day, table.organisation_id, table.sequence, table.hash).order_by(
        table.day, table.organisation_id
    )
    return [f"{row.day} {row.organisation_id} {row.sequence} {row.hash.hex()}" for row in await conn.execute(query)]


def append(data: Path, known: Collection[str]) -> int:
    """Adds to the file what it does not have yet of ``known``; how many lines. What stands there is never changed: a
    line that the database has otherwise now stays beside the new one, for the verifier to find."""
    path = data / FILE
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+", encoding="ascii", errors="replace") as file:
        text = file.read()
        there = set(text.splitlines())
        new = [line for line in known if line not in there]
        if new:
            torn = "" if not text or text.endswith("\n") else "\n"  # a line that a full disk cut off
            file.write(torn + "".join(f"{line}\n" for line in new))
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def read(path: Path) -> list[Head]:
    """The heads in a file. A line that was cut off by a full disk or a lost power, and stands whole further on, is no
    head of its own. Raises GroundError for a file that cannot be read or holds anything else."""
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no list of heads"
        raise GroundError(f"cannot read the heads in {path}: {reason.lower()}") from error
    lines, found = text.splitlines(), []
    for number, line in enumerate(lines, 1):
        try:
            found += [_parse(line, number, path)] if line else []
        except GroundError:
            if not any(later.startswith(line) for later in lines[number:]):
                raise
    return found


def _parse(line: str, number: int, path: Path) -> Head:
    try:
        day, organisation, sequence, hashed = line[:_LONGEST].split()
        return Head(
            UUID(organisation), int(sequence), whole_hash(hashed), f"the head of {date.fromisoformat(day)} in {path}"
        )
    except ValueError as error:
        raise GroundError(f"line {number} of {path} is not DAY ORGANISATION NUMBER HASH") from error


def typed(text: str) -> tuple[int, bytes] | None:
    """A head as it is printed, ``SEQUENCE:HASH``; None when it is not one."""
    sequence, _, hashed = text.partition(":")
    try:
        return (int(sequence), whole_hash(hashed)) if sequence.isascii() and sequence.isdigit() else None
    except ValueError:
        return None


def whole_hash(text: str) -> bytes:
    """A hash as it is printed. Raises ValueError for what is none."""
    hashed = bytes.fromhex(text)
    if len(hashed) != 32:
        raise ValueError("a SHA-256 hash has 32 bytes")
    return hashed
