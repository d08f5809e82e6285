"""The small language in which lexicon entries are written.

A pattern is words; ``(a|b c|d)`` is a choice, ``?`` behind it makes it optional, choices may stand in choices, and
``@name`` is the choice of that name in data/families: ``(je|j) (ne)? @want partir``. ``~`` is up to four words
of any kind within the sentence. ``idiot+`` is idiot, idiote, idiots and idiotes; ``frapp*`` is whatever stands for a
form of frapper in a message: frappe, frapper, frappé, frappez, frappait … Accents and case do not count.

A pattern is cut into alternatives, each a row of slots. The slot with the longest phrases is the anchor, which alone
the automaton looks for; around it the other slots are looked up (slots.py), so that what a pattern costs is the sum of
its choices and not their product.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from math import prod

from server.moderation.data_files import merged
from server.moderation.folding import fold
from server.moderation.slots import TANGLED, Alternative, Phrase, Slot

LARGEST = 5_000  # phrases of one slot; more is a pattern to rewrite, not memory to spend
SMALL = 64  # rows that are rather written out than tried one after the other
MOST_ROWS = 3_000  # alternatives of one pattern, likewise

_FLAT = r"\([^()@~?]*\)\??"
_PART = re.compile(rf"{_FLAT}|\(|\)\?|\)|\||[^\s()|]+")
_SYNTAX = re.compile(r"[()|~?]|@[^\s()|]+")
_GAP = re.compile(r"[\s'’\-_]+")
# Infinitive, participle and imperfect sound alike, and are written for one another.
_VERB_ENDINGS = ("e", "es", "ent", "er", "ez", "ee", "ees", "ai", "ais", "ait", "aient", "ant", "a", "era", "eront",
                 "erait")  # fmt: skip


class PatternError(ValueError):
    """A pattern that is none, or costs too much. ``kind``: ``open``, ``parenthesis``, ``empty``, ``family``, ``gap``,
    ``large`` or ``long``."""

    def __init__(self, kind: str, told: str) -> None:
        super().__init__(told)
        self.kind = kind


def _plain(text: str) -> str:
    return _GAP.sub(" ", fold(text)).strip()


plain = lru_cache(maxsize=20_000)(_plain)
"""Words as the automaton knows them: folded, parted by single spaces."""


def alternatives(pattern: str, most: int = MOST_ROWS) -> list[Alternative]:
    """``pattern`` made ready, of ``most`` rows. Raises PatternError."""
    made: list[Alternative] = []
    for row in map(_joined, _rows(parse(pattern))):
        if len(made) == most:
            raise PatternError("long", f"{pattern!r} is more than {most} alternatives")
        anchors = [i for i, node in enumerate(row) if not node.optional]
        if not anchors:
            raise PatternError("empty", f"{pattern!r} can be nothing at all")
        for node in row:
            node.check(pattern)
        anchor = max(anchors, key=lambda i: row[i].shortest)
        tangled = sum(node.slot.gap or not node.is_one_word for node in row) >= TANGLED
        made.append(Alternative(tuple(node.slot for node in row), anchor, tangled))
    return made


def phrases(pattern: str) -> list[str]:
    """All the plain phrases that ``pattern`` stands for. Raises PatternError."""
    found: dict[str, None] = {}
    for row in parse(pattern):
        if len(row) == 1 and isinstance(row[0], Flat) and not row[0].optional:
            found |= dict.fromkeys(row[0].parts())
            continue
        Choice([row], optional=False).check(pattern)
        found |= dict.fromkeys(" ".join(phrase) for phrase in _product(row))
    if "" in found:
        raise PatternError("empty", f"{pattern!r} can be nothing at all")
    return list(found)


def forget() -> None:
    """Lets go of what only helps to read many patterns in a row."""
    plain.cache_clear()
    _word.cache_clear()
    _flat.cache_clear()


def words_of(pattern: str) -> set[str]:
    """Every word that stands in ``pattern``, those of its families left out."""
    words: set[str] = set()
    for word in _plain(_SYNTAX.sub(" ", pattern)).split():
        if word[-1] in "+*":
            words.update(_forms(word))
        else:
            words.add(word)
    return words


@cache
def words_of_families() -> frozenset[str]:
    return frozenset().union(*map(words_of, families().values()))


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
            self.forms = [tuple(plain(form).split()) for form in _forms(written)]
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
        self.is_complex = self.is_complex or _is_complex(row)

    def written_out(self) -> list[Phrase]:
        return [phrase for row in self.rows for phrase in _product(row)]

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
        parts = [part.strip() for part in _plain(self._written.strip("()?")).split("|")]
        if "+" not in self._written and "*" not in self._written:
            return parts
        forms = [list(map(_forms, part.split())) for part in parts]
        if sum(prod(map(len, words)) for words in forms) > LARGEST:
            raise PatternError("large", f"{self._written!r} stands for more than {LARGEST} phrases")
        return [" ".join(form) for words in forms for form in product(*words)]

    def written_out(self) -> list[Phrase]:
        return [tuple(part.split()) for part in self.parts()]


Node = Word | Gap | Choice
Row = list[Node]


def parse(pattern: str) -> list[Row]:
    parts = _PART.findall(pattern)
    rows, position = _rows_from(parts, 0, pattern)
    if position != len(parts):
        raise PatternError("parenthesis", f"unexpected {parts[position]!r} in {pattern!r}")
    return rows


@cache
def families() -> dict[str, str]:
    """Choices that many patterns share, by name."""
    return merged("families", str)


@cache
def _family(name: str) -> Choice:
    if name not in families():
        raise PatternError("family", f"there is no family {name!r}")
    return Choice(parse(families()[name]), optional=False)


# The same word and the same choice stand in many patterns: they are one there, with one slot.
_word = lru_cache(maxsize=20_000)(Word)
_flat = lru_cache(maxsize=20_000)(Flat)
_GAP_NODE = Gap()


def _node(part: str) -> Node:
    if part == "~":
        return _GAP_NODE
    if part.startswith("("):
        return _flat(part)
    return _family(part[1:]) if len(part) > 1 and part.startswith("@") else _word(part)


def _rows_from(parts: list[str], position: int, pattern: str) -> tuple[list[Row], int]:
    rows: list[Row] = [[]]
    while position < len(parts) and parts[position] not in (")", ")?"):
        part = parts[position]
        if part == "|":
            rows.append([])
        elif part == "(":
            inner, position = _rows_from(parts, position + 1, pattern)
            if position >= len(parts):
                raise PatternError("open", f"a parenthesis is not closed in {pattern!r}")
            rows[-1].append(Choice(inner, optional=parts[position] == ")?"))
        else:
            rows[-1].append(_node(part))
        position += 1
    if not all(rows):
        raise PatternError("empty", f"empty choice in {pattern!r}")
    return rows, position


def _rows(rows: list[Row]) -> Iterator[Row]:
    """Every row of a choice with the rows of its inner choices written out, as far as these are more than plain words:
    "(a (b|c) ~ d|e) f" is "a (b|c) ~ d f" and "e f". What is left of a choice holds words only."""
    for row in rows:
        yield from _written_into([], row)


def _written_into(before: Row, rest: Row) -> Iterator[Row]:
    for i, node in enumerate(rest):
        if not isinstance(node, Choice) or not node.is_complex:
            continue
        head, tail = [*before, *rest[:i]], rest[i + 1 :]
        simple = [row for row in node.rows if not _is_complex(row)]
        if simple:
            yield from _written_into([*head, Choice(simple, optional=False)], tail)
        for row in node.rows:
            if _is_complex(row):
                yield from _written_into(head, [*row, *tail])
        if node.optional:
            yield from _written_into(head, tail)
        return
    yield [*before, *rest]


def _joined(row: Row) -> Row:
    """``row`` with plain words that follow one another as one: the longer an anchor is, the rarer."""
    joined: Row = []
    for node in row:
        last = joined[-1] if joined else None
        if isinstance(node, Word) and isinstance(last, Word) and node.count == last.count == 1:
            joined[-1] = _word(f"{last.written} {node.written}")
        else:
            joined.append(node)
    return joined


def _is_complex(row: Row) -> bool:
    """Whether it is more than words in a row, or a few such rows, or one choice of them."""
    if len(row) == 1 and isinstance(row[0], Choice):
        return row[0].optional or row[0].is_complex
    return not all(node.is_plain for node in row) or prod(node.count for node in row) > SMALL


def _forms(word: str) -> Sequence[str]:
    """The word, or the four forms of a French adjective ("idiot+"), or those of a verb in -er ("frapp*")."""
    if len(word) > 1 and word.endswith("*"):
        return [word[:-1] + ending for ending in _VERB_ENDINGS]
    if not word.endswith("+"):
        return [word]
    stem = word[:-1]
    return [stem, f"{stem}e", f"{stem}s", f"{stem}es"]


def _product(row: Row) -> list[Phrase]:
    made: list[Phrase] = [()]
    for node in row:
        filled = [] if isinstance(node, Gap) else node.written_out()
        if node.optional:
            filled = [*filled, ()]
        made = [before + phrase for before in made for phrase in filled]
    return made
