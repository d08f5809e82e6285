"""SQL of deliveries and of the attempts at them, as the courier has them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Integer, Uuid

from server.kernel.identifiers import new_id
from server.people.reach.rules import Channel, Urgency
from server.people.reach.tables import deliveries, delivery_attempts, push_subscriptions


@dataclass(frozen=True, slots=True)
class Delivery:
    """One that a courier has taken up. While ``turn`` stands, it is theirs."""

    id: UUID
    organisation_id: UUID
    account_id: UUID | None
    contact_id: UUID | None
    kind: str
    urgency: Urgency
    every_channel: bool
    link: str | None
    turn: int
    rounds: int


# Who is passed over is being taken by somebody else at this moment; a row that changed meanwhile is looked at again.
# What nobody has taken yet is due at once, whatever the clock said of whoever queued it.
_TAKE: Final = text("""
with found as materialized (
    select d.id from deliveries d
    where d.state = 'waiting' and d.urgency = any(:urgencies) and not d.id = any(:busy) and (
        d.due_at <= :now or d.turn = 0
        or exists (select from unnest(:ids, :turns) as r (id, turn) where r.id = d.id and r.turn = d.turn)
    )
    order by d.due_at, d.id limit :most for update skip locked
)
update deliveries d set turn = d.turn + 1, due_at = cast(:until as timestamptz), wait_s = :lease_s
from found where d.id = found.id returning d.*
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("turns", type_=ARRAY(Integer)),
    bindparam("busy", type_=ARRAY(Uuid)),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    id: UUID
    turn: int
    due_at: datetime
    wait_s: int


async def waiting(conn: AsyncConnection, now: datetime) -> list[Waiting]:
    """What is not over: all that is critical, and of the rest what somebody put off whose clock was ahead of ``now``,
    or before this clock was put back."""
    rows = deliveries.c
    ahead = rows.due_at - rows.wait_s * literal(timedelta(seconds=1)) > now
    query = select(rows.id, rows.turn, rows.due_at, rows.wait_s).where(
        rows.state == "waiting", (rows.urgency == Urgency.CRITICAL.value) | ahead
    )
    return [Waiting(*row) for row in await conn.execute(query)]


async def take(
    conn: AsyncConnection,
    urgencies: Collection[Urgency],
    now: datetime,
    lease: timedelta,
    most: int,
    *,
    busy: Collection[UUID] = (),
    ripe: Sequence[Waiting] = (),
) -> list[Delivery]:
    """Takes up to ``most`` that are due, or ``ripe`` and still as they were seen: until the lease is over, or they are
    given back, nobody else does. Those of ``busy`` are left."""
    values: Mapping[str, Any] = {
        "urgencies": [urgency.value for urgency in urgencies],
        "now": now,
        "until": now + lease,
        "lease_s": int(lease.total_seconds()),
        "most": most,
        "busy": list(busy),
        "ids": [one.id for one in ripe],
        "turns": [one.turn for one in ripe],
    }
    return [_delivery(row) for row in await conn.execute(_TAKE, values)]


def _delivery(row: Row[*tuple[Any, ...]]) -> Delivery:
    return Delivery(
        row.id,
        row.organisation_id,
        row.account_id,
        row.contact_id,
        row.kind,
        Urgency(row.urgency),
        row.every_channel,
        row.link,
        row.turn,
        row.rounds,
    )


async def tried(conn: AsyncConnection, delivery_id: UUID) -> set[Channel]:
    """The channels that have taken this delivery. What a server left behind that was killed while sending is known
    from now on as what nobody knows."""
    rows = delivery_attempts.c
    await conn.execute(
        update(delivery_attempts)
        .where(rows.delivery_id == delivery_id, rows.result == "sending")
        .values(result="unknown", reason="interrupted")
    )
    query = select(rows.channel).where(rows.delivery_id == delivery_id, rows.result == "sent")
    return {Channel(channel) for channel in (await conn.execute(query)).scalars()}


async def begin_attempt(conn: AsyncConnection, delivery: Delivery, channel: Channel, at: datetime) -> UUID | None:
    """None when somebody else has taken the delivery up meanwhile."""
    if not await _mine(conn, delivery):
        return None
    attempt_id = new_id()
    row = {"id": attempt_id, "delivery_id": delivery.id, "channel": channel.value, "at": at}
    await conn.execute(insert(delivery_attempts).values(row))
    return attempt_id


async def end_attempt(conn: AsyncConnection, attempt_id: UUID, result: str, reason: str | None) -> None:
    await conn.execute(
        update(delivery_attempts).where(delivery_attempts.c.id == attempt_id).values(result=result, reason=reason)
    )


async def end(conn: AsyncConnection, delivery: Delivery, state: str, reason: str | None, at: datetime) -> bool:
    """False when somebody else has taken it up meanwhile. A link to somebody outside may open something: it is kept no
    longer than it takes to send it."""
    link = delivery.link if delivery.contact_id is None else None
    return await _set(conn, delivery, state=state, reason=reason, ended_at=at, link=link)


async def put_off(
    conn: AsyncConnection, delivery: Delivery, now: datetime, until: datetime, rounds: int, reason: str | None
) -> bool:
    """Until then it is nobody's. False likewise."""
    wait_s = max(0, int((until - now).total_seconds()))
    return await _set(conn, delivery, due_at=until, wait_s=wait_s, rounds=rounds, reason=reason)


async def _set(conn: AsyncConnection, delivery: Delivery, **values: Any) -> bool:
    rows = deliveries.c
    still = (rows.id == delivery.id) & (rows.turn == delivery.turn) & (rows.state == "waiting")
    changed = update(deliveries).where(still).values(turn=rows.turn + 1, **values)
    return (await conn.execute(changed)).rowcount == 1


async def _mine(conn: AsyncConnection, delivery: Delivery) -> bool:
    rows = deliveries.c
    still = (rows.id == delivery.id) & (rows.turn == delivery.turn) & (rows.state == "waiting")
    return (await conn.execute(select(rows.id).where(still).with_for_update())).first() is not None


async def forget_devices(conn: AsyncConnection, ids: Collection[UUID]) -> None:
    if ids:
        await conn.execute(delete(push_subscriptions).where(push_subscriptions.c.id.in_(ids)))
