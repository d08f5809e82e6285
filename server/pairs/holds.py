"""Pairs that are held, and freed again, by what is known of their people: in the transaction of whatever changed it.

Whoever locks more than one thing takes them in this order: flag, pair, room, message (freeze.py). The rooms of a held
pair follow its state by themselves, and every process is told by the database.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs import history, holds_store, papers_store, store
from server.pairs.holds_store import Hold
from server.pairs.papers import missing
from server.pairs.required import Known, Need, required
from server.pairs.rules import Pair, State, writable
from server.pairs.telling import Change, tell_of
from server.pairs.welfare import track
from server.people.consent.standing import standing
from server.people.standing import Standing
from server.trail.acts import Act as Trail
from server.trail.record import record

_BY_HAND: Final = frozenset({"flag", "decision"})


def underneath(pair: Pair, holds: Sequence[Hold]) -> State:
    """What the pair is when nothing holds it."""
    return holds[0].previous if pair.state is State.PAUSED and holds else pair.state


def by_hand(hold: Hold) -> bool:
    """Whether a person set it on this very pair, and a person lifts it."""
    return hold.kind in _BY_HAND or (hold.kind == "suspended" and hold.about is None)


async def known(conn: AsyncConnection, pairs: Collection[Pair], at: datetime) -> Mapping[UUID, Known]:
    """What is known of the people of each pair, in a number of queries that does not grow with the pairs."""
    organisations = {pair.organisation_id for pair in pairs}
    mentees = {pair.mentee_id for pair in pairs}
    policies = await papers_store.policies(conn, organisations)
    today = await papers_store.todays(conn, organisations, at)
    papers = await papers_store.papers_of(conn, {pair.mentor_id for pair in pairs})
    consents = await standing(conn, mentees, at)
    suspended = await holds_store.suspended(conn, {person for pair in pairs for person in pair.people})
    entries = await papers_store.entries_of(conn, mentees)
    told: dict[UUID, Known] = {}
    for pair in pairs:
        policy = policies[pair.organisation_id]
        told[pair.id] = Known(
            missing=missing(papers.get(pair.mentor_id, ()), policy, today[pair.organisation_id]),
            chat=consents[pair.mentee_id].chat,
            suspended=suspended,
            welfare=not policy.welfare_blocks or track(entries.get(pair.mentee_id, ())).in_order,
        )
    return told


class Holds:
    """Watches the standing of people. ``settle`` is for whoever has locked the pairs already."""

    def __init__(self, standing: Standing) -> None:
        standing.watch(self.changed)

    async def changed(self, conn: AsyncConnection, accounts: Collection[UUID], at: datetime) -> None:
        """The standing of these people is another: their pairs get the holds that follow, and lose the others."""
        locked = await store.locked(conn, await store.living(conn, accounts))
        await self.settle(conn, [pair for pair in locked if pair.state.value in store.LIVING], at)

    async def settle(self, conn: AsyncConnection, pairs: Sequence[Pair], at: datetime, by: UUID | None = None) -> None:
        """Gives these locked pairs the holds that they must have, and takes those that they need no more."""
        if not pairs:
            return
        facts = await known(conn, pairs, at)
        holds = await holds_store.open_holds(conn, [pair.id for pair in pairs])
        for pair in pairs:
            await self._settle(conn, pair, required(pair, facts[pair.id]), holds.get(pair.id, []), at, by)

    async def _settle(
        self,
        conn: AsyncConnection,
        pair: Pair,
        needs: Collection[Need],
        holds: Sequence[Hold],
        at: datetime,
        by: UUID | None,
    ) -> None:
        there = {Need(hold.kind, hold.about): hold for hold in holds if hold.about is not None and not by_hand(hold)}
        opened = tuple(sorted(need for need in needs if need not in there))
        lifted = tuple(hold for need, hold in there.items() if need not in needs)
        if not opened and not lifted:
            return
        life = underneath(pair, holds)
        for need in opened:
            await holds_store.add(conn, pair.id, need.kind, life, at, about=need.about, by=by)
        await holds_store.lift(conn, [hold.id for hold in lifted], at, by)
        held = len(holds) + len(opened) - len(lifted) > 0
        shown = State.PAUSED if held and (writable(life) or pair.state is State.PAUSED) else life
        if shown is not pair.state:
            await store.set_state(conn, pair.id, shown)
        change = Change(replace(pair, state=shown), opened, lifted, bool(holds), held, by)
        await tell_of(conn, change, at)
        await _write_down(conn, change, pair.state, at)


async def _write_down(conn: AsyncConnection, change: Change, before: State, at: datetime) -> None:
    pair = change.pair
    for act, step, kinds in (
        (Trail.PAIR_HELD, "held", [need.kind for need in change.opened]),
        (Trail.PAIR_FREED, "freed", [hold.kind for hold in change.lifted]),
    ):
        for kind in sorted(kinds):
            await history.write(conn, pair, step, before, pair.state, at, by=change.by, why=kind)
            detail = {"pair": str(pair.id), "hold": kind, "state": pair.state.value}
            two = (pair.mentor_id, pair.mentee_id)
            await record(conn, pair.organisation_id, at, act, by=change.by, about=two, detail=detail)
