"""A pair as clients are told of it."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from server.pairs.rules import Pair, State
from server.people.store import Person


class PersonName(msgspec.Struct):
    id: UUID
    name: str


class PairCard(msgspec.Struct):
    id: UUID
    mentor: PersonName
    mentee: PersonName
    supervisor: PersonName
    state: State


def card(pair: Pair, people: Mapping[UUID, Person]) -> PairCard:
    """``people`` holds at least those of the pair."""
    mentor, mentee, supervisor = (PersonName(person, people[person].name) for person in pair.people)
    return PairCard(pair.id, mentor, mentee, supervisor, pair.state)
