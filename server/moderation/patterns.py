"""The small language in which lexicon entries are written, and how a pattern is found among the words of a text.

A pattern is words; ``(a|b c|d)`` is a choice, ``?`` behind it makes it optional, choices may stand in choices, and
``@name`` is the choice of that name in data/families: ``(je|j) (ne)? @want partir``. ``~`` is up to four words
of any kind within the sentence. ``idiot+`` is idiot, idiote, idiots and idiotes; ``frapp*`` is whatever stands for a
form of frapper in a message: frappe, frapper, frappé, frappez, frappait … Accents and case do not count.

A pattern is cut into alternatives, each a row of slots. The slot with the longest phrases is the anchor, which alone
the automaton looks for; around it the other slots are looked up, so that what a pattern costs is the sum of its
choices and not their product.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from server.moderation.data_files import merged
from server.moderation.folding import fold

GAP = 4  # words that ``~`` may stand for
ENDS = frozenset(".!?;")
LARGEST = 5_000  # phrases of one slot; more is a pattern to rewrite, not memory to spend

_PART = re.compile(r"\(|\)\?|\)|\||[^\s()|]+")
_GAP = re.compile(r"[\s'’\-_]+")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One place of a pattern: the phrases that may fill it, looked up by their first or last word."""

    optional: bool
    phrases: tuple[Phrase, ...]
    by_first: dict[str, list[Phrase]]
    by_last: dict[str, list[Phrase]]
    gap: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """A row of slots, of which ``anchor`` is never left out."""

    slots: tuple[Slot, ...]
    anchor: int

    def around(self, words: Sequence[str], first: int, after: int) -> tuple[int, int] | None:
        """The widest stretch of ``words`` that fits, given that the anchor stands at ``words[first:after]``."""
        start = _back(self.slots, self.anchor - 1, words, first)
        if start is None:
            return None
        end = _forth(self.slots, self.anchor + 1, words, after)
        return None if end is None else (start, end)


def _back(slots: tuple[Slot, ...], at: int, words: Sequence[str], end: int) -> int | None:
    if at < 0:
        return end
    slot, best = slots[at], None
    if slot.gap:
        for start in range(end, max(-1, end - GAP - 1), -1):
            if start < end and words[start] in ENDS:
                return None
            found = _back(slots, at - 1, words, start)
            if found is not None:
                return found
        return None
    if end > 0:
        for phrase in slot.by_last.get(words[end - 1], ()):
            start = end - len(phrase)
            if start >= 0 and tuple(words[start:end]) == phrase:
                found = _back(slots, at - 1, words, start)
                if found is not None and (best is None or found < best):
                    best = found
    if best is None and slot.optional:
        best = _back(slots, at - 1, words, end)
    return best


def _forth(slots: tuple[Slot, ...], at: int, words: Sequence[str], start: int) -> int | None:
    if at == len(slots):
        return start
    slot, best = slots[at], None
    if slot.gap:
        for end in range(start, min(len(words), start + GAP) + 1):
            if end > start and words[end - 1] in ENDS:
                return None
            found = _forth(slots, at + 1, words, end)
            if found is not None:
                return found
        return None
    if start < len(words):
        for phrase in slot.by_first.get(words[start], ()):
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase:
                found = _forth(slots, at + 1, words, end)
                if found is not None and (best is None or found > best):
                    best = found
    if best is None and slot.optional:
        best = _forth(slots, at + 1, words, start)
    return best


def plain(text: str) -> str:
    """Words as the automaton knows them: folded, parted by single spaces."""
    return _GAP.sub(" ", fold(text)).strip()


def alternatives(pattern: str) -> list[Alternative]:
    """``pattern`` made ready. Raises ValueError when it is not one."""
    made = []
    for row in _rows(_parse(pattern)):
        slots = tuple(_slot(node, pattern) for node in row)
        anchors = [i for i, slot in enumerate(slots) if not slot.optional]
        if not anchors:
            raise ValueError(f"{pattern!r} can be nothing at all")
        made.append(Alternative(slots, max(anchors, key=lambda i: min(len(" ".join(p)) for p in slots[i].phrases))))
    return made


def phrases(pattern: str) -> list[str]:
    """All the plain phrases that ``pattern`` stands for."""
    found = dict.fromkeys(" ".join(phrase) for row in _parse(pattern) for phrase in _product(row, pattern))
    if "" in found:
        raise ValueError(f"{pattern!r} can be nothing at all")
    return list(found)


@dataclass(frozen=True, slots=True)
class _Choice:
    rows: list["_Row"]
    optional: bool


_Row = list["_Choice | str"]


