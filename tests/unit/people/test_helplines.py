"""The lines to call: what is shipped, what an organisation makes of it, and when a number is to be checked again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from server.kernel.errors import BadRequest
from server.people.helplines.lines import Line, shipped
from server.people.helplines.rules import CHECK_EVERY, MAX_LINES, Entry, Word, check_entries, merged, to_check

TODAY = date(2026, 11, 22)
DANGER = ["112", "15", "17", "18", "114"]
FR = shipped("FR")


def own(identifier: str = "a", **more: Any) -> Line:
    told = {"number": "01 23 45 67 89", "audience": "Nous", "source": "nous", "checked": TODAY}
    return Line(id=identifier, **{**told, **more})


def ids(*entries: Entry) -> list[str]:
    return [line.id + (" hidden" if line.hidden else "") for line in merged(FR, entries, "Indian/Reunion")]


def test_france_has_what_the_field_names_and_no_more() -> None:
    assert [line.number for line in FR.lines] == [
        *DANGER,
        *("119", "3114", "3018", "0 800 235 236"),
    ]
    assert all(line.source.startswith("https://") for line in FR.lines)
    assert all(line.free for line in FR.lines)
    assert {line.id: line.hours for line in FR.lines if line.hours} == {
        "3018": ("09:00", "23:00"),
        "fil": ("09:00", "23:00"),
    }


@pytest.mark.parametrize("country", ["BE", "DE", "other", "..", "", "F/", "ＦＲ"])
def test_where_nothing_is_known_there_is_112_and_nothing_made_up(country: str) -> None:
    assert [(line.number, line.danger) for line in shipped(country).lines] == [("112", True)]


def test_as_shipped() -> None:
    assert ids() == [*DANGER, "119", "3114", "3018", "fil"]


def test_danger_first_then_as_the_organisation_has_put_them() -> None:
    entries: list[Entry] = [
        own("near"),
        Word("fil", TODAY),
        own("urgent", danger=True),
        Word("119", TODAY, hidden=True),
    ]
    assert ids(*entries) == [*DANGER, "urgent", "near", "fil", "119 hidden", "3114", "3018"]


def test_what_is_for_danger_cannot_be_hidden_or_moved_even_if_it_is_in_the_table() -> None:
    assert ids(Word("3018", TODAY), Word("112", TODAY, hidden=True)) == [*DANGER, "3018", "119", "3114", "fil"]


def test_a_line_that_is_shipped_no_more_is_forgotten() -> None:
    assert ids(Word("gone", TODAY)) == [*DANGER, "119", "3114", "3018", "fil"]


def test_hours_are_those_of_who_answers() -> None:
    found = {line.id: line.zone for line in merged(FR, [own("near")], "Indian/Reunion")}
    assert (found["3018"], found["near"]) == ("Europe/Paris", "Indian/Reunion")


def test_a_newer_release_that_checked_later_counts() -> None:
    (line,) = [line for line in merged(FR, [Word("119", date(2020, 1, 1))], "") if line.id == "119"]
    assert line.checked == FR.checked


def test_half_a_year_after_its_check_a_number_is_to_be_checked() -> None:
    assert not to_check(own(checked=TODAY - CHECK_EVERY), TODAY)
    assert to_check(own(checked=TODAY - CHECK_EVERY - (TODAY - date(2026, 11, 21))), TODAY)
    assert to_check(own(checked=None), TODAY)


@dataclass(frozen=True)
class Bad:
    entries: list[Entry]
    detail: str
    field: str


@pytest.mark.parametrize(
    "bad",
    [
        Bad([Word("112", TODAY, hidden=True)], "danger_shown", "lines[0].hidden"),
        Bad([own(), own()], "twice", "lines"),
        Bad([own(str(each)) for each in range(MAX_LINES + 1)], "too_many", "lines"),
        Bad([Word("119", date(2026, 11, 23))], "checked_later", "lines[0].checked"),
        Bad([Word("119", TODAY), own(number="call me")], "phone_format", "lines[1].number"),
        Bad([own(number="+")], "phone_format", "lines[0].number"),
        Bad([own(number="1")], "phone_format", "lines[0].number"),
        Bad([own(audience=" ")], "empty", "lines[0].audience"),
        Bad([own(source="")], "source_missing", "lines[0].source"),
        Bad([own(age_from=20, age_to=10)], "out_of_range", "lines[0].age_to"),
        Bad([own(hours=("09:00", "09:00"))], "hours_none", "lines[0].hours"),
    ],
    ids=lambda bad: bad.detail,
)
def test_what_cannot_be_a_card_is_refused_with_its_field(bad: Bad) -> None:
    with pytest.raises(BadRequest) as refused:
        check_entries(FR, bad.entries, TODAY)
    assert (refused.value.detail, refused.value.field) == (bad.detail, bad.field)


def test_a_line_over_midnight_and_a_short_number_are_fine() -> None:
    check_entries(FR, [own(number="3919", hours=("18:00", "02:00"), age_from=18), Word("3018", TODAY, True)], TODAY)
