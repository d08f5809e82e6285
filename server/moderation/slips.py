"""An adult's first contact detail in a room, plainly written, is most likely a slip: it is held as any other, and they
are told so in kinder words."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.moderation.policy import REVIEW
from server.moderation.tables import flags
from server.moderation.verdict import Verdict

PLAIN = 3  # the severity of a contact detail that is not disguised


def is_slip(verdict: Verdict) -> bool:
    """Whether nothing but contact details, plainly written, holds the message back."""
    reasons = [label for label in verdict.labels if label.severity >= REVIEW]
    return verdict.action == "hold" and all(
        label.category == "contact" and label.severity <= PLAIN for label in reasons
    )


async def held_before(conn: AsyncConnection, room_id: UUID) -> set[UUID]:
    """Those of whom a message was held in this room before, whatever became of it."""
    query = select(flags.c.author_id).where(flags.c.room_id == room_id, flags.c.action == "hold").distinct()
    return set((await conn.execute(query)).scalars())
