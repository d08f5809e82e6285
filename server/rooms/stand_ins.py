"""Who looks after a grave case of a pair that is not theirs has a seat in its rooms for as long as they do (FIELD 77):
they knock, enter and leave as its own professional does, seen by all.

Cases are locked before seats, everywhere, and the turn of a pair after both: whoever has it sees all that others, who
had it before, did to its cases. It is the last lock but the trail's, so nobody waits in a circle.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import standing_in, store
from server.kernel.permissions import Role
from server.pairs.store import pairs_by_id
from server.people.store import people_of
from server.rooms.store import end_seat, give_seat
from server.rooms.tables import room_members, rooms
from server.trail.acts import Act
from server.trail.record import record

_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended('seats:' || :pair, 0))")


async def follow_cases(conn: AsyncConnection, case_ids: Collection[UUID], at: datetime) -> None:
    """These cases were changed in this transaction, which has them locked."""
    pair_ids, room_ids = await standing_in.places_of(conn, case_ids)
    if room_ids:
        of_rooms = select(rooms.c.pair_id).where(rooms.c.id.in_(room_ids), rooms.c.pair_id.is_not(None))
        pair_ids |= frozenset((await conn.execute(of_rooms)).scalars())
    await follow_pairs(conn, pair_ids, at)


async def follow_flag(conn: AsyncConnection, flag_id: UUID, at: datetime) -> None:
    """The cases of this flag were changed in this transaction, which has them locked."""
    await follow_cases(conn, [case.id for case in await store.cases_about(conn, "flag", [flag_id])], at)


async def left(conn: AsyncConnection, accounts: Collection[UUID], at: datetime) -> None:
    """For ``Standing.watch``, after the cases of these people: whose account is closed stands in for nobody."""
    gone = [
        one.id for one in (await people_of(conn, accounts)).values() if one.disabled and one.role is Role.SUPERVISOR
    ]
    if gone:
        theirs = exists().where(
            room_members.c.room_id == rooms.c.id, room_members.c.account_id.in_(gone), room_members.c.left_at.is_(None)
        )
        found = await conn.execute(select(rooms.c.pair_id).where(rooms.c.pair_id.is_not(None), theirs))
        await follow_pairs(conn, set(found.scalars()), at)


async def take_turns(conn: AsyncConnection, pair_ids: Collection[UUID]) -> None:
    """One transaction at a time changes the seats in the rooms of a pair that is there."""
    for pair_id in sorted(set(pair_ids)):
        await conn.execute(_TURN, {"pair": str(pair_id)})


async def follow_pairs(conn: AsyncConnection, pair_ids: Collection[UUID], at: datetime) -> None:
    """Who stands in for the professionals of these pairs has a seat in their rooms, and who does no more has none."""
    await take_turns(conn, pair_ids)
    for pair in (await pairs_by_id(conn, pair_ids)).values():
        of_pair = select(rooms.c.id).where(rooms.c.pair_id == pair.id).order_by(rooms.c.id)
        here = list((await conn.execute(of_pair)).scalars())
        wanted = await standing_in.stand_ins(conn, pair, here) if here else {}
        for room_id in here:
            members = room_members.c
            there = select(members.account_id).where(members.room_id == room_id, members.left_at.is_(None))
            now = set((await conn.execute(there)).scalars()) - set(pair.people)
            ended, begun = sorted(now - set(wanted)), sorted(set(wanted) - now)
            for who in ended:
                await end_seat(conn, room_id, who, at)
            for who in begun:
                await give_seat(conn, room_id, who)
            if ended or begun:
                about, room = await standing_in.may_be_told(conn, pair, here), {"room": room_id}
                where = pair.organisation_id
                for who in ended:
                    await record(conn, where, at, Act.ROOM_STOOD_DOWN, by=who, about=about, detail=room)
                for who in begun:
                    detail = {**room, "case": wanted[who].id}
                    await record(conn, where, at, Act.ROOM_STOOD_IN, by=who, about=about, detail=detail)
