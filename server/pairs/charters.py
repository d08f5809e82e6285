"""The mentors' charter: as shipped, until an organisation writes its own. A version is never changed: a signature says
which one was read."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.tables import charters

FIRST_CHARTER: Final = 1  # the version that is shipped

Texts = dict[str, list[str]]
"""By language, the articles in their order. Each language of the program is there."""


@dataclass(frozen=True, slots=True)
class Charter:
    """``sign_again_from``: the day from which who signed an earlier version has signed none any more."""

    version: int
    texts: Texts
    sign_again_from: date | None = None
    changed_by: UUID | None = None
    changed_at: datetime | None = None


@cache
def shipped() -> Charter:
    """The one that comes with the program."""
    file = resources.files(__package__).joinpath("charter.json")
    return Charter(FIRST_CHARTER, msgspec.convert(json.loads(file.read_text(encoding="utf-8")), Texts))


async def ensure_shipped(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> None:
    """Puts the shipped one down as it is today, so that what was signed can be read also when a later release ships
    another."""
    first = {"organisation_id": organisation_id, "version": FIRST_CHARTER, "texts": shipped().texts, "changed_at": at}
    await conn.execute(upsert(charters).values(first).on_conflict_do_nothing())


async def versions(conn: AsyncConnection, organisation_id: UUID) -> list[Charter]:
    """All of them, the newest first."""
    rows = charters.c
    query = select(charters).where(rows.organisation_id == organisation_id).order_by(rows.version.desc())
    found = [
        Charter(row.version, row.texts, row.sign_again_from, row.changed_by, row.changed_at)
        for row in await conn.execute(query)
    ]
    return found or [shipped()]


async def newest(conn: AsyncConnection, organisation_id: UUID) -> Charter:
    return (await versions(conn, organisation_id))[0]


async def add(conn: AsyncConnection, organisation_id: UUID, new: Charter) -> None:
    """Raises sqlalchemy.exc.IntegrityError when there is one of this version."""
    await conn.execute(
        insert(charters).values(
            organisation_id=organisation_id,
            version=new.version,
            texts=new.texts,
            sign_again_from=new.sign_again_from,
            changed_by=new.changed_by,
            changed_at=new.changed_at,
        )
    )
