"""The public holidays of France, as a list that an association may take over as closures of its office.

Labour code, article L3133-1, and for overseas L3422-2 with decree 83-1003 and the rules of each territory; which of
them holds is told by the time zone. What a place has besides (Good Friday in Alsace and Moselle, for one) is a closure
like any other (docs/decisions/0226).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

COUNTRY: Final = "FR"

_EASTER: Final[Mapping[str, int]] = {"easter_monday": 1, "ascension": 39, "whit_monday": 50}  # days after Easter Sunday
_FIXED: Final[Mapping[str, tuple[int, int]]] = {
    "new_year": (1, 1),
    "labour": (5, 1),
    "victory": (5, 8),
    "national": (7, 14),
    "assumption": (8, 15),
    "all_saints": (11, 1),
    "armistice": (11, 11),
    "christmas": (12, 25),
}

_SCHOELCHER: Final[Mapping[str, tuple[int, int] | int]] = {"schoelcher": (7, 21)}
_GOOD_FRIDAY: Final[Mapping[str, tuple[int, int] | int]] = {"good_friday": -2}
# Beside those of the whole country: a month with its day, or days after Easter Sunday.
_OVERSEAS: Final[Mapping[str, Mapping[str, tuple[int, int] | int]]] = {
    "America/Cayenne": {"abolition": (6, 10)},
    "America/Guadeloupe": {"abolition": (5, 27), "lent": -24, **_GOOD_FRIDAY, **_SCHOELCHER},
    "America/Marigot": {"abolition": (5, 28), **_SCHOELCHER},
    "America/Martinique": {"abolition": (5, 22), **_SCHOELCHER},
    "America/St_Barthelemy": {"abolition": (10, 9)},
    "Indian/Mayotte": {"abolition": (4, 27)},
    "Indian/Reunion": {"abolition": (12, 20)},
    "Pacific/Noumea": {"citizenship": (9, 24)},
    "Pacific/Tahiti": {"gospel": (3, 5), "matarii": (11, 20), **_GOOD_FRIDAY},
    "Pacific/Wallis": {"chanel": (4, 28), "peter_paul": (6, 29), "territory": (7, 29)},
}


def public_holidays(country: str, zone: str, year: int) -> list[tuple[date, str]]:
    """Each day with the name of its holiday (``holidays`` in ``server/locales``), in order; none for a country of which
    we know none."""
    if country != COUNTRY:
        return []
    every = {**_FIXED, **_EASTER, **_OVERSEAS.get(zone, {})}
    easter = easter_sunday(year)
    return sorted(
        (easter + timedelta(days=when) if isinstance(when, int) else date(year, *when), name)
        for name, when in every.items()
    )


def easter_sunday(year: int) -> date:
    """Of the Gregorian calendar: the "anonymous" computus (Meeus, Astronomical Algorithms, chapter 8)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
