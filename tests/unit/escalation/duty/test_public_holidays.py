"""The public holidays of France, as the library ``holidays`` 0.109 gives them, and Easter as dateutil gives it."""

from datetime import date

import pytest

from server.escalation.duty.public_holidays import easter_sunday, public_holidays
from server.transport.messages import LANGUAGES, catalogue

WHOLE_COUNTRY_2026 = [
    (date(2026, 1, 1), "new_year"),
    (date(2026, 4, 6), "easter_monday"),
    (date(2026, 5, 1), "labour"),
    (date(2026, 5, 8), "victory"),
    (date(2026, 5, 14), "ascension"),
    (date(2026, 5, 25), "whit_monday"),
    (date(2026, 7, 14), "national"),
    (date(2026, 8, 15), "assumption"),
    (date(2026, 11, 1), "all_saints"),
    (date(2026, 11, 11), "armistice"),
    (date(2026, 12, 25), "christmas"),
]
OVERSEAS_2027 = {
    "America/Cayenne": ["06-10"],
    "America/Guadeloupe": ["03-04", "03-26", "05-27", "07-21"],
    "America/Marigot": ["05-28", "07-21"],
    "America/Martinique": ["05-22", "07-21"],
    "America/Miquelon": [],
    "America/St_Barthelemy": ["10-09"],
    "Europe/Paris": [],
    "Indian/Mayotte": ["04-27"],
    "Indian/Reunion": ["12-20"],
    "Pacific/Noumea": ["09-24"],
    "Pacific/Tahiti": ["03-05", "03-26", "11-20"],
    "Pacific/Wallis": ["04-28", "06-29", "07-29"],
}
# The earliest and the latest there can be are among them, and the years of the rule's exceptions.
EASTER = [
    "1900-04-15",
    "1954-04-18",
    "1961-04-02",
    "1981-04-19",
    "2000-04-23",
    "2008-03-23",
    "2011-04-24",
    "2024-03-31",
    "2025-04-20",
    "2026-04-05",
    "2027-03-28",
    "2028-04-16",
    "2029-04-01",
    "2030-04-21",
    "2031-04-13",
    "2032-03-28",
    "2033-04-17",
    "2034-04-09",
    "2035-03-25",
    "2038-04-25",
    "2049-04-18",
    "2076-04-19",
    "2100-03-28",
    "2106-04-18",
    "2285-03-22",
]


def test_those_of_the_whole_country() -> None:
    assert public_holidays("FR", "Europe/Paris", 2026) == WHOLE_COUNTRY_2026


@pytest.mark.parametrize(("zone", "days"), OVERSEAS_2027.items())
def test_those_of_each_territory(zone: str, days: list[str]) -> None:
    everywhere = public_holidays("FR", "Europe/Paris", 2027)
    here = public_holidays("FR", zone, 2027)
    assert sorted(day.isoformat()[5:] for day, name in here if (day, name) not in everywhere) == days
    assert set(everywhere) <= set(here)


def test_of_other_countries_none_are_known() -> None:
    assert public_holidays("BE", "Europe/Brussels", 2026) == []


def test_easter() -> None:
    for day in EASTER:
        assert easter_sunday(date.fromisoformat(day).year).isoformat() == day


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_its_name(language: str) -> None:
    names = {name for zone in OVERSEAS_2027 for _, name in public_holidays("FR", zone, 2026)}
    assert set(catalogue(language)["holidays"]) == names
