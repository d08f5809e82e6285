"""What one link of a chain must be, and what is wrong with one that is not. Pure; the database checks the same."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
import rfc8785

from server.trail.canonical import instant

GENESIS: Final = bytes(32)  # the hash before the first entry
_MEMBERS: Final = frozenset({"about", "act", "at", "by", "detail", "organisation", "sequence"})


class Wrong(StrEnum):
    """What does not fit."""

    CANONICAL = "the entry is not canonical JSON of the trail"
    COLUMN = "a column says something else than the entry: {name}"
    DRAFT = "a draft was never taken into the chain"
    GUARD = "a trigger that keeps what is only added to is missing or off: {name}"
    HASH = "its hash does not follow from the entry and the hash before it"
    HEAD = "the head of the chain is not its last entry: {name}"
    KEPT = "another hash stood here when {name} was kept"
    MISSING = "entries are missing up to {name}"
    REPEATED = "the number comes again"
    TRUNCATED = "the chain is shorter than when {name} was kept"
    UNKNOWN = "the database does not know this organisation"


@dataclass(frozen=True, slots=True)
class Fault:
    """Where (None: of no organisation, at no entry) and what."""

    organisation: UUID | None
    sequence: int | None
    what: Wrong
    name: str = ""

    def __str__(self) -> str:
        return self.what.value.format(name=self.name)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as the database keeps it."""

    organisation: UUID
    sequence: int
    at: datetime
    act: str
    by: UUID | None
    about: Sequence[UUID]
    entry: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain at some moment. ``source`` says who kept it, for whoever reads of a fault."""

    organisation: UUID
    sequence: int
    hash: bytes
    source: str


def link(previous: bytes, entry: str) -> bytes:
    """The hash of an entry that follows the one with the hash ``previous``: SHA-256 (FIPS 180-4)."""
    return hashlib.sha256(previous + entry.encode()).digest()


def contradictions(row: Row) -> Iterator[Fault]:
    """What is wrong within one row, whatever stands before it."""

    def fault(what: Wrong, name: str = "") -> Fault:
        return Fault(row.organisation, row.sequence, what, name)

    try:
        said: Any = msgspec.json.decode(row.entry)
        fits = isinstance(said, dict) and said.keys() == _MEMBERS and rfc8785.dumps(said) == row.entry.encode()
    except (msgspec.DecodeError, rfc8785.CanonicalizationError, UnicodeError, RecursionError):
        fits = False
    if not fits:
        yield fault(Wrong.CANONICAL)
        return
    kept = {
        "about": [str(person) for person in row.about],
        "act": row.act,
        "at": instant(row.at),
        "by": None if row.by is None else str(row.by),
        "organisation": str(row.organisation),
        "sequence": row.sequence,
    }
    yield from (fault(Wrong.COLUMN, name) for name, value in kept.items() if said[name] != value)


class Walk:
    """Follows one chain from its first entry to its last; ``kept`` are heads that somebody remembers of it."""

    def __init__(self, organisation: UUID, kept: Collection[Head]) -> None:
        self.organisation = organisation
        self.sequence = 0
        self._hash = GENESIS
        self._kept: dict[int, list[Head]] = {}
        for head in kept:
            self._kept.setdefault(head.sequence, []).append(head)

    def step(self, row: Row) -> Iterator[Fault]:
        """What is wrong with the next row. What comes after a fault is measured by the row as it stands, so that one
        change is told of where it is, and not again at each later entry."""
        expected = self.sequence + 1
        if row.sequence < expected:
            yield Fault(self.organisation, row.sequence, Wrong.REPEATED)
        elif row.sequence > expected:
            yield Fault(self.organisation, expected, Wrong.MISSING, str(row.sequence - 1))
        elif link(self._hash, row.entry) != row.hash:
            yield Fault(self.organisation, row.sequence, Wrong.HASH)
        yield from contradictions(row)
        for head in self._kept.pop(row.sequence, ()):
            if head.hash != row.hash:
                yield Fault(self.organisation, row.sequence, Wrong.KEPT, head.source)
        self.sequence, self._hash = max(row.sequence, self.sequence), row.hash

    def end(self, head: Head | None) -> Iterator[Fault]:
        """What is wrong with the end; ``head`` is what the database has as the head of this chain."""
        if head is None:
            if self.sequence:
                yield Fault(self.organisation, self.sequence, Wrong.HEAD, "there is none")
        elif head.sequence != self.sequence:
            yield Fault(self.organisation, self.sequence, Wrong.HEAD, f"it says entry {head.sequence}")
        elif head.hash != self._hash:
            yield Fault(self.organisation, self.sequence, Wrong.HEAD, "it has another hash")
        later = [head for sequence in sorted(self._kept) if sequence > self.sequence for head in self._kept[sequence]]
        if later:
            first = later[0]
            yield Fault(
                self.organisation, self.sequence + 1, Wrong.TRUNCATED, f"{first.source} (entry {first.sequence})"
            )

    @property
    def head(self) -> str:
        """The last entry, as it is printed and typed."""
        return f"{self.sequence}:{self._hash.hex()}"
