"""An act on a pair, by a professional or by its young person: who may, what it needs, what it writes, who is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import history, holds_store, store
from server.pairs.holds import by_hand, known, underneath
from server.pairs.holds_store import Hold
from server.pairs.life import HOLDS, LIFTS, YOUNG, Act, Life, check_reason, step
from server.pairs.propose import Answer, write_answer
from server.pairs.required import HoldKind, required
from server.pairs.rules import Pair, State, answers_for
from server.pairs.telling import tell_back, tell_of_act, tell_paused
from server.trail.acts import Act as Trail
from server.trail.record import record

_TRAILS: Final = {Act.SUSPEND: Trail.PAIR_SUSPENDED, Act.LIFT: Trail.PAIR_RESTORED}
_ANSWERS: Final[dict[Act, Answer]] = {Act.AGREE: "yes", Act.NOT_NOW: "not_now", Act.DECLINE: "no"}


def sees(staff: Principal, pair: Pair) -> bool:
    """Whether the pair is this professional's to know about: of the organisation for an admin, else of the caseload."""
    own = staff.organisation_id == pair.organisation_id
    return own and (staff.role is Role.ADMIN or answers_for(pair, staff.account_id))


async def taken(conn: AsyncConnection, staff: Principal, pair_id: UUID, revision: int | None) -> Pair:
    """The pair, locked, for an act of this professional. Raises Forbidden; NotFound for what is not theirs to know
    about; Conflict("pair_moved_on") when somebody has acted on it since ``revision`` was shown."""
    staff.require(Permission.PAIR_CHANGE)
    locked = await store.locked(conn, [pair_id])
    if not locked or not sees(staff, locked[0]):
        raise NotFound
    if revision is not None and revision != locked[0].revision:
        raise Conflict("pair_moved_on")
    return locked[0]


def life_of(pair: Pair, holds: Sequence[Hold]) -> Life:
    labels = {hold.kind if by_hand(hold) or hold.kind != "suspended" else "person" for hold in holds}
    return Life(underneath(pair, holds), frozenset(labels), pair.kind == "bridge")


async def lacking(conn: AsyncConnection, pair: Pair, at: datetime) -> list[HoldKind]:
    """What is not in order for this pair to begin, or to go on."""
    return sorted({need.kind for need in required(pair, (await known(conn, [pair], at))[pair.id])})


async def act_on(
    conn: AsyncConnection,
    pair: Pair,
    act: Act,
    at: datetime,
    *,
    by: UUID | None,
    why: str | None = None,
    note: str | None = None,
) -> Pair:
    """Does ``act`` on a locked pair, in the caller's transaction. Raises BadRequest("reason"), Conflict("pair_state")
    for what does not lead on from here, Conflict("pair_not_ready") for what cannot begin yet."""
    check_reason(act, why)
    holds = (await holds_store.open_holds(conn, [pair.id])).get(pair.id, [])
    before = life_of(pair, holds)
    after = step(before, act)
    if act is Act.START and await lacking(conn, pair, at):
        raise Conflict("pair_not_ready")
    await _write(conn, pair, act, before, after, holds, at, by, why)
    await history.write(conn, pair, act.value, pair.state, after.shown, at, by=by, why=why, note=note)
    trail = Trail.PAIR_ANSWERED if act in YOUNG else _TRAILS.get(act, Trail.PAIR_CHANGED)
    detail = {"pair": str(pair.id), "act": act.value, "state": after.shown.value} | ({"why": why} if why else {})
    two = (pair.mentor_id, pair.mentee_id)
    await record(conn, pair.organisation_id, at, trail, by=by, about=two, detail=detail)
    changed = replace(pair, state=after.shown, revision=pair.revision + 1)
    if act in HOLDS and not before.holds:
        await tell_paused(conn, changed, at)
    elif act in LIFTS and after.shown is not State.PAUSED:
        await tell_back(conn, changed, at)
    await tell_of_act(conn, changed, act, at, by)
    return changed


async def _write(
    conn: AsyncConnection,
    pair: Pair,
    act: Act,
    before: Life,
    after: Life,
    holds: Sequence[Hold],
    at: datetime,
    by: UUID | None,
    why: str | None,
) -> None:
    if act in HOLDS:
        kind: HoldKind = "suspended" if act is Act.SUSPEND else "decision"
        await holds_store.add(conn, pair.id, kind, after.state, at, why=why, by=by)
    if act in LIFTS:
        await holds_store.lift(conn, [hold.id for hold in holds if hold.kind == LIFTS[act] and by_hand(hold)], at, by)
    if after.state is State.CLOSED:
        await holds_store.lift(conn, [hold.id for hold in holds], at, by)
    elif after.state is not before.state:
        await holds_store.set_previous(conn, pair.id, after.state)
    values: dict[str, Any] = {"state": after.shown.value}
    if after.state is State.CLOSED:
        values["closed_at"] = at
    await store.touch(conn, pair.id, **values)


async def answer(conn: AsyncConnection, mentee: Principal, pair_id: UUID, act: Act, at: datetime) -> Pair:
    """What the young person says to a proposal, as often as they like before it begins. Raises NotFound for what was
    not proposed to them, Conflict("proposal_gone") when it has begun or was withdrawn."""
    mentee.require(Permission.PAIR_ANSWER)
    locked = await store.locked(conn, [pair_id])
    if not locked or locked[0].mentee_id != mentee.account_id or locked[0].organisation_id != mentee.organisation_id:
        raise NotFound
    pair = locked[0]
    if pair.state not in (State.PROPOSED, State.AGREED):
        raise Conflict("proposal_gone")
    await write_answer(conn, pair.id, _ANSWERS[act], at)
    if pair.state is State.AGREED and act is Act.AGREE:
        return pair  # said again
    return await act_on(conn, pair, act, at, by=mentee.account_id)
