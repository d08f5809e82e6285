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
from collections.abc import Iterator
from functools import cache, lru_cache

from server.moderation.data_files import merged
from server.moderation.pattern_nodes import (
    Choice,
    Flat,
    Gap,
    Node,
    PatternError,
    Row,
    Word,
    forms_of,
    is_complex_row,
    plain,
    plainly,
    product_of,
)  # fmt: skip
from server.moderation.slots import TANGLED, Alternative

__all__ = ["PatternError", "alternatives", "families", "forget", "parse", "phrases", "plain", "words_of"]

MOST_ROWS = 3_000  # alternatives of one pattern; more is a pattern to rewrite

_FLAT = r"\([^()@~?]*\)\??"
_PART = re.compile(rf"{_FLAT}|\(|\)\?|\)|\||[^\s()|]+")
_SYNTAX = re.compile(r"[()|~?]|@[^\s()|]+")


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
        found |= dict.fromkeys(" ".join(phrase) for phrase in product_of(row))
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
    for word in plainly(_SYNTAX.sub(" ", pattern)).split():
        if word[-1] in "+*":
            words.update(forms_of(word))
        else:
            words.add(word)
    return words


@cache
def words_of_families() -> frozenset[str]:
    return frozenset().union(*map(words_of, families().values()))


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
        simple = [row for row in node.rows if not is_complex_row(row)]
        if simple:
            yield from _written_into([*head, Choice(simple, optional=False)], tail)
        for row in node.rows:
            if is_complex_row(row):
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
