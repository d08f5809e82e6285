"""Who is signed in, as clients are told."""

from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.kernel.principal import ADULT_AGE, Principal, age_on
from server.people.tables import bound_sessions, organisations
from server.transport.wire import Timestamp, timestamp


class MyAccount(msgspec.Struct):
    """``minor`` is whether the protections of minors hold for this person today."""

    id: UUID
    name: str
    role: Role
    language: str
    minor: bool


class MyOrganisation(msgspec.Struct):
    id: UUID
    name: str


class Me(msgspec.Struct):
    """The person who is signed in, and until when. ``pin`` is there on a device that a code or a link has bound:
    whether it asks for one."""

    account: MyAccount
    organisation: MyOrganisation
    expires_at: Timestamp
    pin: bool | msgspec.UnsetType = msgspec.UNSET


async def me_of(conn: AsyncConnection, principal: Principal, clock: Clock) -> Me:
    """``principal`` as told to themselves."""
    query = (
        select(
            organisations.c.id,
            organisations.c.name,
            organisations.c.zone,
            bound_sessions.c.session_id.is_not(None).label("bound"),
            bound_sessions.c.pin_hash.is_not(None).label("pin"),
        )
        .outerjoin(bound_sessions, bound_sessions.c.session_id == principal.session_id)
        .where(organisations.c.id == principal.organisation_id)
    )
    here = (await conn.execute(query)).one()
    born, today = principal.birth_date, clock.now().astimezone(ZoneInfo(here.zone)).date()
    return Me(
        account=MyAccount(
            id=principal.account_id,
            name=principal.name,
            role=principal.role,
            language=principal.language,
            minor=born is not None and age_on(born, today) < ADULT_AGE,
        ),
        organisation=MyOrganisation(here.id, here.name),
        expires_at=timestamp(principal.expires_at),
        pin=here.pin if here.bound else msgspec.UNSET,
    )
