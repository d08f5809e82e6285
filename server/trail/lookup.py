"""Single entries of a chain, for whoever holds something that one of them names."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.ground import GroundError
from server.trail.acts import Act
from server.trail.chain import Row
from server.trail.heads import whole_hash
from server.trail.tables import audit_entries

_COLUMNS: Final = tuple(audit_entries.c)


async def entries_saying(conn: AsyncConnection, organisation_id: UUID, act: Act, name: str, value: str) -> list[Row]:
    """The entries of this act whose detail ``name`` is ``value``."""
    table = audit_entries.c
    # As it stands in canonical JSON: an entry that somebody broke must not keep the others from being found.
    said = table.entry.contains(f'"{name}":"{value}"', autoescape=True)
    query = select(*_COLUMNS).where(table.organisation_id == organisation_id, table.act == act.value, said)
    return [_row(row) for row in await conn.execute(query.order_by(table.sequence))]


async def hash_at(conn: AsyncConnection, organisation_id: UUID, sequence: int) -> bytes | None:
    """The hash of an entry; None where there is none of this number."""
    table = audit_entries.c
    query = select(table.hash).where(table.organisation_id == organisation_id, table.sequence == sequence)
    found: bytes | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def exported(conn: AsyncConnection, organisation_id: UUID) -> AsyncIterator[str]:
    """The whole chain, a line an entry: its hash and, behind a space, what it says."""
    table = audit_entries.c
    query = select(table.entry, table.hash).where(table.organisation_id == organisation_id).order_by(table.sequence)
    async with conn.stream(query) as rows:
        async for row in rows:
            yield f"{row.hash.hex()} {row.entry}"


def imported(line: str, number: int) -> Row:
    """The entry that a line of ``exported`` says; its columns are what it says itself. Raises GroundError."""
    try:
        hashed, _, entry = line.rstrip("\n").partition(" ")
        said = msgspec.json.decode(entry, type=_Said)
        digest = whole_hash(hashed)
    except (msgspec.MsgspecError, ValueError) as error:
        raise GroundError(
            f"line {number} of the trail is not HASH ENTRY, as `binome audit export` writes it"
        ) from error
    return Row(said.organisation, said.sequence, said.at, said.act, said.by, said.about, entry, digest)


def detail_of(row: Row) -> dict[str, Any]:
    """What an entry says beside who, what and when; nothing, for one that cannot be read."""
    try:
        return msgspec.json.decode(row.entry, type=_Said).detail
    except msgspec.MsgspecError:
        return {}


class _Said(msgspec.Struct):
    organisation: UUID
    sequence: int
    at: datetime
    act: str
    by: UUID | None
    about: list[UUID]
    detail: dict[str, Any]


def _row(row: Any) -> Row:
    return Row(row.organisation_id, row.sequence, row.at, row.act, row.by_id, row.about, row.entry, row.hash)
