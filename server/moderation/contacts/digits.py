"""Digits as people write and say them: "06", "zéro six", "soixante-dix-huit", "septante-huit", "double 7". A text
becomes runs of numerals and number words, a run digit groups, each with its place; whatever is neither digit nor filler
ends a run. What a single word stands for is told in numerals.py."""

import re
from collections.abc import Callable
from typing import NamedTuple

from server.moderation.contacts.numerals import FILLERS, LONGEST_WORD, Atom, atoms_of, is_filler

MAX_FILLERS = 3  # words in a row that a person may say between two groups
MAX_GAP = 8  # signs in a row between two groups

_TOKEN = re.compile(r"[a-z0-9]+|\n|[^\S\n]+|[^a-z0-9\s]")
_ENDS_RUN = frozenset('=<>%€$£^§!?"#&{}°')
_MINE = frozenset(("mon", "ton", "son", "votre", "leur", "my", "your"))  # "mon 06" is a word for "mon numéro"
_TIME = re.compile(r"(?<![0-9])[0-2]?[0-9]\s?h(?:\s?[0-5][0-9])?(?![a-z0-9])")


class Group(NamedTuple):
    """Digits that stand together. ``sign`` is ``+`` when one stands right before; ``gap`` is what parts the group from
    the one before it (``w`` for a filler word); ``spoken`` when words or look-alike letters stood for any of it."""

    digits: str
    start: int
    end: int
    gap: str
    sign: str
    spoken: bool


def runs(folded: str, *, loose: bool = False) -> list[list[Atom]]:
    """The runs of digits and number words in ``folded``, before they are made into groups. ``loose``: with all the
    letters that resemble digits."""
    found: list[list[Atom]] = []
    run: list[Atom] = []
    gap, sign, fillers, word = "", "", 0, ""
    times = {i for match in _TIME.finditer(folded) for i in range(*match.span())} if "h" in folded else frozenset()

    def close() -> None:
        nonlocal run, gap, sign, fillers
        if run:
            found.append(run)
        run, gap, sign, fillers = [], "", "", 0

    for token in _TOKEN.finditer(folded):
        text, start = token.group(), token.start()
        if not text[0].isalnum() or not text.isascii():
            if text == "+":
                if run:
                    close()
                sign = "+"
            elif text in _ENDS_RUN:
                close()
            else:
                gap += text if not text.isspace() else text[:1]
                if len(gap) > MAX_GAP:
                    close()
            continue
        atoms = None if start in times else atoms_of(text, start, gap, sign, loose=loose)
        if atoms is not None:
            if len(run) == 1 and run[0].own and "w" in gap:
                run = []
            atoms[0].own = not run and word in _MINE and text in ("06", "07")
            run.extend(atoms)
            gap, sign, fillers = "", "", 0
        elif len(text) <= LONGEST_WORD and is_filler(text):
            if text == "plus":
                sign = "+"
            if run:
                fillers += 1
                gap += "w"
                if fillers > MAX_FILLERS:
                    close()
        else:
            close()
        word = text
    close()
    return found


def begins_with_number(folded: str) -> bool:
    """Whether the first word that is more than a filler is a number."""
    for part in _TOKEN.finditer(folded):
        kind = _kind(part.group())
        if kind is not None:
            return kind
    return False


def ends_with_number(folded: str) -> bool:
    """Whether the last word that is more than a filler is a number."""
    for part in reversed(_TOKEN.findall(folded)):
        kind = _kind(part)
        if kind is not None:
            return kind
    return False


def is_all_numbers(folded: str) -> bool:
    """Whether it is numbers, fillers and signs and nothing else."""
    return not any(_kind(part) is False for part in _TOKEN.findall(folded))


def _kind(part: str) -> bool | None:
    """True for a number, False for another word, None for what may stand between numbers."""
    if not part[0].isalnum() or part in FILLERS or part == "plus":
        return None
    return part.isascii() and atoms_of(part, 0, "", "") is not None


def groups(run: list[Atom], *, join: str = " -w", eighty_first: bool = True) -> list[Group]:
    """One reading of a run. ``join``: what may part the words of one number; ``eighty_first`` reads "vingt quatre vingt
    deux" as 20 82 and not as 24 22."""
    made: list[Group] = []
    i = 0
    while i < len(run):
        atom = run[i]
        digits, used = _number(run, i, join, eighty_first)
        last = run[i + used - 1]
        if digits:
            spoken = any(part.spelled for part in run[i : i + used])
            made.append(Group(digits, atom.start, last.end, atom.gap, atom.sign, spoken))
        i += used
    return made


def _number(run: list[Atom], i: int, join: str, eighty_first: bool) -> tuple[str, int]:
    """The digits of the number that begins at ``i`` and how many atoms it takes."""
    atom = run[i]

    def follows(at: int) -> int | None:
        """The value of the word at ``at`` when it may go on the number before it."""
        if at >= len(run):
            return None
        following = run[at]
        if len(following.text) == 1 and not following.gap:
            return int(following.text)  # "cinquante6"
        if following.text or following.cent or following.repeat or following.sign or following.gap.strip(join):
            return None
        return following.value

    if atom.repeat:
        if i + 1 < len(run) and not run[i + 1].cent:
            following = run[i + 1]
            digits = following.text or str(following.value)
            return digits * atom.repeat if len(digits) <= 2 else digits, 2
        return "", 1
    if atom.text:
        return atom.text, 1
    if atom.cent:
        rest, used = _below_hundred(i + 1, follows, eighty_first)
        return f"{100 + rest}", 1 + used
    if 2 <= atom.value <= 9 and i + 1 < len(run) and run[i + 1].cent:
        rest, used = _below_hundred(i + 2, follows, eighty_first)
        return f"{atom.value * 100 + rest}", 2 + used
    if atom.value == 0:
        return "0", 1
    value, used = _below_hundred(i, lambda at: atom.value if at == i else follows(at), eighty_first)
    return str(value), used


def _below_hundred(i: int, follows: Callable[[int], int | None], eighty_first: bool) -> tuple[int, int]:
    """The value of the words from ``i`` on, up to 99, and how many they are. ``follows`` gives the value of a word."""
    first = follows(i)
    if not first:
        return 0, 0
    second = follows(i + 1)
    if first == 4 and second == 20:
        rest, used = _teen(follows, i + 2)
        return 80 + rest, 2 + used
    if first in (20, 30, 40, 50, 60, 70, 80, 90):
        if first in (60, 80):
            rest, used = _teen(follows, i + 1)
            if not (rest == 4 and eighty_first and follows(i + 2) == 20):
                return first + rest, 1 + used
            return first, 1
        if second is not None and 1 <= second <= 9 and not (second == 4 and eighty_first and follows(i + 2) == 20):
            return first + second, 2
        return first, 1
    if first == 10 and second in (7, 8, 9):
        return 10 + second, 2
    return first, 1


def _teen(follows: Callable[[int], int | None], i: int) -> tuple[int, int]:
    """What may follow soixante and quatre-vingt: 1 to 19."""
    value = follows(i)
    if value is None or not 1 <= value <= 19:
        return 0, 0
    if value == 10:
        unit = follows(i + 1)
        if unit in (7, 8, 9):
            return 10 + unit, 2
    return value, 1