def _parse(pattern: str) -> list[_Row]:
    parts = list(chain.from_iterable(_written_out(part) for part in _PART.findall(pattern)))
    rows, position = _rows_from(parts, 0, pattern)
    if position != len(parts):
        raise ValueError(f"unexpected {parts[position]!r} in {pattern!r}")
    return rows


def _written_out(part: str) -> Iterator[str]:
    if not part.startswith("@") or part == "@":
        yield part
        return
    yield "("
    for inner in _PART.findall(families()[part[1:]]):
        yield from _written_out(inner)
    yield ")"


@cache
def families() -> dict[str, str]:
    """Choices that many patterns share, by name."""
    return merged("families", str)


def _rows_from(parts: list[str], position: int, pattern: str) -> tuple[list[_Row], int]:
    rows: list[_Row] = [[]]
    while position < len(parts) and parts[position] not in (")", ")?"):
        part = parts[position]
        if part == "|":
            rows.append([])
        elif part == "(":
            inner, position = _rows_from(parts, position + 1, pattern)
            if position >= len(parts):
                raise ValueError(f"a parenthesis is not closed in {pattern!r}")
            rows[-1].append(_Choice(inner, parts[position] == ")?"))
        else:
            rows[-1].append(part)
        position += 1
    if not all(rows):
        raise ValueError(f"empty choice in {pattern!r}")
    return rows, position


def _rows(rows: list[_Row]) -> Iterator[_Row]:
    """Every row of a choice with the rows of its inner choices written out, as far as these are more than plain words:
    "(a (b|c) ~ d|e) f" is "a (b|c) ~ d f" and "e f". What is left of a choice holds words only."""
    for row in rows:
        yield from _written_into([], row)


def _written_into(before: _Row, rest: _Row) -> Iterator[_Row]:
    for i, node in enumerate(rest):
        if isinstance(node, str) or not any(map(_is_complex, node.rows)):
            continue
        head, tail = [*before, *rest[:i]], rest[i + 1 :]
        simple = [row for row in node.rows if not _is_complex(row)]
        if simple:
            yield from _written_into([*head, _Choice(simple, optional=False)], tail)
        for row in node.rows:
            if _is_complex(row):
                yield from _written_into(head, [*row, *tail])
        if node.optional:
            yield from _written_into(head, tail)
        return
    yield [*before, *rest]


def _is_complex(row: _Row) -> bool:
    """Whether it is more than words in a row, or one choice of such."""
    if len(row) == 1 and isinstance(row[0], _Choice):
        return row[0].optional or any(map(_is_complex, row[0].rows))
    return any(isinstance(node, _Choice) or node == "~" for node in row)


def _slot(node: "_Choice | str", pattern: str) -> Slot:
    if node == "~":
        return Slot(True, (), {}, {}, gap=True)
    optional = isinstance(node, _Choice) and node.optional
    rows: list[_Row] = node.rows if isinstance(node, _Choice) else [[node]]
    found = tuple(dict.fromkeys(phrase for row in rows for phrase in _product(row, pattern)))
    if () in found:
        raise ValueError(f"a choice that can be nothing needs its question mark outside: {pattern!r}")
    by_first: dict[str, list[Phrase]] = {}
    by_last: dict[str, list[Phrase]] = {}
    for phrase in found:
        by_first.setdefault(phrase[0], []).append(phrase)
        by_last.setdefault(phrase[-1], []).append(phrase)
    return Slot(optional, found, by_first, by_last)


# Infinitive, participle and imperfect sound alike, and are written for one another.
_VERB_ENDINGS = "e es ent er ez ee ees ai ais ait aient ant a era eront erait".split()


def _forms(word: str) -> list[str]:
    """The word, or the four forms of a French adjective ("idiot+"), or those of a verb in -er ("frapp*")."""
    if len(word) > 1 and word.endswith("*"):
        return [word[:-1] + ending for ending in _VERB_ENDINGS]
    if not word.endswith("+"):
        return [word]
    stem = word[:-1]
    return [stem, f"{stem}e", f"{stem}s", f"{stem}es"]


def _product(row: _Row, pattern: str) -> list[Phrase]:
    made: list[Phrase] = [()]
    for node in row:
        if node == "~":
            raise ValueError(f"~ stands in a row of its own, not inside a choice: {pattern!r}")
        if isinstance(node, str):
            filled = [tuple(plain(form).split()) for form in _forms(node)]
        else:
            filled = [phrase for inner in node.rows for phrase in _product(inner, pattern)]
            if node.optional:
                filled.append(())
        made = [before + phrase for before in made for phrase in filled]
        if len(made) > LARGEST:
            raise ValueError(f"{pattern!r} stands for more than {LARGEST} phrases in one place")
    return made
