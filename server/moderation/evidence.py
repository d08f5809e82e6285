"""What professionals did about flags, act by act: for whoever must prove it later."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.moderation.explain import explanations
from server.moderation.tables import reviews


@dataclass(frozen=True, slots=True)
class Review:
    """One act. ``note`` is for professionals, ``advice`` was for the author."""

    flag_id: UUID
    act: str
    decision: str | None
    reason: str | None
    note: str | None
    advice: str | None
    by_id: UUID
    at: datetime


async def reviews_of(conn: AsyncConnection, flag_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Review]]:
    """By flag, the first act first."""
    rows = reviews.c
    query = (
        select(rows.flag_id, rows.act, rows.decision, rows.reason, rows.note, rows.advice, rows.by_id, rows.at)
        .where(rows.flag_id.in_(flag_ids))
        .order_by(rows.at, rows.id)
    )
    found: dict[UUID, list[Review]] = {}
    for row in await conn.execute(query):
        found.setdefault(row.flag_id, []).append(Review(*row))
    return found


def category_name(category: str, language: str) -> str:
    """What a category is called, or its code where there is no name for it."""
    return explanations()[language].what.get(category, category)
