"""A pair as clients are told of it."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from server.pairs.rules import Pair, State
from server.people.store import Person


class PersonName(msgspec.Struct):
    id: UUID
    name: str


class PairCard(msgspec.Struct):
    """``kind`` is there for a bridge only: it stands in for a pair that is paused."""

    id: UUID
    mentor: PersonName
    mentee: PersonName
    supervisor: PersonName
    state: State
    kind: Literal["bridge"] | UnsetType = UNSET


def card(pair: Pair, people: Mapping[UUID, Person]) -> PairCard:
    """``people`` holds at least those of the pair."""
    mentor, mentee, supervisor = (PersonName(person, people[person].name) for person in pair.people)
    kind: Literal["bridge"] | UnsetType = "bridge" if pair.kind == "bridge" else UNSET
    return PairCard(pair.id, mentor, mentee, supervisor, pair.state, kind)
