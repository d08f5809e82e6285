"""Telephone numbers, plain or disguised, in one message or told piece by piece over several."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from server.moderation.contacts.digits import Group, groups, runs
from server.moderation.contacts.numerals import SPEAKING, ZERO_LETTERS, Atom
from server.moderation.contacts.phones import BEHIND_CUE, CUE, LESSON, Checker, is_phone

ENOUGH = 5  # digits, a number word counting for two, below which no number can stand in one message
LONGEST = 15  # digits of a telephone number (ITU-T E.164)

_DATE = re.compile(
    r"(?<![0-9])(?:[0-3]?[0-9]([/.\-])[01]?[0-9]\1(?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{2}([/.\-])[01][0-9]\2[0-3][0-9])(?![0-9])"
)
_MARK = re.compile(r"(?<![0-9/])[0-9]{1,2}(?:[.,][0-9]+)?/(?:10|20|40|100)(?![0-9/])")  # 12/20
_DAY = re.compile(r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})(?![0-9/])")
_NATIONAL_HEAD = re.compile("00?[1-9]")  # of whatever is not all there is in a run
_DIGIT = re.compile("[0-9]")
_LONG_WORD = re.compile(r"[a-z](?<=[a-z]{14})")
_GLUED_WORDS = re.compile(
    r"(?:(?:zero|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt"
    r"|trente|quarante"
    r"|cinquante|soixante|one|two|three|four|five|seven|eight|nine)){4}"
)
_BACKWARDS = re.compile(
    r"\b(?:envers|inverse\w?|verlan|backwards?|reversed?|miroir|retourne\w?|rebours|droite a gauche)\b"
)
_LOOK_ALIKE = re.compile(
    r"(?<![a-z])[oilzeasbg]{1,2}[0-9]|[0-9][oilzeasbg]{1,2}(?![a-z])|(?<=[0-9][ .\-])[oilsbz]{1,4}(?![a-z])"
)
_TOGETHER = re.compile(
    r"\b(?:(?:tout|chiffres?) a la suite|a la suite|bout a bout|(?:mets|met|colle|assemble|rassemble"
    r"|regroupe)\w* (?:tout|les|moi)|(?:garde|prends?|lis)\w* (?:juste|que|seulement) les"
    r"|enleve\w* les|sans les (?:lettres|mots)|put (?:them|it all|these) together|(?:all|join)\w* (?:it"
    r"|them)? ?together|in a row|only the (?:numbers|digits)|just the (?:numbers|digits)"
    r"|remove the|take out the|devine mon num\w*)\b"
)
_ASIDE = re.compile(r"\([^()0-9]{1,24}\)(?<!zero\))(?<!six\))(?<!sept\))")
_PAGE, _END_OF_PAGE = 240, 400  # digits from which it is a page of numbers; characters of it that are read at each end
_EDGE = 16  # numbers at the ends of a long row among which a telephone number is looked for
_BLOCK = 5  # digits of one group that may be a number in the middle of such a row
_REAL_DIGITS = 5  # that a number must have of which letters are read as digits
_ZEROS_OR_NOT = 3  # letters at the head of a run that are tried as no zero: each costs a reading of the whole run
_CUE_REACH, _SIGN_REACH = 48, 12  # characters before a number in which "mon numéro" or its + may stand
_LENGTH_ORDER = (10, 11, 9, 12, 13, 14, 15, 8, 6)  # of the digits in all: a French number before what merely holds one


class Span(NamedTuple):
    """Where in the folded text; ``spelled`` when words or look-alike letters stood for digits."""

    start: int
    end: int
    spelled: bool


def weight(folded: str, words: Sequence[str]) -> int:
    """How much there is to read as digits; what has next to nothing is not looked at further."""
    digits = sum(map(folded.count, "0123456789")) if _DIGIT.search(folded) is not None else 0
    if SPEAKING.isdisjoint(words):
        return ENOUGH if "zero" in folded or _is_glued(folded) else digits
    return digits + 2 * sum(word in SPEAKING for word in words)


def _is_glued(folded: str) -> bool:
    return _LONG_WORD.search(folded) is not None and _GLUED_WORDS.search(folded) is not None


def find(folded: str) -> list[Span]:
    """The telephone numbers in ``folded``, in order, none overlapping. Of a page of numbers the two ends are read."""
    if len(folded) > 2 * _END_OF_PAGE and sum(map(folded.count, "0123456789")) + _spoken(folded) > _PAGE:
        rest = len(folded) - _END_OF_PAGE
        ends = _find(folded[:_END_OF_PAGE]), _find(folded[rest:])
        return [*ends[0], *(Span(span.start + rest, span.end + rest, span.spelled) for span in ends[1])]
    return _find(folded)


def _spoken(folded: str) -> int:
    return 2 * sum(word in SPEAKING for word in folded.split())


def _find(folded: str) -> list[Span]:
    if "/" in folded or "-" in folded or "." in folded:
        folded = _DATE.sub(_struck_out, folded)
        if all(_is_day(pair) for pair in _DAY.finditer(folded)):
            folded = _DAY.sub(_struck_out, folded)
        if len(_MARK.findall(folded)) >= 2:
            folded = _MARK.sub(_struck_out, folded)
    to_join = _TOGETHER.search(folded) is not None
    if "(" in folded:
        folded = _ASIDE.sub(lambda aside: " " * len(aside.group()), folded)
    checker = Checker()
    spans: list[Span] = []
    for run in runs(folded):
        spans.extend(_in_run(folded, run, checker))
    if not spans and _looks_like_digits(folded):
        for run in runs(folded, loose=True):
            if sum(map(folded[run[0].start : run[-1].end].count, "0123456789")) >= _REAL_DIGITS:
                spans.extend(_in_run(folded, run, checker))
    if not spans and _BACKWARDS.search(folded):
        for run in runs(folded):
            spans.extend(_backwards(run, checker))
    if not spans and to_join:
        spans.extend(_together(folded, checker))
    return spans


def _looks_like_digits(folded: str) -> bool:
    """Whether letters may stand among digits enough."""
    return sum(map(folded.count, "0123456789")) >= _REAL_DIGITS and _LOOK_ALIKE.search(folded) is not None


def _together(folded: str, checker: Checker) -> Iterator[Span]:
    """All digits of the text as one number, where the writer says to put them together."""
    read = [group for run in runs(folded) for group in groups(run) if len(group.digits) <= 4]
    digits = "".join(group.digits for group in read)
    if 9 <= len(digits) <= LONGEST and is_phone(
        [Group(digits, read[0].start, read[-1].end, "", "", True)],
        whole=True,
        cued=True,
        zero_told=False,
        checker=checker,
    ):
        yield Span(read[0].start, read[-1].end, True)


def _backwards(run: list[Atom], checker: Checker) -> Iterator[Span]:
    digits = "".join(group.digits for group in groups(run))[::-1]
    start, end = run[0].start, run[-1].end
    if 9 <= len(digits) <= LONGEST and is_phone(
        [Group(digits, start, end, "", "", True)], whole=True, cued=True, zero_told=False, checker=checker
    ):
        yield Span(start, end, True)


def _struck_out(date: re.Match[str]) -> str:
    return "§" * len(date.group())


def _is_day(pair: re.Match[str]) -> bool:
    """Whether 06/12 can be a day and a month."""
    return int(pair[1]) <= 31 and int(pair[2]) <= 12


def _in_run(folded: str, run: list[Atom], checker: Checker) -> list[Span]:
    """A run is read whole first, then without the letters at its head that need not be zeros: "jsui o 06 …" is "je suis
    au 06 …"."""
    for head in range(min(len(run), 1 + _ZEROS_OR_NOT)):
        found = _in_readings(folded, run[head:], checker)
        if found or folded[run[head].start : run[head].end] not in ZERO_LETTERS:
            return found
    return []


