"""SQL of what leaves the house."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.relay.rules import Dispatch, Kind, State
from server.relay.tables import crip_contacts, dispatch_files, dispatch_readings, dispatch_versions, dispatches


def _dispatch(row: Row[*tuple[Any, ...]]) -> Dispatch:
    own = {column.name: getattr(row, column.name) for column in dispatches.c}
    return Dispatch(**own | {"kind": Kind(row.kind), "state": State(row.state)})


async def dispatch_of(conn: AsyncConnection, dispatch_id: UUID, *, lock: bool = False) -> Dispatch | None:
    """``lock``: for this transaction alone to change; after its case, never before."""
    query = select(dispatches).where(dispatches.c.id == dispatch_id)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    return _dispatch(row) if row is not None else None


async def dispatches_of(conn: AsyncConnection, case_id: UUID) -> list[Dispatch]:
    """The oldest first."""
    query = select(dispatches).where(dispatches.c.case_id == case_id).order_by(dispatches.c.made_at, dispatches.c.id)
    return [_dispatch(row) for row in await conn.execute(query)]


async def waiting(conn: AsyncConnection, organisation_id: UUID) -> list[Dispatch]:
    """What waits for a second pair of eyes, the oldest first."""
    rows = dispatches.c
    late = rows.urgent_why.is_not(None) & rows.seconded_by.is_(None) & (rows.state != State.WITHDRAWN.value)
    query = select(dispatches).where(
        rows.organisation_id == organisation_id, or_(rows.state == State.PROPOSED.value, late)
    )
    return [_dispatch(row) for row in await conn.execute(query.order_by(rows.proposed_at, rows.id))]


async def add(conn: AsyncConnection, **values: Any) -> bool:
    """False when there is something of this identifier, in this organisation or in another."""
    done = await conn.execute(upsert(dispatches).values(**values).on_conflict_do_nothing(index_elements=["id"]))
    return done.rowcount == 1


async def change(conn: AsyncConnection, dispatch_id: UUID, **values: Any) -> None:
    """Changes what this transaction has locked, and counts its revision."""
    rows = dispatches.c
    await conn.execute(update(dispatches).where(rows.id == dispatch_id).values(revision=rows.revision + 1, **values))


async def add_version(
    conn: AsyncConnection, dispatch_id: UUID, version: int, at: datetime, by: UUID, fields: Mapping[str, Any]
) -> None:
    values = {"dispatch_id": dispatch_id, "version": version, "at": at, "by_id": by, "fields": fields}
    await conn.execute(insert(dispatch_versions).values(**values))


async def versions_of(conn: AsyncConnection, dispatch_id: UUID) -> list[Any]:
    """Rows of the table, the first version first."""
    query = select(dispatch_versions).where(dispatch_versions.c.dispatch_id == dispatch_id)
    return list((await conn.execute(query.order_by(dispatch_versions.c.version))).all())


async def put_file(
    conn: AsyncConnection, dispatch_id: UUID, content: bytes, outline: Mapping[str, Any], at: datetime
) -> None:
    """In the place of one that was proposed before."""
    await remove_file(conn, dispatch_id)
    await conn.execute(
        insert(dispatch_files).values(dispatch_id=dispatch_id, content=content, outline=outline, made_at=at)
    )


async def remove_file(conn: AsyncConnection, dispatch_id: UUID) -> None:
    await conn.execute(delete(dispatch_files).where(dispatch_files.c.dispatch_id == dispatch_id))


async def file_of(conn: AsyncConnection, dispatch_id: UUID) -> bytes | None:
    query = select(dispatch_files.c.content).where(dispatch_files.c.dispatch_id == dispatch_id)
    found: bytes | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def outline_of(conn: AsyncConnection, dispatch_id: UUID) -> Mapping[str, Any] | None:
    """What the file holds, without its words."""
    query = select(dispatch_files.c.outline).where(dispatch_files.c.dispatch_id == dispatch_id)
    found: Mapping[str, Any] | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def add_reading(
    conn: AsyncConnection, dispatch_id: UUID, account_id: UUID, at: datetime, about: Collection[UUID]
) -> bool:
    """False when this person has read it before, and no other young people's words are in it since."""
    rows, people = dispatch_readings, sorted(about)
    values = {"dispatch_id": dispatch_id, "account_id": account_id, "at": at, "about": people}
    values |= {} if people else {"told_at": at}  # there is nobody to tell
    new = upsert(rows).values(**values)
    more = ~rows.c.about.contains(people)
    done = await conn.execute(
        new.on_conflict_do_update(
            index_elements=["dispatch_id", "account_id"],
            set_={"at": at, "about": new.excluded.about, "told_at": None},
            where=more,
        )
    )
    return done.rowcount == 1


