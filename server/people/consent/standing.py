"""What young people may be offered now, by consent: the answer that other parts ask for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.consent.rules import File, Purpose, states
from server.people.consent.store import files


@dataclass(frozen=True, slots=True)
class ConsentStanding:
    """Whether each purpose is on, for one young person at one moment."""

    chat: bool = False
    video: bool = False
    prescriber: bool = False
    family_call: bool = False
    notifications: bool = False


async def standing(conn: AsyncConnection, mentee_ids: Collection[UUID], at: datetime) -> Mapping[UUID, ConsentStanding]:
    """Of each of ``mentee_ids`` at ``at``, which is now, in one query however many they are. For who is no young
    person known here, everything is off."""
    known = await files(conn, mentee_ids)
    return {
        mentee_id: standing_of(known[mentee_id], at) if mentee_id in known else ConsentStanding()
        for mentee_id in mentee_ids
    }


def standing_of(file: File, at: datetime) -> ConsentStanding:
    now = states(file, file.now(at))
    return ConsentStanding(
        chat=now[Purpose.CHAT].on,
        video=now[Purpose.VIDEO].on,
        prescriber=now[Purpose.PRESCRIBER].on,
        family_call=now[Purpose.FAMILY_CALL].on,
        notifications=now[Purpose.NOTIFICATIONS].on,
    )
