"""How a flag goes over the wire, to a supervisor's screen: alike in ``flag:raised``, ``flag:changed`` and HTTP."""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from server.moderation.explain import explained
from server.moderation.flag import Flag, as_raised
from server.moderation.flag_card import (
    AppealCard,
    ClaimCard,
    EarlierCard,
    EscalationCard,
    FlagAuthor,
    FlagCard,
    FlagLabel,
    FlagReviewer,
    ProposalCard,
)
from server.moderation.review import Reviewer, claim_holds, decisions, fitting
from server.moderation.verdict import Label
from server.pairs.freeze import freezing_flags
from server.pairs.rules import Pair
from server.pairs.store import pairs_by_id
from server.people.store import Person, people_of
from server.transport.wire import moment, timestamp


@dataclass(frozen=True, slots=True)
class Beside:
    """What cards say beside the flags themselves, fetched once for any number of flags and readers."""

    pairs: Mapping[UUID, Pair]
    people: Mapping[UUID, Person]
    frozen: Set[UUID]


async def beside(conn: AsyncConnection, flags: Collection[Flag]) -> Beside:
    """Three queries, however many flags."""
    pairs = await pairs_by_id(conn, {flag.pair_id for flag in flags if flag.pair_id is not None})
    ids = {person for flag in flags for person in _named(flag) if person is not None}
    for pair in pairs.values():
        ids |= {pair.mentor_id, pair.mentee_id}
    people = await people_of(conn, ids)
    return Beside(pairs, people, await freezing_flags(conn, [flag.id for flag in flags]) if flags else frozenset())


async def cards(conn: AsyncConnection, flags: Collection[Flag], reader: Reviewer, now: datetime) -> list[FlagCard]:
    """The cards of ``flags`` for ``reader``, in order."""
    known = await beside(conn, flags)
    return [card(flag, known, reader, now) for flag in flags]


def card(flag: Flag, known: Beside, reader: Reviewer, now: datetime) -> FlagCard:
    return msgspec.structs.replace(
        _raised(flag, known, reader),
        state=flag.state,
        decisions=decisions(flag, reader, now, frozen=flag.id in known.frozen),
        edited=_some(flag.edited),
        due_at=moment(flag.due_at),
        claimed=_claim(flag, known, reader, now),
        proposal=_proposal(flag, known),
        escalated=_escalation(flag, known),
        appeal=_appeal(flag, known),
        frozen=True if flag.id in known.frozen else UNSET,
        decided_at=moment(flag.decided_at),
        decided_by=_who(known, flag.decided_by),
        seconded_by=_who(known, flag.seconded_by),
        reason=UNSET if flag.reason is None else flag.reason,
        note=_some(flag.note),
        advice=_some(flag.advice),
    )


def blind_card(flag: Flag, known: Beside, reader: Reviewer) -> FlagCard:
    """The flag as it was raised: nothing of what was decided, by whom or when."""
    return msgspec.structs.replace(_raised(flag, known, reader), sample=True)


def label_cards(labels: Iterable[Label]) -> list[FlagLabel]:
    return [
        FlagLabel(label.category, label.severity, label.score, label.start, label.end, label.rule, label.version)
        for label in labels
    ]


def _raised(flag: Flag, known: Beside, reader: Reviewer) -> FlagCard:
    author = known.people[flag.author_id]
    pair = known.pairs.get(flag.pair_id) if flag.pair_id is not None else None
    two = (pair.mentor_id, pair.mentee_id) if pair is not None else (flag.author_id,)
    return FlagCard(
        id=flag.id,
        room=UNSET if flag.room_id is None else flag.room_id,
        seq=UNSET if flag.seq is None else flag.seq,
        author=FlagAuthor(author.id, author.name, author.role),
        people=[known.people[person].name for person in two],
        category=flag.category,
        severity=flag.severity,
        action=flag.action,
        alert=flag.alert,
        labels=label_cards(flag.labels),
        explanations=[explained(label) for label in flag.labels],
        excerpt=flag.excerpt,
        state="open",
        revision=flag.revision,
        decisions=fitting(as_raised(flag)),
        mine=flag.supervisor_id == reader.account_id,
        raised_at=timestamp(flag.raised_at),
    )


def _claim(flag: Flag, known: Beside, reader: Reviewer, now: datetime) -> ClaimCard | UnsetType:
    if flag.claimed_by is None or flag.claimed_until is None or not claim_holds(flag, now):
        return UNSET
    by = _reviewer(known, flag.claimed_by)
    return ClaimCard(by, timestamp(flag.claimed_until), flag.claimed_by == reader.account_id)


def _escalation(flag: Flag, known: Beside) -> EscalationCard | UnsetType:
    if flag.escalated_by is None or flag.escalated_at is None:
        return UNSET
    return EscalationCard(_reviewer(known, flag.escalated_by), timestamp(flag.escalated_at))


def _proposal(flag: Flag, known: Beside) -> ProposalCard | UnsetType:
    proposal = flag.proposal
    if proposal is None:
        return UNSET
    ruling = proposal.ruling
    return ProposalCard(
        ruling.decision,
        _reviewer(known, proposal.by),
        timestamp(proposal.at),
        ruling.reason,
        ruling.lift_freeze,
        _some(ruling.note),
        _some(ruling.advice),
        UNSET if ruling.spans is None else list(ruling.spans),
    )


def _appeal(flag: Flag, known: Beside) -> AppealCard | UnsetType:
    appeal = flag.appeal
    if appeal is None:
        return UNSET
    before: EarlierCard | UnsetType = UNSET
    if appeal.before_state is not None and appeal.before_by is not None and appeal.before_at is not None:
        before = EarlierCard(appeal.before_state, _reviewer(known, appeal.before_by), timestamp(appeal.before_at))
    return AppealCard(timestamp(appeal.at), _some(appeal.words), before, moment(appeal.decided_at))


def _named(flag: Flag) -> tuple[UUID | None, ...]:
    return (
        flag.author_id,
        flag.claimed_by,
        flag.escalated_by,
        flag.decided_by,
        flag.seconded_by,
        flag.proposal.by if flag.proposal is not None else None,
        flag.appeal.before_by if flag.appeal is not None else None,
    )


def _reviewer(known: Beside, account_id: UUID) -> FlagReviewer:
    return FlagReviewer(account_id, known.people[account_id].name)


def _who(known: Beside, account_id: UUID | None) -> FlagReviewer | UnsetType:
    return UNSET if account_id is None else _reviewer(known, account_id)


def _some(words: str | None) -> str | UnsetType:
    return UNSET if words is None else words
