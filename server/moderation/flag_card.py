"""A flag as it goes over the wire: the types alone. ``cards.py`` makes them."""

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from server.kernel.permissions import Role
from server.moderation.explain import Explained
from server.moderation.flag import Decision, FlagAction, FlagState, Reason
from server.transport.wire import Timestamp


class FlagAuthor(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    role: Role


class FlagReviewer(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class FlagLabel(msgspec.Struct, frozen=True):
    """``start`` and ``end`` are code points of ``excerpt``; ``version`` is of the rules that gave it."""

    category: str
    severity: int
    score: float
    start: int
    end: int
    rule: str
    version: str


class ClaimCard(msgspec.Struct, frozen=True):
    by: FlagReviewer
    until: Timestamp
    mine: bool


class ProposalCard(msgspec.Struct, frozen=True):
    """What a colleague wants to decide."""

    decision: Decision
    by: FlagReviewer
    at: Timestamp
    reason: Reason
    lift_freeze: bool
    note: str | UnsetType = UNSET
    advice: str | UnsetType = UNSET
    spans: list[tuple[int, int]] | UnsetType = UNSET


class EscalationCard(msgspec.Struct, frozen=True):
    by: FlagReviewer
    at: Timestamp


class EarlierCard(msgspec.Struct, frozen=True):
    """What had been decided before the author appealed."""

    state: FlagState
    by: FlagReviewer
    at: Timestamp


class AppealCard(msgspec.Struct, frozen=True):
    at: Timestamp
    words: str | UnsetType = UNSET
    before: EarlierCard | UnsetType = UNSET
    decided: Timestamp | UnsetType = UNSET


class FlagCard(msgspec.Struct, frozen=True):
    """``people`` names those of the pair; ``edited`` is what the message says now, when that is not ``excerpt``;
    ``decisions`` are those the reader may take now. Of two cards of a flag that of the higher ``revision`` counts."""

    id: UUID
    author: FlagAuthor
    people: list[str]
    category: str
    severity: int
    action: FlagAction
    alert: bool
    labels: list[FlagLabel]
    explanations: list[Explained]
    excerpt: str
    state: FlagState
    revision: int
    decisions: list[Decision]
    mine: bool
    raised_at: Timestamp
    room: UUID | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    edited: str | UnsetType = UNSET
    due_at: Timestamp | UnsetType = UNSET
    claimed: ClaimCard | UnsetType = UNSET
    proposal: ProposalCard | UnsetType = UNSET
    escalated: EscalationCard | UnsetType = UNSET
    appeal: AppealCard | UnsetType = UNSET
    frozen: bool | UnsetType = UNSET
    sample: bool | UnsetType = UNSET
    decided_at: Timestamp | UnsetType = UNSET
    decided_by: FlagReviewer | UnsetType = UNSET
    seconded_by: FlagReviewer | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET
    note: str | UnsetType = UNSET
    advice: str | UnsetType = UNSET
