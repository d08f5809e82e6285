"""The contact outside who is asked last, while somebody would take them out of the list of contacts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.duty import store
from server.escalation.duty.tables import duty_plans


async def is_fallback(conn: AsyncConnection, organisation_id: UUID, contact_id: UUID, at: datetime) -> bool:
    """Whether the plan of the organisation names this contact; nobody changes the plan until the transaction ends."""
    await store.lock(conn, organisation_id, at)
    named = select(duty_plans.c.fallback_id).where(duty_plans.c.organisation_id == organisation_id)
    fallback: UUID | None = (await conn.execute(named)).scalar_one()
    return fallback == contact_id
