"""What an organisation may make of the shipped lines, and when a number is to be checked again. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from msgspec.structs import replace

from server.kernel.errors import BadRequest
from server.people.helplines.lines import Line, Shipped

MAX_LINES: Final = 40  # on a card that a frightened person reads
MAX_AUDIENCE: Final = 120  # code points
MAX_SOURCE: Final = 300
MAX_AGE: Final = 120
CHECK_EVERY: Final = timedelta(days=183)  # half a year: numbers change hands, hours change with budgets

_NUMBER: Final = re.compile(r"\+?[0-9](?: ?[0-9]){1,19}")


@dataclass(frozen=True, slots=True)
class Word:
    """What an organisation says of one shipped line."""

    id: str
    checked: date
    hidden: bool = False


Entry = Word | Line


def merged(here: Shipped, entries: Sequence[Entry], zone: str) -> list[Line]:
    """All lines in their order, also those that are hidden. What is for danger stands first, as it is shipped and never
    hidden; then the organisation's own for danger; then all others as the organisation put them, with what it has not
    spoken of (a line of a newer release) behind. ``zone`` is the organisation's, for the hours of its own lines."""
    words = {entry.id: entry for entry in entries if isinstance(entry, Word)}
    lines = {line.id: _as_said(line, here, words.get(line.id)) for line in here.lines}
    own = [_of(entry, zone) for entry in entries if isinstance(entry, Line)]
    first = [line for line in lines.values() if line.danger] + [line for line in own if line.danger]
    placed = [
        line
        for entry in entries
        if (line := lines.get(entry.id) if isinstance(entry, Word) else _of(entry, zone)) is not None
    ]
    rest = [line for line in placed if not line.danger]
    behind = [line for line in lines.values() if not line.danger and line.id not in words]
    return [*first, *rest, *behind]


def to_check(line: Line, today: date) -> bool:
    """Whether so long ago that somebody should try the number again."""
    return line.checked is None or line.checked + CHECK_EVERY < today


def check_entries(here: Shipped, entries: Sequence[Entry], today: date) -> None:
    """Raises BadRequest with the field named for what cannot be a card."""
    danger = {line.id for line in here.lines if line.danger}
    if len(entries) > MAX_LINES:
        raise BadRequest("too_many", field="lines", maximum=MAX_LINES)
    if len({entry.id for entry in entries}) < len(entries):
        raise BadRequest("twice", field="lines")
    for place, entry in enumerate(entries):
        at = f"lines[{place}]"
        if entry.checked is None or not entry.checked <= today:
            raise BadRequest("checked_later", field=f"{at}.checked")
        if isinstance(entry, Word):
            if entry.hidden and entry.id in danger:
                raise BadRequest("danger_shown", field=f"{at}.hidden")
        else:
            _check_own(entry, at)


def _check_own(line: Line, at: str) -> None:
    if not _NUMBER.fullmatch(line.number):
        raise BadRequest("phone_format", field=f"{at}.number")
    if not (line.audience or "").strip():
        raise BadRequest("empty", field=f"{at}.audience")
    if not line.source.strip():
        raise BadRequest("source_missing", field=f"{at}.source")
    if line.age_from is not None and line.age_to is not None and line.age_from > line.age_to:
        raise BadRequest("out_of_range", field=f"{at}.age_to")
    if line.hours is not None and line.hours[0] == line.hours[1]:
        raise BadRequest("hours_none", field=f"{at}.hours")


def _as_said(line: Line, here: Shipped, word: Word | None) -> Line:
    checked = here.checked if word is None else max(word.checked, here.checked)
    hidden = word is not None and word.hidden and not line.danger
    return replace(line, zone=here.zone, checked=checked, hidden=hidden)


def _of(line: Line, zone: str) -> Line:
    return replace(line, zone=zone)
