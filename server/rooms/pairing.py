"""Acts on pairs that reach further than the pair: its room is made when it begins, a goodbye is planned, a bridge gets
a room of its own, and the seat of the professional goes with the pair. All of one act in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.agenda.store import plan
from server.escalation import handed_over as cases
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.moderation import handed_over
from server.pairs import history, holds_store
from server.pairs import store as pairs
from server.pairs.acts import act_on, answer, lacking, taken
from server.pairs.file import OF_MENTOR
from server.pairs.life import YOUNG, Act
from server.pairs.propose import Answer, Criteria, check_people, insert_pair, propose_pair
from server.pairs.rules import Pair, State
from server.pairs.telling import tell_of_bridge, tell_of_handover
from server.rooms import stand_ins, store
from server.trail.acts import Act as Trail
from server.trail.record import record

LONGEST_BRIDGE: Final = timedelta(days=92)  # then somebody looks again: a bridge is not a pair
_ANSWERS: Final[dict[Answer, Act]] = {"yes": Act.AGREE, "not_now": Act.NOT_NOW, "no": Act.DECLINE}


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last session of a pair, as it is planned."""

    starts_at: datetime
    minutes: int
    zone: str
    title: str


class Pairing:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def propose(self, staff: Principal, mentor: UUID, mentee: UUID, supervisor: UUID, criteria: Criteria) -> Pair:
        async with self._database.begin(staff.organisation_id) as conn:
            return await propose_pair(conn, staff, mentor, mentee, supervisor, criteria, self._clock.now())

    async def answer(self, mentee: Principal, pair_id: UUID, said: Answer) -> Pair:
        async with self._database.begin(mentee.organisation_id) as conn:
            return await answer(conn, mentee, pair_id, _ANSWERS[said], self._clock.now())

    async def act(
        self,
        staff: Principal,
        pair_id: UUID,
        act: Act,
        *,
        revision: int | None = None,
        why: str | None = None,
        note: str | None = None,
        goodbye: Goodbye | None = None,
    ) -> Pair:
        """Raises what ``acts.taken`` and ``acts.act_on`` raise; BadRequest("act") for the young person's own."""
        if act in YOUNG or (goodbye is not None and act is not Act.PLAN_CLOSING):
            raise BadRequest("act", field="act")
        at = self._clock.now()
        async with self._database.begin(staff.organisation_id) as conn:
            pair = await taken(conn, staff, pair_id, revision)
            changed = await act_on(conn, pair, act, at, by=staff.account_id, why=why, note=note)
            if act is Act.START:
                await store.create_room(conn, changed)
                await stand_ins.follow_pairs(conn, [changed.id], at)
            if goodbye is not None:
                await plan(
                    conn,
                    changed,
                    title=goodbye.title,
                    starts_at=goodbye.starts_at,
                    minutes=goodbye.minutes,
                    zone=goodbye.zone,
                    created_by=staff.account_id,
                    now=at,
                )
            return changed

    async def bridge(
        self, staff: Principal, pair_id: UUID, mentor: UUID, until: datetime, revision: int | None = None
    ) -> Pair:
        """Another mentor steps in until a day, in a room of their own with the young person, while a pair is paused.
        Raises Forbidden, NotFound, BadRequest, Conflict."""
        at = self._clock.now()
        if not at < until <= at + LONGEST_BRIDGE:
            raise BadRequest("until", field="until")
        try:
            async with self._database.begin(staff.organisation_id) as conn:
                pair = await taken(conn, staff, pair_id, revision)
                holds = (await holds_store.open_holds(conn, [pair.id])).get(pair.id, [])
                if pair.state is not State.PAUSED or pair.kind != "pair" or not _about_mentor(holds):
                    raise Conflict("pair_not_held")
                await check_people(conn, staff, {"mentor": mentor})
                bridge = Pair(
                    new_id(), pair.organisation_id, mentor, pair.mentee_id, pair.supervisor_id, State.ACTIVE, at,
                    kind="bridge", bridge_of=pair.id, until=until,
                )  # fmt: skip
                if mentor == pair.mentor_id or await lacking(conn, bridge, at):
                    raise Conflict("bridge_not_ready")
                await insert_pair(conn, bridge)
                await store.create_room(conn, bridge)
                await pairs.touch(conn, pair.id)
                await self._written(conn, bridge, staff, at)
                return bridge
        except IntegrityError as error:
            if "pairs_bridge_key" in str(error.orig):
                raise Conflict("bridge_exists") from None
            raise

    async def _written(self, conn: AsyncConnection, bridge: Pair, staff: Principal, at: datetime) -> None:
        await history.write(conn, bridge, "bridge", None, State.ACTIVE, at, by=staff.account_id)
        two = (bridge.mentor_id, bridge.mentee_id)
        detail = {"pair": str(bridge.id), "bridge_of": str(bridge.bridge_of)}
        await record(
            conn, bridge.organisation_id, at, Trail.PAIR_BRIDGED, by=staff.account_id, about=two, detail=detail
        )
        await tell_of_bridge(conn, bridge, at)

    async def hand_over(
        self, staff: Principal, pair_ids: Collection[UUID], supervisor: UUID, note: str | None = None
    ) -> None:
        """These pairs are another professional's from now on: all of them, or none. Raises Forbidden; NotFound for what
        is not theirs to know about; BadRequest("wrong_person"); Conflict("pair_state") for what is over."""
        staff.require(Permission.PAIR_HAND_OVER)
        at = self._clock.now()
        async with self._database.begin(staff.organisation_id) as conn:
            await check_people(conn, staff, {"supervisor": supervisor})
            await handed_over.lock(conn, pair_ids)
            found = [await taken(conn, staff, pair_id, None) for pair_id in sorted(set(pair_ids))]
            if any(pair.state is State.CLOSED for pair in found):
                raise Conflict("pair_state")
            going = [pair for pair in found if pair.supervisor_id != supervisor]
            for pair in going:
                await self._hand_over(conn, staff, pair, supervisor, note, at)
            await stand_ins.take_turns(conn, [pair.id for pair in going])  # when all of their cases are locked
            for pair in going:
                await store.hand_over_seat(conn, pair.id, pair.supervisor_id, supervisor, at)
            await stand_ins.follow_pairs(conn, [pair.id for pair in going], at)

    async def _hand_over(
        self, conn: AsyncConnection, staff: Principal, pair: Pair, supervisor: UUID, note: str | None, at: datetime
    ) -> None:
        await pairs.set_supervisor(conn, pair.id, supervisor)
        await handed_over.hand_over(conn, pair.id, supervisor)
        by = staff.account_id
        await cases.hand_over(conn, pair.id, pair.supervisor_id, supervisor, by, at)
        await history.write(
            conn, pair, "hand_over", pair.state, pair.state, at, by=by, note=note, supervisor=supervisor
        )
        detail = {"pair": str(pair.id), "before": str(pair.supervisor_id), "supervisor": str(supervisor)}
        two = (pair.mentor_id, pair.mentee_id)
        await record(conn, pair.organisation_id, at, Trail.PAIR_HANDED_OVER, by=by, about=two, detail=detail)
        await tell_of_handover(conn, replace(pair, supervisor_id=supervisor), pair.supervisor_id, by, at)


def _about_mentor(holds: Collection[holds_store.Hold]) -> bool:
    return any(hold.kind in OF_MENTOR for hold in holds)
