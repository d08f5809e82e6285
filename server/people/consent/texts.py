"""The words in which consent is asked: as shipped, until an organisation writes its own. A version is never changed:
the ledger says which one somebody answered."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.consent.rules import Purpose
from server.people.consent.tables import consent_texts


class Wording(msgspec.Struct, frozen=True):
    """``easy``: the same, easy to read (FALC)."""

    text: str
    easy: str


class Version(msgspec.Struct, frozen=True):
    """``texts`` by language. ``asks_again_from``: from when a yes to an earlier version is none any more."""

    purpose: Purpose
    version: int
    texts: dict[str, Wording]
    asks_again_from: datetime | None
    changed_by: UUID | None
    changed_at: datetime | None


@cache
def shipped() -> Mapping[Purpose, dict[str, Wording]]:
    """The texts that come with the program: version 1 of every organisation."""
    file = resources.files(__package__).joinpath("texts.json")
    return msgspec.convert(json.loads(file.read_text(encoding="utf-8")), dict[Purpose, dict[str, Wording]])


async def ensure_shipped(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> None:
    """Puts the shipped texts down as version 1, so that what was answered can be read as long as the answer is kept,
    also when a later release ships others."""
    await conn.execute(
        insert(consent_texts).on_conflict_do_nothing(),
        [
            {
                "organisation_id": organisation_id,
                "purpose": purpose.value,
                "version": 1,
                "texts": msgspec.to_builtins(texts),
                "changed_at": at,
            }
            for purpose, texts in shipped().items()
        ],
    )


async def current(conn: AsyncConnection, organisation_id: UUID) -> dict[Purpose, Version]:
    """The newest version of each text."""
    newest = {purpose: Version(purpose, 1, texts, None, None, None) for purpose, texts in shipped().items()}
    for version in await versions(conn, organisation_id):
        newest[version.purpose] = version
    return newest


async def versions(conn: AsyncConnection, organisation_id: UUID) -> list[Version]:
    """All that are written down, oldest first."""
    query = (
        select(consent_texts)
        .where(consent_texts.c.organisation_id == organisation_id)
        .order_by(consent_texts.c.purpose, consent_texts.c.version)
    )
    return [
        Version(
            Purpose(row.purpose),
            row.version,
            msgspec.convert(row.texts, dict[str, Wording]),
            row.asks_again_from,
            row.changed_by,
            row.changed_at,
        )
        for row in await conn.execute(query)
    ]
