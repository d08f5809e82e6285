"""What the people of a pair are told when it is held, goes on, or changes. Never a reason that could stain somebody:
the young person learns that there is a pause and who is there for them, each mentor learns of their own papers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.holds_store import Hold
from server.pairs.life import Act
from server.pairs.papers import Gate
from server.pairs.required import Need
from server.pairs.rules import Pair
from server.people.notices import Fact, tell

_GATES: Final = frozenset(gate.value for gate in Gate)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one pair's holds. ``pair`` is as it is shown now; ``held`` and ``was_held``: whether a hold keeps
    or kept it from what it is underneath."""

    pair: Pair
    opened: tuple[Need, ...]
    lifted: tuple[Hold, ...]
    was_held: bool
    held: bool
    by: UUID | None


async def tell_of(conn: AsyncConnection, change: Change, at: datetime) -> None:
    """Each of the three, in the transaction of the change."""
    pair = change.pair
    lapsed = [need for need in change.opened if need.kind in _GATES]
    for need in lapsed:
        await _tell(conn, pair, pair.mentor_id, "papers_lapsed", at, gate=need.kind)
        await _tell(conn, pair, pair.supervisor_id, "mentor_papers_lapsed", at, gate=need.kind, mentor=pair.mentor_id)
    if change.held and not change.was_held:
        away = any(need.about == pair.mentor_id for need in change.opened)
        await _tell(conn, pair, pair.mentee_id, "pair_away" if away else "pair_paused", at)
        if not lapsed:
            await _tell(conn, pair, pair.mentor_id, "pair_paused", at)
    if change.was_held and not change.held:
        await tell_back(conn, pair, at)
        if change.by is None:
            await _tell(conn, pair, pair.supervisor_id, "pair_back", at)


async def tell_paused(conn: AsyncConnection, pair: Pair, at: datetime) -> None:
    """A professional has paused the pair, or suspended it: the two hear the same of both."""
    await _tell(conn, pair, pair.mentee_id, "pair_away", at)
    await _tell(conn, pair, pair.mentor_id, "pair_paused", at)


async def tell_held(conn: AsyncConnection, pair: Pair, at: datetime) -> None:
    """It was paused because one of the two, or somebody beside them, asked for it: both hear the same sentence."""
    for account_id in (pair.mentee_id, pair.mentor_id):
        await _tell(conn, pair, account_id, "pair_paused", at)


async def tell_back(conn: AsyncConnection, pair: Pair, at: datetime) -> None:
    for account_id in (pair.mentee_id, pair.mentor_id):
        await _tell(conn, pair, account_id, "pair_back", at)


_BOTH: Final[Mapping[Act, str]] = {
    Act.START: "pair_started",
    Act.PLAN_CLOSING: "pair_closing",
    Act.KEEP: "pair_kept",
    Act.CLOSE: "pair_closed",
    Act.END_BRIDGE: "bridge_ended",
}
_ANSWERS: Final = {Act.AGREE: "yes", Act.NOT_NOW: "not_now", Act.DECLINE: "no"}


async def tell_of_act(conn: AsyncConnection, pair: Pair, act: Act, at: datetime, by: UUID | None) -> None:
    """Who must hear of a step of the pair's life; what holds and frees a pair is told by the functions above."""
    if act in _ANSWERS:
        await _tell(conn, pair, pair.supervisor_id, "pair_answered", at, answer=_ANSWERS[act])
        return
    if act in _BOTH:
        for account_id in (pair.mentee_id, pair.mentor_id):
            await _tell(conn, pair, account_id, _BOTH[act], at)
    if act is Act.WITHDRAW:
        await _tell(conn, pair, pair.mentee_id, "proposal_withdrawn", at)
    if by != pair.supervisor_id:
        await _tell(conn, pair, pair.supervisor_id, "pair_changed", at, act=act.value)


async def tell_of_proposal(conn: AsyncConnection, pair: Pair, at: datetime) -> None:
    await _tell(conn, pair, pair.mentee_id, "pair_proposed", at)


async def tell_of_bridge(conn: AsyncConnection, bridge: Pair, at: datetime) -> None:
    await _tell(conn, bridge, bridge.mentee_id, "bridge_started", at)
    await _tell(conn, bridge, bridge.mentor_id, "bridge_asked", at)


async def tell_of_handover(conn: AsyncConnection, pair: Pair, before: UUID, by: UUID, at: datetime) -> None:
    """``pair`` has its new supervisor; ``before``, who had it, is told unless it was their own act."""
    if before != by:
        await _tell(conn, pair, before, "pair_handed_over", at)
    await _tell(conn, pair, pair.supervisor_id, "pair_received", at)
    for account_id in (pair.mentee_id, pair.mentor_id):
        await _tell(conn, pair, account_id, "supervisor_changed", at)


async def _tell(conn: AsyncConnection, pair: Pair, account_id: UUID, kind: str, at: datetime, **facts: Fact) -> None:
    await tell(conn, pair.organisation_id, account_id, kind, at, pair=pair.id, **facts)