def _in_readings(folded: str, run: list[Atom], checker: Checker) -> list[Span]:
    """The likeliest reading first: words joined into numbers, then with "vingt quatre vingt" cut the other way, then
    joined over other gaps."""
    first = groups(run)
    found = list(_candidates(folded, first, checker))
    if found or not any(atom.spelled for atom in run):
        return found
    tried = [first]
    for join, eighty_first in ((" -w", False), (" -w.,/\n", True)):
        reading = groups(run, join=join, eighty_first=eighty_first)
        if reading in tried:
            continue
        tried.append(reading)
        found = list(_candidates(folded, reading, checker))
        if found:
            return found
    return []


def _candidates(folded: str, reading: list[Group], checker: Checker) -> Iterator[Span]:
    days = _are_days(reading)
    i = 0
    while i < len(reading):
        if _EDGE <= i < len(reading) - _EDGE and not reading[i].sign and len(reading[i].digits) < _BLOCK:
            i += 1
            continue
        after = None if days else _end_of_phone(folded, reading, i, checker)
        if after is None:
            i += 1
            continue
        start = reading[i].start
        if reading[i].sign and "+" in folded[max(0, start - _SIGN_REACH) : start]:
            start = folded.rindex("+", 0, start)
        yield Span(start, reading[after - 1].end, any(group.spoken for group in reading[i:after]))
        i = after