async def note_seen(conn: AsyncConnection, dispatch_id: UUID, account_id: UUID, manifest: bytes) -> None:
    """This reader was shown the file of this manifest."""
    rows = dispatch_readings.c
    mine = (rows.dispatch_id == dispatch_id) & (rows.account_id == account_id)
    await conn.execute(update(dispatch_readings).where(mine).values(seen=manifest))


async def note_taken(conn: AsyncConnection, dispatch_id: UUID, account_id: UUID) -> None:
    """This reader was given the file."""
    rows = dispatch_readings.c
    mine = (rows.dispatch_id == dispatch_id) & (rows.account_id == account_id)
    await conn.execute(update(dispatch_readings).where(mine).values(took=True))


async def was_taken(conn: AsyncConnection, dispatch_id: UUID) -> bool:
    """Whether anybody was given the file, so that it may have left."""
    rows = dispatch_readings.c
    return bool((await conn.execute(select(exists().where(rows.dispatch_id == dispatch_id, rows.took)))).scalar_one())


async def has_seen(conn: AsyncConnection, dispatch_id: UUID, account_id: UUID, manifest: bytes) -> bool:
    """Whether it is what this reader was shown last."""
    rows = dispatch_readings.c
    mine = (rows.dispatch_id == dispatch_id) & (rows.account_id == account_id) & (rows.seen == manifest)
    return bool((await conn.execute(select(exists().where(mine)))).scalar_one())


async def take_untold(
    conn: AsyncConnection, dispatch_id: UUID, at: datetime
) -> list[tuple[UUID, datetime, Collection[UUID]]]:
    """Marks the readings of which nobody was told yet, and says whose they were, when, and about whom."""
    rows = dispatch_readings.c
    done = await conn.execute(
        update(dispatch_readings)
        .where(rows.dispatch_id == dispatch_id, rows.told_at.is_(None))
        .values(told_at=at)
        .returning(rows.account_id, rows.at, rows.about)
    )
    return sorted(((row.account_id, row.at, row.about) for row in done), key=lambda one: one[1])


async def mark_told(conn: AsyncConnection, dispatch_id: UUID, at: datetime) -> bool:
    """False when the young person was told before."""
    rows = dispatches.c
    done = await conn.execute(
        update(dispatches).where(rows.id == dispatch_id, rows.told_at.is_(None)).values(told_at=at)
    )
    return done.rowcount == 1


async def untold(conn: AsyncConnection) -> list[UUID]:
    """What there may be something to tell of, the oldest first; more of it than is due."""
    rows = dispatches.c
    unread = exists().where(dispatch_readings.c.dispatch_id == rows.id, dispatch_readings.c.told_at.is_(None))
    # What two people agreed never to tell of is not looked at again; nor what could not wait for the second of them.
    two = rows.seconded_agrees.is_(True) | rows.urgent_why.is_not(None)
    settled = (rows.tell == "never") & rows.state.in_(("agreed", "sent")) & two
    query = select(rows.id).where(~settled, unread | (rows.sent_at.is_not(None) & rows.told_at.is_(None)))
    return list((await conn.execute(query.order_by(rows.made_at, rows.id))).scalars())


async def told_of(conn: AsyncConnection, account_id: UUID) -> list[Dispatch]:
    """What left about this person, as far as they were told of it, the newest first."""
    rows = dispatches.c
    query = select(dispatches).where(rows.about_id == account_id, rows.told_at.is_not(None), rows.sent_at.is_not(None))
    return [_dispatch(row) for row in await conn.execute(query.order_by(rows.told_at.desc(), rows.id))]


async def contacts_of(conn: AsyncConnection, organisation_id: UUID) -> Mapping[str, Any]:
    """Rows of the table, by department."""
    query = select(crip_contacts).where(crip_contacts.c.organisation_id == organisation_id)
    return {row.department: row for row in await conn.execute(query)}


async def put_contact(conn: AsyncConnection, **values: Any) -> None:
    new = upsert(crip_contacts).values(**values)
    key = ("organisation_id", "department")
    changed = {name: new.excluded[name] for name in values if name not in key}
    await conn.execute(new.on_conflict_do_update(index_elements=list(key), set_=changed))


async def remove_contact(conn: AsyncConnection, organisation_id: UUID, department: str) -> None:
    rows = crip_contacts.c
    await conn.execute(
        delete(crip_contacts).where(rows.organisation_id == organisation_id, rows.department == department)
    )
