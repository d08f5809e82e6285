"""Digits as people write and spell them: "06", "zéro six", "o six", "soixante-dix-huit", "septante-huit", "double 7",
"z3ro". A text becomes runs of digit groups, each group with its place; whatever is neither digit nor filler ends a run.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from server.moderation.data_files import word_lists

UNITS = {
    "zero": 0, "zeros": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
    "huit": 8, "neuf": 9, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9,
    "katr": 4, "katre": 4, "quatr": 4, "cink": 5, "sinq": 5, "sink": 5, "trwa": 3, "troi": 3, "siz": 6, "zro": 0,
    "xero": 0, "zerro": 0, "zeero": 0, "sixe": 6, "cinque": 5, "uit": 8, "wit": 8, "nef": 9, "sett": 7,
    "deu": 2, "kat": 4, "cix": 6,
    "cin": 5, "cinc": 5, "sis": 6, "sifr": 0, "sfer": 0, "saffer": 0, "wahed": 1, "jouj": 2, "tlata": 3, "arbaa": 4,
    "khamsa": 5, "setta": 6, "sebaa": 7, "tmenia": 8, "tmanya": 8, "tesaa": 9, "cero": 0, "uno": 1, "cuatro": 4,
    "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
}  # fmt: skip
TEENS = {
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "dixsept": 17,
    "dixhuit": 18, "dixneuf": 19, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "douz": 12, "onz": 11, "quinz": 15, "trez": 13,
    "kinz": 15, "kinze": 15, "seiz": 16, "katorz": 14, "katorze": 14,
}  # fmt: skip
TENS = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
    "huitante": 80, "octante": 80, "nonante": 90, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "ving": 20, "trent": 30, "karante": 40, "quarant": 40,
    "cinkante": 50, "cinquant": 50, "soixant": 60, "swassante": 60,
    "vint": 20, "katrevin": 80, "katrevins": 80, "katrevingt": 80, "quatrevin": 80,
    "trante": 30, "trant": 30, "karant": 40, "septant": 70, "nonant": 90, "swasante": 60, "soisante": 60,
}  # fmt: skip
HUNDREDS = {"cent": 100, "cents": 100, "hundred": 100}
VALUES = UNITS | TEENS | TENS
ZERO_LETTERS = frozenset(("o", "oh", "ho"))
REPEATS = {"double": 2, "triple": 3}
FILLERS = word_lists("contact_words")["fillers"]
SPEAKING = frozenset(VALUES) - {
    "un",
    "une",
    "one",
    "wit",
    "siz",
    "sink",
    "nef",
    "uit",
    "troi",
    "sis",
    "cin",
    "kat",
    "uno",
    "seis",
    "deu",
    "cix",
} | {"cent", "double"}

MAX_FILLERS = 3  # words in a row that a person may say between two groups
MAX_GAP = 8  # signs in a row between two groups
LONGEST_WORD = 80  # letters and digits that are read as one, if they are more than digits
REMEMBERED = 2_000  # words of which it is remembered what they are, about 0.3 MB

_TOKEN = re.compile(r"[a-z0-9]+|\n|[^\S\n]+|[^a-z0-9\s]")
_ENDS_RUN = frozenset('=<>%€$£^§!?"#&{}°')
# Glued together only whole words are read: with "zeros" and "vingts", "zerosix" and "vingtsix" would be cut wrongly.
_WHOLE = VALUES.keys() - frozenset(
    [
        "uno",
        "zeros",
        "vingts",
        "sett",
        "sixe",
        "deu",
        "kat",
        "cin",
        "cinc",
        "sis",
        "vint",
        "trant",
        "cix",
        "sifr",
        "sfer",
    ]
)
_WORDS_BY_LENGTH = "|".join(sorted(_WHOLE, key=lambda word: (-len(word), word)))
_GLUED = re.compile(
    rf"(?:plus)?(?:{_WORDS_BY_LENGTH})(?:\d*(?:{_WORDS_BY_LENGTH}))*\d*|\d+(?:(?:{_WORDS_BY_LENGTH})\d*)+"
)
_GLUED_PART = re.compile(rf"\d+|{_WORDS_BY_LENGTH}")
_BEHIND_WORD = re.compile(r"[a-z]{2,}([0-9]{8,})")  # "tel0612345678"
_DIGIT_LETTERS = str.maketrans("oil", "011")
_LEET_WORD = str.maketrans("0134578", "oieastb")
_LOOKS = re.compile(r"[0-9oil]*[0-9][0-9oil]*")
# Further letters are digits only in a second reading, which is tried when the first gives nothing.
_MORE_DIGIT_LETTERS = str.maketrans("oilzeasbg", "011234589")
_MORE_LOOKS = re.compile(r"[0-9oilzeasbg]*[0-9][0-9oilzeasbg]*|[oilsbz]{1,4}")
_PARTED_BY_LETTER = re.compile(r"([0-9]{1,4})([a-z])[0-9]{2}(?:\2[0-9]{2,4}){2,5}")  # "06x12x34x56x78"
_EACH_PARTED = re.compile(r"[0-9](?:[a-z][0-9]){7,14}[a-z]?")  # "0a6b3c9d9e8f1g2h3i4"
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


@dataclass(slots=True)
class Atom:
    """One numeral or number word of a run, before numbers are put together."""

    value: int
    text: str  # the digits of a numeral as written; empty for a word
    start: int
    end: int
    gap: str
    sign: str
    cent: bool = False
    repeat: int = 0
    spelled: bool = False
    own: bool = False  # behind "mon", where "06" may be a word and no number


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
                sign = "+"
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
        atoms = None if start in times else _atoms(text, start, gap, sign, loose)
        if atoms is not None:
            if len(run) == 1 and run[0].own and "w" in gap:
                run = []
            atoms[0].own = not run and word in _MINE and text in ("06", "07")
            run.extend(atoms)
            gap, sign, fillers = "", "", 0
        elif len(text) <= LONGEST_WORD and _is_filler(text):
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
    return part.isascii() and _atoms(part, 0, "", "") is not None


def _atoms(text: str, start: int, gap: str, sign: str, loose: bool = False) -> list[Atom] | None:
    if len(text) <= LONGEST_WORD and _is_mere_word(text, loose):
        return None
    return _read(text, start, gap, sign, loose)


@lru_cache(maxsize=REMEMBERED)
def _is_mere_word(text: str, loose: bool) -> bool:
    return _read(text, 0, "", "", loose) is None


@lru_cache(maxsize=REMEMBERED)
def _is_filler(text: str) -> bool:
    return text == "plus" or text in FILLERS or text.translate(_LEET_WORD) in FILLERS


def _read(text: str, start: int, gap: str, sign: str, loose: bool) -> list[Atom] | None:
    end = start + len(text)
    if text.isdigit():
        return [Atom(0, text, start, end, gap, sign)]
    value = VALUES.get(text)
    if value is not None:
        return [Atom(value, "", start, end, gap, sign, spelled=True)]
    if text in ZERO_LETTERS:
        return [Atom(0, "", start, end, gap, sign, spelled=True)]
    if text in HUNDREDS:
        return [Atom(100, "", start, end, gap, sign, cent=True, spelled=True)]
    if text in REPEATS:
        return [Atom(0, "", start, end, gap, sign, repeat=REPEATS[text], spelled=True)]
    if len(text) > LONGEST_WORD:
        return None
    if loose and _MORE_LOOKS.fullmatch(text):
        return [Atom(0, text.translate(_MORE_DIGIT_LETTERS), start, end, gap, sign, spelled=True)]
    if any(c.isdigit() for c in text):
        if _LOOKS.fullmatch(text):
            return [Atom(0, text.translate(_DIGIT_LETTERS), start, end, gap, sign, spelled=True)]
        value = VALUES.get(text.translate(_LEET_WORD))
        if value is not None:
            return [Atom(value, "", start, end, gap, sign, spelled=True)]
        if _EACH_PARTED.fullmatch(text):
            return [Atom(0, "".join(filter(str.isdigit, text)), start, end, gap, sign, spelled=True)]
        if parted := _PARTED_BY_LETTER.fullmatch(text):
            digits = "".join(c for c in text if c != parted[2])
            return [Atom(0, digits, start, end, gap, sign, spelled=True)]
    if behind := _BEHIND_WORD.fullmatch(text):
        return [Atom(0, behind[1], start + behind.start(1), end, "", "")]
    if _GLUED.fullmatch(text):
        atoms = []
        sign = "+" if text.startswith("plus") else sign
        for part in _GLUED_PART.finditer(text):
            numeral = part.group() if part.group().isdigit() else ""
            value = VALUES.get(part.group(), 0)
            at = start + part.start()
            atoms.append(Atom(value, numeral, at, start + part.end(), gap, sign, spelled=True))
            gap, sign = "", ""
        return atoms
    return None


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
