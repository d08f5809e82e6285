"""Whom a delivery is for, as they stand now: what the rules ask, and where to send."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from server.infra.push import Subscription
from server.kernel.permissions import Role
from server.people.consent.standing import standing
from server.people.reach.rules import QUIET, Channel, Quiet, Recipient
from server.people.reach.tables import outside_contacts, push_subscriptions
from server.people.store import organisation

# Of these people, those who were suspended; told by the capability that suspends.
Suspended = Callable[[AsyncConnection, Collection[UUID]], Awaitable[Collection[UUID]]]


@dataclass(frozen=True, slots=True)
class Gateways:
    """Which of the ways out lead anywhere on this server."""

    mail: bool
    sms: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that takes push messages, with the pair of keys that it subscribed to."""

    id: UUID
    key_id: UUID
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody with where they are reached."""

    recipient: Recipient
    language: str
    email: str | None
    phone: str | None
    devices: Sequence[Device] = ()
    shown_phone: str | None = None


# Quiet hours are null for who has none, and those of rules.py for who has chosen nothing.
_ACCOUNTS: Final = text("""
select a.id, a.role, a.language, a.zone, a.email, a.phone, a.disabled_at is null as open,
    s.account_id is not null as chosen, coalesce(s.push, true) as push, coalesce(s.mail, true) as mail,
    coalesce(s.sms, true) as sms, s.quiet_from, s.quiet_to, s.shown_phone,
    coalesce(p.young_push, true) as young_push, coalesce(p.young_mail, true) as young_mail,
    coalesce(p.young_sms, true) as young_sms,
    exists (select from restrictions r where r.account_id = a.id and (r.until is null or r.until > :at)) as restricted
from accounts a
left join reach_settings s on s.account_id = a.id
left join reach_policies p on p.organisation_id = a.organisation_id
where a.id = any(:ids)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def accounts_reached(
    conn: AsyncConnection,
    account_ids: Collection[UUID],
    at: datetime,
    gateways: Gateways,
    suspended: Suspended,
) -> dict[UUID, Reached]:
    """Of each of these accounts at ``at``, which is now; who does not exist is left out."""
    rows = (await conn.execute(_ACCOUNTS, {"ids": list(account_ids), "at": at})).all()
    ids = [row.id for row in rows]
    devices = await devices_of(conn, ids)
    away = await suspended(conn, ids)
    consents = await standing(conn, [row.id for row in rows if row.role == Role.MENTEE], at)
    found = {}
    for row in rows:
        mine = devices.get(row.id, [])
        has = _has(row, gateways) | ({Channel.PUSH} if mine else set())
        young = row.role == Role.MENTEE
        recipient = Recipient(
            role=Role(row.role),
            zone=ZoneInfo(row.zone),
            has=frozenset(has),
            wants=_named(row, ""),
            quiet=_quiet(row),
            open=row.open,
            suspended=row.id in away,
            restricted=row.restricted,
            consents=consents[row.id].notifications if young else None,
            allowed=_named(row, "young_") if young else frozenset(Channel),
        )
        found[row.id] = Reached(recipient, row.language, row.email, row.phone, mine, row.shown_phone)
    return found


async def contact_reached(conn: AsyncConnection, contact_id: UUID, gateways: Gateways) -> Reached | None:
    """Somebody outside; None when there is no such contact."""
    row = (await conn.execute(select(outside_contacts).where(outside_contacts.c.id == contact_id))).first()
    if row is None:
        return None
    zone = ZoneInfo((await organisation(conn, row.organisation_id)).zone)
    recipient = Recipient(None, zone, frozenset(_has(row, gateways)), open=row.removed_at is None)
    return Reached(recipient, row.language, row.email, row.phone)


async def devices_of(conn: AsyncConnection, account_ids: Collection[UUID]) -> dict[UUID, list[Device]]:
    rows = await conn.execute(
        select(push_subscriptions)
        .where(push_subscriptions.c.account_id.in_(account_ids))
        .order_by(push_subscriptions.c.made_at, push_subscriptions.c.id)
    )
    found: dict[UUID, list[Device]] = {}
    for row in rows:
        subscription = Subscription(row.endpoint, row.p256dh, row.auth)
        found.setdefault(row.account_id, []).append(Device(row.id, row.key_id, subscription))
    return found


def _has(row: Row[*tuple[Any, ...]], gateways: Gateways) -> set[Channel]:
    mail = {Channel.MAIL} if row.email is not None and gateways.mail else set()
    return mail | ({Channel.SMS} if row.phone is not None and gateways.sms else set())


def _named(row: Row[*tuple[Any, ...]], prefix: str) -> frozenset[Channel]:
    return frozenset(channel for channel in Channel if getattr(row, f"{prefix}{channel.value}"))


def _quiet(row: Row[*tuple[Any, ...]]) -> Quiet | None:
    if not row.chosen:
        return QUIET
    return Quiet(row.quiet_from, row.quiet_to) if row.quiet_from is not None else None
