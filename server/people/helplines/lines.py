"""A line to call for help, and the lines that are shipped: one file a country, each with its sources and the day on
which somebody checked them. Numbers are never made up: a country without a file has that of all emergencies alone.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, json

_DATA: Final = Path(__file__).parent / "data"

Hours = tuple[str, str]
"""From and to as HH:MM, in the zone of the line. To may be before from: over midnight."""


class Line(Struct, frozen=True, kw_only=True):
    """``audience``: whom it is for, of a line of the organisation's own; what is shipped is worded in the client's
    texts. Without ``hours`` it answers day and night, without ``days`` on every day (1 is Monday). ``chat`` some: there
    is one, at hours that nobody has told us. ``worried``: also for adults who are worried about somebody that young."""

    id: str
    number: str
    danger: bool = False
    sms: bool = False
    free: bool = False
    hidden_from_bill: bool = False
    hours: Hours | None = None
    days: tuple[int, ...] | None = None
    chat: Hours | Literal["some"] | None = None
    age_from: int | None = None
    age_to: int | None = None
    worried: bool = False
    audience: str | None = None
    source: str = ""
    zone: str = ""
    checked: date | None = None
    hidden: bool = False


class Shipped(Struct, frozen=True):
    """The lines of one country. ``zone`` is theirs: a line in Paris keeps its hours overseas."""

    country: str
    zone: str
    checked: date
    lines: tuple[Line, ...]


@cache
def shipped(country: str) -> Shipped:
    """Those of ``country`` (ISO 3166, two letters); of one that we have nothing of, 112 alone."""
    path = _DATA / f"{country.lower()}.json"
    known = country.isascii() and country.isalpha() and len(country) == 2 and path.is_file()
    return json.decode((path if known else _DATA / "other.json").read_bytes(), type=Shipped)