def _end_of_phone(folded: str, reading: list[Group], i: int, checker: Checker) -> int | None:
    """Behind which group the number that begins at group ``i`` ends; None when none begins there."""
    if i > 0 and not reading[i].sign:
        head = "".join(group.digits for group in reading[i : i + 3])
        if _NATIONAL_HEAD.match(head) is None:
            return None
    ends: dict[int, int] = {}
    total = 0
    for j in range(i, min(len(reading), i + LONGEST)):
        if j > i and reading[j].sign:
            break
        total += len(reading[j].digits)
        if total > LONGEST:
            break
        ends[total] = j + 1
    cued: bool | None = None
    for length in (total, *_LENGTH_ORDER):  # all there is, if it fits, before a part of it
        after = ends.get(length)
        if after is None:
            continue
        start, end = reading[i].start, reading[after - 1].end
        if cued is None:
            cued = _is_cued(folded, start, reading[-1].end)
        whole = i == 0 and after == len(reading)
        if not whole and not cued and _in_list(reading, i, after):
            continue
        zero_told = whole and length == 9 and ("zero" in folded[:start] or "zero" in folded[end:])
        if is_phone(reading[i:after], whole=whole, cued=cued, zero_told=zero_told, checker=checker):
            return None if not cued and _is_lesson(folded, start, end) else after
    return None


def _is_cued(folded: str, start: int, end: int) -> bool:
    return (
        CUE.search(folded, max(0, start - _CUE_REACH), start) is not None or BEHIND_CUE.match(folded, end) is not None
    )


def _is_lesson(folded: str, start: int, end: int) -> bool:
    return LESSON.search(folded, max(0, start - _CUE_REACH), min(len(folded), end + _CUE_REACH)) is not None


def _are_days(reading: list[Group]) -> bool:
    """Whether it is a list of days, "le 06 12, le 13 12 et le 20 12", or of points, "(0;6) (1;2) (3;4)"."""
    if len(reading) < 6 or len(reading) % 2:
        return False
    inner, outer = {group.gap for group in reading[1::2]}, {group.gap for group in reading[2::2]}
    if inner & outer:
        return False
    return all(gap.strip() in (";", ",") for gap in inner) or (
        all(len(group.digits) == 2 for group in reading)
        and all(int(day.digits) <= 31 for day in reading[::2])
        and all(1 <= int(month.digits) <= 12 for month in reading[1::2])
    )


def _in_list(reading: list[Group], i: int, after: int) -> bool:
    """Whether the groups i to after - 1 are part of a longer list of numbers rather than one of their own. What begins
    a list like a mobile number does is not given the benefit of the doubt."""
    if reading[i].sign or after == 1:
        return False
    if i > 0:
        return after < len(reading) or reading[i].gap == reading[after - 1].gap
    return reading[after].gap == reading[i + 1].gap and reading[i].digits[:2] not in ("06", "07", "0")
