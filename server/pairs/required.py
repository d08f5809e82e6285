"""Which holds a pair must have, by what is known of its people: one pure decision, asked again at each change."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from server.pairs.papers import Gate
from server.pairs.rules import Pair

HoldKind = Literal["flag", "consent", "vetting", "charter", "training", "welfare", "suspended", "decision"]


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One hold that must be there: its kind, and whose fault it is not but whose paper, consent or suspension."""

    kind: HoldKind
    about: UUID


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the two of a pair at one moment."""

    missing: tuple[Gate, ...]  # of the mentor's papers, as far as they are asked for
    chat: bool  # consent is there
    suspended: Collection[UUID]  # people
    welfare: bool  # in order, or not asked for


def required(pair: Pair, known: Known) -> frozenset[Need]:
    """All holds that follow from what is known. Those that people set by hand (a flag, a decision, the suspension of
    the pair itself) are not its matter."""
    needs = {Need(gate.value, pair.mentor_id) for gate in known.missing}
    if not known.chat:
        needs.add(Need("consent", pair.mentee_id))
    if not known.welfare:
        needs.add(Need("welfare", pair.mentee_id))
    needs |= {Need("suspended", person) for person in (pair.mentor_id, pair.mentee_id) if person in known.suspended}
    return frozenset(needs)
