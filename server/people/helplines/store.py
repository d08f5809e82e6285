"""SQL of an organisation's help card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.people.helplines.lines import Hours, Line
from server.people.helplines.rules import Entry, Word
from server.people.helplines.tables import help_cards, helplines


@dataclass(frozen=True, slots=True)
class Written:
    """What an organisation wrote; version 0: nothing yet."""

    version: int = 0
    phone: str | None = None
    entries: Sequence[Entry] = ()


async def written(conn: AsyncConnection, organisation_id: UUID, *, for_change: bool = False) -> Written:
    """``for_change``: nobody else changes it until the transaction ends."""
    query = select(help_cards.c.version, help_cards.c.phone).where(help_cards.c.organisation_id == organisation_id)
    card = (await conn.execute(query.with_for_update() if for_change else query)).first()
    if card is None:
        return Written()
    rows = select(helplines).where(helplines.c.organisation_id == organisation_id).order_by(helplines.c.place)
    return Written(card.version, card.phone, [_entry(row) for row in await conn.execute(rows)])


async def write(conn: AsyncConnection, organisation_id: UUID, new: Written, by: UUID, at: datetime) -> bool:
    """The whole card anew. False when somebody else wrote version ``new.version`` meanwhile."""
    values = {"version": new.version, "phone": new.phone, "changed_by": by, "changed_at": at}
    statement = upsert(help_cards).values(organisation_id=organisation_id, **values)
    statement = statement.on_conflict_do_update(
        index_elements=["organisation_id"], set_=values, where=help_cards.c.version == new.version - 1
    )
    if (await conn.execute(statement)).rowcount != 1:
        return False
    await conn.execute(delete(helplines).where(helplines.c.organisation_id == organisation_id))
    rows = [_row(entry, organisation_id, place) for place, entry in enumerate(new.entries)]
    if rows:
        await conn.execute(insert(helplines), rows)
    return True


def _row(entry: Entry, organisation_id: UUID, place: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(column.name for column in helplines.c)
    row |= {"organisation_id": organisation_id, "place": place, "checked_on": entry.checked, "hidden": entry.hidden}
    row |= {"danger": False, "sms": False, "free": False}
    if isinstance(entry, Word):
        return row | {"id": new_id(), "shipped": entry.id}
    opens, closes = map(time.fromisoformat, entry.hours) if entry.hours is not None else (None, None)
    chat = entry.chat if isinstance(entry.chat, tuple) else None
    chat_opens, chat_closes = map(time.fromisoformat, chat) if chat is not None else (None, None)
    return row | {
        "id": UUID(entry.id),
        "number": entry.number,
        "audience": entry.audience,
        "danger": entry.danger,
        "sms": entry.sms,
        "free": entry.free,
        "opens": opens,
        "closes": closes,
        "days": list(entry.days) if entry.days is not None else None,
        "chat_opens": chat_opens,
        "chat_closes": chat_closes,
        "age_from": entry.age_from,
        "age_to": entry.age_to,
        "source": entry.source,
    }


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    if row.shipped is not None:
        return Word(row.shipped, row.checked_on, row.hidden)
    return Line(
        id=str(row.id),
        number=row.number,
        danger=row.danger,
        sms=row.sms,
        free=row.free,
        hours=_hours(row.opens, row.closes),
        days=tuple(row.days) if row.days is not None else None,
        chat=_hours(row.chat_opens, row.chat_closes),
        age_from=row.age_from,
        age_to=row.age_to,
        audience=row.audience,
        source=row.source,
        checked=row.checked_on,
        hidden=row.hidden,
    )


def _hours(begin: time | None, end: time | None) -> Hours | None:
    return (begin.isoformat("minutes"), end.isoformat("minutes")) if begin is not None and end is not None else None
