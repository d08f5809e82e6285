"""What a pattern is made of: words, gaps and choices, each knowing its size without being written out."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from math import prod

from server.moderation.folding import fold
from server.moderation.slots import Phrase, Slot

LARGEST = 5_000  # phrases of one slot; more is a pattern to rewrite, not memory to spend
SMALL = 64  # rows that are rather written out than tried one after the other

_PLAIN = re.compile(r"[a-z0-9|+*]+(?: [a-z0-9|+*]+)*")
_GAP = re.compile(r"[\s'’\-_]+")
# Infinitive, participle and imperfect sound alike, and are written for one another.
VERB_ENDINGS = ("e", "es", "ent", "er", "ez", "ee", "ees", "ai", "ais", "ait", "aient", "ant", "a", "era", "eront",
                 "erait")  # fmt: skip


class PatternError(ValueError):
    """A pattern that is none, or costs too much. ``kind``: ``open``, ``parenthesis``, ``empty``, ``family``, ``gap``,
    ``large`` or ``long``."""

    def __init__(self, kind: str, told: str) -> None:
        super().__init__(told)
        self.kind = kind


def plainly(text: str) -> str:
    """``text`` as the automaton knows words: folded, parted by single spaces."""
    if _PLAIN.fullmatch(text) is not None:  # as most of the data is written
        return text
    return _GAP.sub(" ", fold(text)).strip()


plain = lru_cache(maxsize=20_000)(plainly)
"""``plainly`` of what is asked again and again."""


class Word:
    """A word as it is written, with its forms."""

    __slots__ = ("_slot", "can_be_nothing", "count", "forms", "is_one_word", "shortest", "written")

    optional = False
    is_plain = True

    def __init__(self, written: str) -> None:
        self._slot: Slot | None = None
        self.written = written
        if written.isascii() and written.isalpha() and written.islower():  # most are, and there are thousands
            self.forms: list[Phrase] = [(written,)]
            self.count, self.shortest, self.is_one_word, self.can_be_nothing = 1, len(written), True, False
        else:
            self.forms = [tuple(plain(form).split()) for form in forms_of(written)]
            self.count = len(self.forms)
            self.shortest = min(len(" ".join(form)) for form in self.forms)
            self.is_one_word = all(len(form) == 1 for form in self.forms)
            self.can_be_nothing = () in self.forms

    @property
    def slot(self) -> Slot:
        if self._slot is None:
            self._slot = Slot(self.written_out)
        return self._slot

    def written_out(self) -> list[Phrase]:
        return self.forms

    def check(self, pattern: str) -> None:
        if self.can_be_nothing:
            raise PatternError("empty", f"a word of {pattern!r} has no letters")


class Gap:
    """``~``."""

    optional = True
    shortest = count = 0
    is_one_word = can_be_nothing = is_plain = False
    slot = Slot(tuple, optional=True, gap=True)

    def check(self, pattern: str) -> None:
        """Always well where it stands in a row of its own."""


class Choice:
    """``(a|b c)``. What is known of its size is counted, not written out. ``is_complex`` when some of its rows have to
    be written out; ``is_plain`` when none has a gap or may be left out."""

    __slots__ = ("_slot", "can_be_nothing", "count", "has_gap", "is_complex", "is_one_word", "is_plain", "optional",
                 "rows", "shortest")  # fmt: skip

    def __init__(self, rows: list["Row"], *, optional: bool) -> None:
        self._slot: Slot | None = None
        self.has_gap = self.is_complex = self.can_be_nothing = False
        self.rows = rows
        self.optional = optional
        self.count = 0
        self.shortest = LARGEST
        self.is_one_word = True
        self.is_plain = not optional
        for row in rows:
            self._count(row)

    @property
    def slot(self) -> Slot:
        if self._slot is None:
            self._slot = Slot(self.written_out, optional=self.optional)
        return self._slot

    def _count(self, row: "Row") -> None:
        count, shortest, nothing = 1, -1, True
        for node in row:
            count *= node.count + node.optional
            shortest += 0 if node.optional else node.shortest + 1
            nothing = nothing and (node.optional or node.can_be_nothing)
            self.has_gap = self.has_gap or isinstance(node, Gap) or (isinstance(node, Choice) and node.has_gap)
            self.is_plain = self.is_plain and node.is_plain
        self.count += count
        self.shortest = min(self.shortest, shortest)
        self.can_be_nothing = self.can_be_nothing or nothing
        self.is_one_word = self.is_one_word and len(row) == 1 and row[0].is_one_word and not row[0].optional
        self.is_complex = self.is_complex or is_complex_row(row)

    def written_out(self) -> list[Phrase]:
        return [phrase for row in self.rows for phrase in product_of(row)]

    def check(self, pattern: str) -> None:
        if self.has_gap:
            raise PatternError("gap", f"~ stands in a row of its own, not inside a choice: {pattern!r}")
        if self.count > LARGEST:
            raise PatternError("large", f"{pattern!r} stands for more than {LARGEST} phrases in one place")
        if self.can_be_nothing:
            raise PatternError("empty", f"a choice that can be nothing needs its question mark outside: {pattern!r}")


class Flat(Choice):
    """A choice of mere words, as most are: kept as it is written until somebody asks."""

    __slots__ = ("_written",)

    def __init__(self, written: str) -> None:
        super().__init__([], optional=written.endswith("?"))
        self._written = written
        parts = self.parts()
        self.count = len(parts)
        self.shortest = min(map(len, parts))
        self.is_one_word = not any(" " in part for part in parts)
        if not self.shortest:
            raise PatternError("empty", f"empty choice in {written!r}")

    def parts(self) -> list[str]:
        parts = [part.strip() for part in plainly(self._written.strip("()?")).split("|")]
        if "+" not in self._written and "*" not in self._written:
            return parts
        forms = [list(map(forms_of, part.split())) for part in parts]
        if sum(prod(map(len, words)) for words in forms) > LARGEST:
            raise PatternError("large", f"{self._written!r} stands for more than {LARGEST} phrases")
        return [" ".join(form) for words in forms for form in product(*words)]

    def written_out(self) -> list[Phrase]:
        return [tuple(part.split()) for part in self.parts()]


Node = Word | Gap | Choice
Row = list[Node]


def is_complex_row(row: Row) -> bool:
    """Whether it is more than words in a row, or a few such rows, or one choice of them."""
    if len(row) == 1 and isinstance(row[0], Choice):
        return row[0].optional or row[0].is_complex
    return not all(node.is_plain for node in row) or prod(node.count for node in row) > SMALL


def forms_of(word: str) -> Sequence[str]:
    """The word, or the four forms of a French adjective ("idiot+"), or those of a verb in -er ("frapp*")."""
    if len(word) > 1 and word.endswith("*"):
        return [word[:-1] + ending for ending in VERB_ENDINGS]
    if not word.endswith("+"):
        return [word]
    stem = word[:-1]
    return [stem, f"{stem}e", f"{stem}s", f"{stem}es"]


def product_of(row: Row) -> list[Phrase]:
    made: list[Phrase] = [()]
    for node in row:
        filled = [] if isinstance(node, Gap) else node.written_out()
        if node.optional:
            filled = [*filled, ()]
        made = [before + phrase for before in made for phrase in filled]
    return made
