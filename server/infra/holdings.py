"""What each table holds about people: what of it they are given when they ask, what is left when they are forgotten,
and for how long it is kept. Each capability says it of its own tables, in a ``holdings.py`` beside ``tables.py``; a
test fails for a table that refers to a person and that nobody spoke of (docs/decisions/0197).

Conditions and values are SQL about the row ``t``. They may use the parameters of ``Scope``.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

NOBODY: Final = "false"
MINE: Final = "t.account_id = :person"


@dataclass(frozen=True, slots=True)
class Scope:
    """One person, with the pairs that they are one of the two in, and the rooms of those. ``left`` is what others read
    instead of the name of somebody who was forgotten."""

    person: UUID
    organisation_id: UUID
    pairs: Sequence[UUID]
    rooms: Sequence[UUID]
    now: datetime
    left: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows stay as they are: identifiers, dates and words of ours. ``why`` they may."""

    why: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """The rows go."""


@dataclass(frozen=True, slots=True)
class Blanked:
    """These columns get these values; the rest of the row stays, about somebody whom nobody knows."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Routine:
    """``does`` it, and ``changes`` says of a row whether there is something to do."""

    does: Callable[[AsyncConnection, Scope], Awaitable[int]]
    changes: str = "true"


Erasure = Kept | Deleted | Blanked | Routine


@dataclass(frozen=True, slots=True)
class Holding:
    """One table. ``about``: which rows are about the person. ``acted``: columns that only say who did something for the
    organisation; what they name stays an identifier. ``shown``: what the person is given, by name; of the rows of
    ``about`` unless ``seen`` says otherwise. ``intimate``: what somebody said, or that they did,
    which no guardian and no staff is given with the rest. ``of_pair``: which of those rows a legal hold on ``:pairs``
    alone keeps of somebody who is forgotten."""

    table: Table
    about: str
    erase: Erasure
    acted: Sequence[str] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    seen: str | None = None
    order: str = ""
    section: str = ""
    intimate: bool = False
    of_pair: str = NOBODY

    @property
    def name(self) -> str:
        return self.section or self.table.name


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how long the rows of one table are kept. ``ended`` is the instant from which that counts, null while what the
    row is for goes on. ``people`` and ``pair`` say whom it is about, for legal holds. ``days`` is what holds until an
    admin says otherwise, between ``least`` and ``most`` (docs/decisions/0198). Of one purpose, the tables that refer to
    others stand before those."""

    purpose: str
    table: Table
    ended: str
    days: int
    least: int
    most: int
    people: str = "array[]::uuid[]"
    pair: str = "null::uuid"
    organisation: str = "t.organisation_id"


@dataclass(frozen=True, slots=True)
class Passing:
    """A table that is about no organisation, so that its period is nobody's to move. ``over`` says of a row whether it
    may go, by ``:now`` and by ``:before``, which is ``days`` ago."""

    purpose: str
    table: Table
    over: str
    days: int


def columns(*names: str) -> dict[str, str]:
    """Columns that are given as they are."""
    return {name: f"t.{name}" for name in names}


def bound(statement: str, scope: Scope) -> tuple[Any, dict[str, Any]]:
    """``statement`` and those of the parameters of ``scope`` that it uses."""
    every: dict[str, Any] = {
        "person": scope.person,
        "organisation": scope.organisation_id,
        "pairs": list(scope.pairs),
        "rooms": list(scope.rooms),
        "now": scope.now,
        "left": scope.left,
    }
    clause = text(statement)
    return clause, {name: value for name, value in every.items() if name in clause.compile().params}


async def erasable(conn: AsyncConnection, holding: Holding, scope: Scope) -> int:
    """How many rows ``erase`` would change or remove."""
    statement = f"select count(*) from {holding.table.name} t where ({holding.about}) and ({_changed(holding)})"  # noqa: S608 - of declarations
    return int((await conn.execute(*bound(statement, scope))).scalar_one())


async def erase(conn: AsyncConnection, holding: Holding, scope: Scope) -> int:
    """Forgets the person in one table; how many rows that changed or removed. Doing it again changes nothing."""
    table, about = holding.table.name, holding.about
    match holding.erase:
        case Kept():
            return 0
        case Deleted():
            statement = f"delete from {table} t where {about}"  # noqa: S608 - put together of declarations
        case Blanked(values):
            sets = ", ".join(f"{column} = {value}" for column, value in values.items())
            statement = f"update {table} t set {sets} where ({about}) and ({_changed(holding)})"  # noqa: S608 - likewise
        case Routine(does):
            return await does(conn, scope)
    return (await conn.execute(*bound(statement, scope))).rowcount


def _changed(holding: Holding) -> str:
    match holding.erase:
        case Kept():
            return NOBODY
        case Deleted():
            return "true"
        case Blanked(values):
            return " or ".join(f"t.{column} is distinct from ({value})" for column, value in values.items())
        case Routine(changes=changes):
            return changes
