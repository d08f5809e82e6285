"""How one is reached oneself: seeing it, choosing it, the devices that show notifications, and a try."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.message_encryption import AUTH_BYTES, POINT_BYTES, is_point
from server.infra.vapid import from_unpadded
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.people import store
from server.people.reach.queueing import Outcome, outcomes, queue
from server.people.reach.rules import PROFESSIONALS, Channel, Quiet, Refusal, Urgency, keeps_a_channel, refusal
from server.people.reach.sending import Ways
from server.people.reach.tables import deliveries, push_subscriptions, reach_settings
from server.people.reach.who import Reached, Suspended, accounts_reached
from server.people.rules import checked_phone

MOST_DEVICES: Final = 10  # that show notifications to one person; the oldest give way
TRY: Final = "try"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants. ``shown_phone`` as they typed it."""

    wants: frozenset[Channel]
    quiet: Quiet | None
    shown_phone: str | None = None


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """``here``: the notifications of the session that asks."""

    id: UUID
    since: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """How one is reached. ``why`` nothing at all would go out, also when it is critical."""

    reached: Reached
    push_key: bytes
    devices: Sequence[ShownDevice] = ()
    why: Refusal | None = None
    last_try: Outcome | None = None


class OwnReach:
    def __init__(self, database: Database, clock: Clock, ways: Ways, suspended: Suspended) -> None:
        self._database = database
        self._clock = clock
        self._ways = ways
        self._suspended = suspended

    async def read(self, principal: Principal) -> Mine:
        _, vapid = await self._ways.keys.current()
        async with self._database.begin(principal.organisation_id) as conn:
            reached = await self._reached(conn, principal)
            rows = await conn.execute(
                select(push_subscriptions)
                .where(push_subscriptions.c.account_id == principal.account_id)
                .order_by(push_subscriptions.c.made_at.desc(), push_subscriptions.c.id)
            )
            devices = [ShownDevice(row.id, row.made_at, row.session_id == principal.session_id) for row in rows]
            why = refusal(reached.recipient, Urgency.CRITICAL)
            return Mine(reached, vapid.public, devices, why, await self._last_try(conn, principal))

    async def choose(self, principal: Principal, chosen: Chosen) -> None:
        """Raises BadRequest; Conflict("last_channel") when a professional would be out of reach."""
        quiet = chosen.quiet
        if quiet is not None and quiet.start == quiet.end:
            raise BadRequest("quiet_all_day", field="quiet")
        if chosen.shown_phone is not None and principal.role not in PROFESSIONALS:
            raise BadRequest("phone_not_shown", field="shown_phone")
        async with self._database.begin(principal.organisation_id) as conn:
            await store.account_for_change(conn, principal.account_id)  # of two who choose at once, one after the other
            reached = await self._reached(conn, principal)
            if not keeps_a_channel(principal.role, reached.recipient.has, chosen.wants):
                raise Conflict("last_channel")
            organisation = await store.organisation(conn, principal.organisation_id)
            phone = chosen.shown_phone and _phone(chosen.shown_phone, organisation.country)
            values = {channel.value: channel in chosen.wants for channel in Channel} | {
                "quiet_from": quiet.start if quiet is not None else None,
                "quiet_to": quiet.end if quiet is not None else None,
                "shown_phone": phone or None,
            }
            key = {"account_id": principal.account_id, "organisation_id": principal.organisation_id}
            await conn.execute(
                insert(reach_settings)
                .values(**key, **values)
                .on_conflict_do_update(index_elements=["account_id"], set_=values)
            )

    async def add_device(self, principal: Principal, endpoint: str, p256dh: str, auth: str) -> None:
        """The browser of this session shows notifications from now on. What it gave before, to whomever, is replaced.
        Raises BadRequest for what no browser gives, or a push service that this server does not send to."""
        if not self._ways.push.takes(endpoint):
            raise BadRequest("push_service", field="endpoint")
        point, secret = _bytes(p256dh, "p256dh", POINT_BYTES), _bytes(auth, "auth", AUTH_BYTES)
        if not is_point(point):
            raise BadRequest("format", field="p256dh")
        key_id, _ = await self._ways.keys.current()
        rows, now = push_subscriptions.c, self._clock.now()
        async with self._database.everywhere() as conn:  # it may have been somebody's of another organisation
            await conn.execute(delete(push_subscriptions).where(rows.endpoint == endpoint))
            await conn.execute(delete(push_subscriptions).where(rows.session_id == principal.session_id))
            await conn.execute(
                insert(push_subscriptions)
                .values(
                    id=new_id(),
                    organisation_id=principal.organisation_id,
                    account_id=principal.account_id,
                    session_id=principal.session_id,
                    key_id=key_id,
                    endpoint=endpoint,
                    p256dh=point,
                    auth=secret,
                    made_at=now,
                )
                .on_conflict_do_nothing()  # two tabs at once: either is right
            )
            kept = select(rows.id).where(rows.account_id == principal.account_id)
            surplus = kept.order_by(rows.made_at.desc(), rows.id.desc()).offset(MOST_DEVICES)
            await conn.execute(delete(push_subscriptions).where(rows.id.in_(surplus)))

    async def remove_device(self, principal: Principal, device_id: UUID) -> None:
        """Of one's own; what is not one's own stays."""
        rows = push_subscriptions.c
        mine = (rows.id == device_id) & (rows.account_id == principal.account_id)
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(delete(push_subscriptions).where(mine))

    async def try_out(self, principal: Principal) -> None:
        """Has oneself told that this is a try, by all channels, once a minute at the most. Raises Conflict with the
        reason when nothing would go out."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            why = refusal((await self._reached(conn, principal)).recipient, Urgency.CRITICAL)
            if why is not None:
                raise Conflict(f"reach_{why.value}")
            key = f"{TRY}:{principal.account_id}:{int(now.timestamp()) // 60}"
            where = (principal.organisation_id, principal.account_id)
            # A class that tries it out at once takes no place from a page.
            urgency = Urgency.CRITICAL if principal.role in PROFESSIONALS else Urgency.PROMPT
            await queue(conn, *where, key, TRY, urgency, now, every_channel=True)

    async def _last_try(self, conn: AsyncConnection, principal: Principal) -> Outcome | None:
        rows = deliveries.c
        mine = (rows.account_id == principal.account_id) & (rows.kind == TRY)
        newest = select(rows.key).where(mine).order_by(rows.queued_at.desc()).limit(1)
        found = await outcomes(conn, (await conn.execute(newest)).scalars().all())
        return found[0] if found else None

    async def _reached(self, conn: AsyncConnection, principal: Principal) -> Reached:
        me, now = principal.account_id, self._clock.now()
        return (await accounts_reached(conn, [me], now, self._ways.gateways, self._suspended))[me]


def _phone(text: str, country: str) -> str:
    try:
        return checked_phone(text, country)
    except BadRequest as error:
        raise BadRequest(error.detail, field="shown_phone") from None


def _bytes(text: str, field: str, length: int) -> bytes:
    try:
        found = from_unpadded(text)
    except ValueError:
        found = b""
    if len(found) != length:
        raise BadRequest("format", field=field)
    return found
