"""SQL of requests on one's data, and how they are listed, written down and told of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.principal import Principal
from server.people.notices import tell
from server.people.restrictions import aside_until
from server.people.store import Person, organisation, people_of
from server.rights.tables import data_requests
from server.trail.acts import Act
from server.trail.record import record

Kind = Literal["access", "correction", "erasure", "objection", "restriction"]
State = Literal["received", "taken", "answered", "refused", "withdrawn"]

OPEN: Final = ("received", "taken")
LISTED: Final = 200  # requests on a page, the open ones first

_ORDER: Final = (
    data_requests.c.ended_at.is_not(None),
    data_requests.c.due_on,
    data_requests.c.ended_at.desc(),
    data_requests.c.id,
)


@dataclass(frozen=True, slots=True)
class Request:
    id: UUID
    organisation_id: UUID
    about: UUID
    by: UUID
    kind: Kind
    words: str | None
    state: State
    at: datetime
    due_on: date
    taken_by: UUID | None
    taken_at: datetime | None
    extended_at: datetime | None
    extended_why: str | None
    ended_by: UUID | None
    ended_at: datetime | None
    answer: str | None
    revision: int
    warned: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """Requests with the people they name, and the organisation's zone and day. ``aside``: those by which data is put
    aside now, with the day until which it is, where there is one."""

    requests: Sequence[Request]
    aside: Mapping[UUID, datetime | None]
    people: Mapping[UUID, Person]
    zone: ZoneInfo
    today: date


def _request(row: Row[*tuple[Any, ...]]) -> Request:
    return Request(*row)


async def request_of(conn: AsyncConnection, which: ColumnElement[bool], *, lock: bool = False) -> Request | None:
    query = select(data_requests).where(which)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    return _request(row) if row is not None else None


async def open_requests(conn: AsyncConnection) -> list[Request]:
    """All that wait for an answer, wherever the connection looks, the most urgent first."""
    query = select(data_requests).where(data_requests.c.ended_at.is_(None)).order_by(*_ORDER)
    return [_request(row) for row in await conn.execute(query)]


async def listed(conn: AsyncConnection, organisation_id: UUID, which: ColumnElement[bool], now: datetime) -> Listed:
    """A page of them."""
    rows = await conn.execute(select(data_requests).where(which).order_by(*_ORDER).limit(LISTED))
    requests = [_request(row) for row in rows]
    zone = ZoneInfo((await organisation(conn, organisation_id)).zone)
    aside = await aside_until(conn, [one.id for one in requests], now)
    return Listed(requests, aside, await people_of(conn, _named(requests)), zone, now.astimezone(zone).date())


async def insert_request(conn: AsyncConnection, **values: Any) -> None:
    """Raises sqlalchemy.exc.IntegrityError while one of the kind waits, and for an identifier that is taken."""
    await conn.execute(insert(data_requests).values(**values))


async def write(conn: AsyncConnection, request: Request, **values: Any) -> None:
    """A step of a request that is locked."""
    rows = data_requests.c
    await conn.execute(update(data_requests).where(rows.id == request.id).values(revision=rows.revision + 1, **values))


async def set_warned(conn: AsyncConnection, request: Request, days: int) -> bool:
    """False when it was answered, moved or reminded of since it was read."""
    rows = data_requests.c
    as_read = (rows.id == request.id, rows.revision == request.revision, rows.ended_at.is_(None))
    same = rows.warned.is_not_distinct_from(request.warned)
    return (await conn.execute(update(data_requests).where(*as_read, same).values(warned=days))).rowcount == 1


async def recorded(
    conn: AsyncConnection, by: Principal, act: Act, about: UUID, request_id: UUID, at: datetime, **detail: Any
) -> None:
    detail["request"] = request_id
    await record(conn, by.organisation_id, at, act, by=by.account_id, about=[about], detail=detail)


async def tell_both(conn: AsyncConnection, request: Request, kind: str, at: datetime, **facts: date) -> None:
    """Who it is about, and who made it."""
    for account_id in {request.about, request.by}:
        await tell(conn, request.organisation_id, account_id, kind, at, what=request.kind, **facts)


def _named(requests: Collection[Request]) -> set[UUID]:
    named = {who for one in requests for who in (one.about, one.by, one.taken_by, one.ended_by)}
    return {who for who in named if who is not None}
