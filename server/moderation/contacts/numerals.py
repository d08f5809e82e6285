"""One word that stands for digits, read by itself: "06", "six", "z3ro", "O6", "vingtsix", "tel0612345678"; and the
words that people say between numbers. Which of them make a number together is told in digits.py."""

import re
from dataclasses import dataclass
from functools import lru_cache

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
# Number words that are seldom anything else: these wake the detector, the others are only read once it is awake.
SPEAKING = frozenset(VALUES) - {
    "un", "une", "one", "wit", "siz", "sink", "nef", "uit", "troi", "sis", "cin", "kat", "uno", "seis", "deu", "cix",
} | {"cent", "double"}  # fmt: skip

FILLERS = word_lists("contact_words")["fillers"]
LONGEST_WORD = 80  # letters and digits that are read as one, if they are more than digits
REMEMBERED = 2_000  # words of which it is remembered what they are, about 0.3 MB

# Glued together only whole words are read: with "zeros" and "vingts", "zerosix" and "vingtsix" would be cut wrongly.
_WHOLE = VALUES.keys() - {
    "uno", "zeros", "vingts", "sett", "sixe", "deu", "kat", "cin", "cinc", "sis", "vint", "trant", "cix", "sifr",
    "sfer",
}  # fmt: skip
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


def atoms_of(text: str, start: int, gap: str, sign: str, *, loose: bool = False) -> list[Atom] | None:
    """What ``text`` at ``start``, behind ``gap`` and ``sign``, is read as; None when it is no number. ``loose``: with
    all the letters that resemble digits."""
    if len(text) <= LONGEST_WORD and _is_mere_word(text, loose):
        return None
    return _read(text, start, gap, sign, loose)


@lru_cache(maxsize=REMEMBERED)
def _is_mere_word(text: str, loose: bool) -> bool:
    return _read(text, 0, "", "", loose) is None


@lru_cache(maxsize=REMEMBERED)
def is_filler(text: str) -> bool:
    """Whether people say it between two numbers: "puis", "espace". Asked of what is no number: 37 would be "et"."""
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
