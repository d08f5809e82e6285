"""HTTP around pairs, as they are read. Acts on them reach into the rooms, so those endpoints are with the rooms."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import store
from server.pairs.card import PairCard, PersonName, card
from server.pairs.due import due
from server.pairs.file import PairFile, PairFiles
from server.pairs.history import Step
from server.pairs.holds_store import Hold
from server.pairs.life import Act
from server.pairs.propose import Answer, Equipment, Network
from server.pairs.required import HoldKind
from server.pairs.rules import State
from server.people.store import Person, people_of
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Timestamp, timestamp


class PairList(Struct):
    pairs: list[PairCard]


class HoldCard(Struct, frozen=True):
    """``about``: whose papers, consent or suspension it is. ``by`` is missing for what came by itself."""

    kind: HoldKind
    since: Timestamp
    why: str | UnsetType = UNSET
    about: Literal["mentor", "mentee"] | UnsetType = UNSET
    by: str | UnsetType = UNSET


class StepCard(Struct, frozen=True):
    """``supervisor``: to whom the pair was handed over."""

    act: str
    at: Timestamp
    after: State
    before: State | UnsetType = UNSET
    why: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    by: str | UnsetType = UNSET
    supervisor: str | UnsetType = UNSET


class CriteriaCard(Struct, frozen=True):
    availability: str
    network: Network
    equipment: Equipment
    about_mentor: str
    answer: Answer | UnsetType = UNSET
    answered_at: Timestamp | UnsetType = UNSET


class PairFileCard(Struct, frozen=True):
    """``underneath`` is what the pair is when nothing holds it. ``lacking``: what is not in order for it to begin or go
    on. ``acts``: what this reader can do now. ``bridge`` stands in now; ``bridges`` could."""

    pair: PairCard
    revision: int
    underneath: State
    holds: list[HoldCard]
    lacking: list[HoldKind]
    acts: list[Act]
    bridges: list[PersonName]
    history: list[StepCard]
    proposal: CriteriaCard | UnsetType = UNSET
    bridge: PairCard | UnsetType = UNSET
    bridge_of: UUID | UnsetType = UNSET
    until: Timestamp | UnsetType = UNSET


class DueCard(Struct, frozen=True):
    """``on`` is the last day, and ``days`` how many are left, below zero when it is over; both missing for what is not
    there at all."""

    what: Literal["account", "charter", "evaluation", "training", "vetting", "welfare"]
    who: PersonName
    role: Role
    on: str | UnsetType = UNSET
    days: int | UnsetType = UNSET


class DueList(Struct, frozen=True):
    due: list[DueCard]


class PairsHttp:
    """Endpoints of pairs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._files = PairFiles(database, clock)

    @endpoint("GET", "/api/v1/pairs", answer=PairList, permission=Permission.PAIR_LIST)
    async def list_pairs(self, call: Call) -> PairList:
        """The pairs one answers for; for an admin, all of the organisation."""
        principal = call.principal
        async with self._database.begin(principal.organisation_id) as conn:
            if principal.role is Role.ADMIN:
                pairs = await store.pairs_of_organisation(conn, principal.organisation_id)
            else:
                pairs = await store.pairs_of(conn, principal.account_id)
            people = await people_of(conn, {person for pair in pairs for person in pair.people})
        return PairList([card(pair, people) for pair in pairs])

    @endpoint("GET", "/api/v1/pairs/{pair}", answer=PairFileCard, permission=Permission.PAIR_LIST)
    async def one_pair(self, call: Call) -> PairFileCard:
        """Where a pair stands: why it is held, what can be done, what was done by whom. No word of what the two say."""
        return await file_card(self._files, call.principal, call.identifier("pair"))

    @endpoint("GET", "/api/v1/due", answer=DueList, permission=Permission.PAIR_LIST)
    async def due_list(self, call: Call) -> DueList:
        """What is missing, over, or due in 30 days: mentors' papers, evaluations of the child-welfare track, and whose
        account is closed while their pair goes on."""
        async with self._database.begin(call.principal.organisation_id) as conn:
            items = await due(conn, call.principal, self._clock.now())
        return DueList(
            [
                DueCard(
                    item.what,  # type: ignore[arg-type] # one of the gates, or a word of due.py
                    PersonName(item.who.id, item.who.name),
                    item.who.role,
                    item.on.isoformat() if item.on is not None else UNSET,
                    item.days if item.days is not None else UNSET,
                )
                for item in items
            ]
        )


async def file_card(files: PairFiles, staff: Principal, pair_id: UUID) -> PairFileCard:
    """The whole file, as it is told to a professional."""
    file, people = await files.of(staff, pair_id)
    proposal = file.proposal
    return PairFileCard(
        pair=card(file.pair, people),
        revision=file.pair.revision,
        underneath=file.underneath,
        holds=[_hold(hold, file, people) for hold in file.holds],
        lacking=list(file.lacking),
        acts=list(file.acts),
        bridges=[PersonName(person.id, person.name) for person in file.bridges],
        history=[_step(step, people) for step in file.history],
        proposal=UNSET
        if proposal is None
        else CriteriaCard(
            proposal.criteria.availability,
            proposal.criteria.network,
            proposal.criteria.equipment,
            proposal.criteria.about_mentor,
            proposal.answer or UNSET,
            timestamp(proposal.answered_at) if proposal.answered_at is not None else UNSET,
        ),
        bridge=card(file.bridge, people) if file.bridge is not None else UNSET,
        bridge_of=file.pair.bridge_of or UNSET,
        until=timestamp(file.pair.until) if file.pair.until is not None else UNSET,
    )


def _hold(hold: Hold, file: PairFile, people: Mapping[UUID, Person]) -> HoldCard:
    about: Literal["mentor", "mentee"] | UnsetType = UNSET
    if hold.about is not None:
        about = "mentor" if hold.about == file.pair.mentor_id else "mentee"
    by = people[hold.by].name if hold.by is not None else UNSET
    return HoldCard(hold.kind, timestamp(hold.since), hold.why or UNSET, about, by)


def _step(step: Step, people: Mapping[UUID, Person]) -> StepCard:
    return StepCard(
        step.act,
        timestamp(step.at),
        step.after,
        step.before or UNSET,
        step.why or UNSET,
        step.note or UNSET,
        people[step.by].name if step.by is not None else UNSET,
        people[step.supervisor].name if step.supervisor is not None else UNSET,
    )
