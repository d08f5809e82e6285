"""All that is held about a person, in one zip: ``data.json`` for programs, ``index.html`` for people, and the voice
notes. What it looks like is documented in ``docs/export.md``.

Rows come from the database as they are written, so that a long life needs no more memory than a short one.
"""

import json
import tempfile
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import Holding, Scope, bound
from server.people.store import Person
from server.rights.holdings import HOLDINGS
from server.rights.page import Page
from server.rooms.holdings import voice, voices
from server.transport.wire import timestamp

FORMAT: Final = "binome-export"
VERSION: Final = 1  # of data.json; a new one where a program that reads it would stumble
SPOOLED: Final = 1 << 20  # bytes of the page that are kept in memory


@dataclass(slots=True)
class Summary:
    """How many rows of each section, and voice notes, went in."""

    rows: dict[str, int] = field(default_factory=dict)
    voices: int = 0


async def write_export(
    conn: AsyncConnection, out: IO[bytes], scope: Scope, organisation: str, reader: Person, *, whole: bool
) -> Summary:
    """Writes the zip to ``out``. Not ``whole``: without what somebody said, for
    staff. The page is in the language and the zone of ``reader``."""
    summary = Summary()
    head = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": timestamp(scope.now),
        "organisation": organisation,
        "whole": whole,
    }
    holdings = [one for one in HOLDINGS if one.shown and (whole or not one.intimate)]
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive,
        tempfile.SpooledTemporaryFile(SPOOLED) as kept,
    ):
        page = Page(kept, reader.language, reader.zone, organisation, scope.now, whole=whole)
        with archive.open("data.json", "w") as data:
            data.write(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "sections": {{'.encode())
            for index, holding in enumerate(holdings):
                data.write(f"{',' if index else ''}\n{json.dumps(holding.name)}: [".encode())
                summary.rows[holding.name] = await _section(conn, holding, scope, data, page)
                data.write(b"]")
            data.write(b"}}\n")
        if whole:
            for note_id in await voices(conn, scope.person, scope.rooms):
                summary.voices += 1
                await _voice(conn, archive, note_id)
        page.end()
        kept.seek(0)
        with archive.open("index.html", "w") as shown:
            while block := kept.read(SPOOLED):
                shown.write(block)
    return summary


async def _section(conn: AsyncConnection, holding: Holding, scope: Scope, data: IO[bytes], page: Page) -> int:
    count = 0
    async for row in rows_of(conn, holding, scope):
        if count == 0:
            page.begin(holding.name)
        data.write(f"{',' if count else ''}\n  {json.dumps(row, ensure_ascii=False)}".encode())
        page.row(row)
        count += 1
    return count


async def rows_of(conn: AsyncConnection, holding: Holding, scope: Scope) -> AsyncIterator[dict[str, Any]]:
    """The rows that this person is given of one table, empty values left out."""
    shown = ", ".join(f'{value} as "{name}"' for name, value in holding.shown.items())
    condition = holding.seen or holding.about
    order = f" order by {holding.order}" if holding.order else ""
    statement = f"select {shown} from {holding.table.name} t where {condition}{order}"  # noqa: S608 - of declarations
    clause, parameters = bound(statement, scope)
    async with conn.stream(clause, parameters) as rows:
        async for row in rows.mappings():
            yield {name: plain(value) for name, value in row.items() if value is not None}


def plain(value: Any) -> Any:
    """As JSON says it."""
    match value:
        case datetime():
            return timestamp(value)
        case date() | UUID():
            return str(value)
    return value


async def _voice(conn: AsyncConnection, archive: zipfile.ZipFile, note_id: UUID) -> None:
    info = zipfile.ZipInfo(f"voice/{note_id}.ogg")
    info.compress_type = zipfile.ZIP_STORED  # Opus is compressed already
    with archive.open(info, "w", force_zip64=True) as entry:
        async for piece in voice(conn, note_id):
            entry.write(piece)


_ORGANISATION = text("select name from organisations where id = :organisation")


async def organisation_name(conn: AsyncConnection, organisation_id: UUID) -> str:
    return str((await conn.execute(_ORGANISATION, {"organisation": organisation_id})).scalar_one())
