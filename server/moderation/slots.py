"""How a pattern is found among the words of a text: rows of slots around an anchor that the automaton has seen.

Nothing here backtracks over more than a few words, and a row in which it could is read with a memory.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern

from server.moderation.stopwatch import preparing

GAP = 4  # words that ``~`` may stand for
ENDS = frozenset(".!?;")
TANGLED = 3  # slots that can end in more than one place, from which a row is read with a memory

Phrase = tuple[str, ...]
Memory = dict[tuple[int, int], int | None]
_NO_PHRASES: Mapping[str, tuple[Phrase, ...]] = {}
_sets: dict[frozenset[str], frozenset[str]] = {}  # each once, whatever slots have it: they are megabytes
_phrases: dict[Phrase, Phrase] = {}


def _one(words: Iterable[str]) -> frozenset[str]:
    made = frozenset(words)
    return _sets.setdefault(made, made)


class Slot:
    """One place of a pattern: the phrases that may fill it. They are written out when somebody first asks: most slots
    of a lexicon stand beside anchors that are never seen."""

    __slots__ = ("_begins", "_first", "_last", "_make", "_size", "_words", "gap", "optional")

    def __init__(self, make: Callable[[], Sequence[Phrase]], *, optional: bool = False, gap: bool = False) -> None:
        self.optional = optional
        self.gap = gap
        self._make = make
        self._size: tuple[int, int] | None = (GAP, 0) if gap else None
        self._begins: frozenset[str] | None = None
        self._words: frozenset[str] | None = None
        self._first = self._last = _NO_PHRASES

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        return tuple(dict.fromkeys(self._make()))

    def texts(self) -> Iterable[str]:
        """The phrases as text, each once."""
        return dict.fromkeys(map(" ".join, self._make()))

    def words(self) -> frozenset[str]:
        """The phrases that are one word; the others are then found by their first and last."""
        if self._words is None:
            with preparing():
                self._write_out()
        return self._words or frozenset()

    def _write_out(self) -> None:
        phrases = self.phrases
        self._words = _one(intern(phrase[0]) for phrase in phrases if len(phrase) == 1)
        first: dict[str, tuple[Phrase, ...]] = {}
        last: dict[str, tuple[Phrase, ...]] = {}
        for phrase in phrases:
            if len(phrase) > 1:
                made = tuple(map(intern, phrase))
                alone = (_phrases.setdefault(made, made),)
                first[made[0]] = first.get(made[0], ()) + alone
                last[made[-1]] = last.get(made[-1], ()) + alone
        if first:
            self._first, self._last = first, last

    def begins(self) -> frozenset[str]:
        """The words that any of the phrases begins with: all that is written out of most slots."""
        if self._begins is None:
            self._begins = _one(intern(phrase[0]) for phrase in self._make())
        return self._begins

    def size(self, often: Mapping[str, int]) -> tuple[int, int]:
        """The words of its longest phrase, and how often one of its first words is met: 1 for what is not in
        ``often``."""
        if self._size is None:
            phrases = self._make()
            begins = {phrase[0] for phrase in phrases}
            self._size = max(map(len, phrases)), sum(often.get(word, 1) for word in begins)
        return self._size

    def beginning(self, word: str) -> Sequence[Phrase]:
        return self._first.get(word, ())

    def ending(self, word: str) -> Sequence[Phrase]:
        return self._last.get(word, ())


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """A row of slots, of which ``anchor`` is never left out. ``tangled``: it has to be read with a memory."""

    slots: tuple[Slot, ...]
    anchor: int
    tangled: bool = False

    def around(self, words: Sequence[str], first: int, after: int) -> tuple[int, int] | None:
        """The widest stretch of ``words`` that fits, given that the anchor stands at ``words[first:after]``."""
        memory: Memory | None = {} if self.tangled else None
        start = _back(self.slots, self.anchor - 1, words, first, memory)
        if start is None:
            return None
        end = _forth(self.slots, self.anchor + 1, words, after, memory)
        return None if end is None else (start, end)


def _back(slots: tuple[Slot, ...], at: int, words: Sequence[str], end: int, memory: Memory | None) -> int | None:
    if at < 0:
        return end
    if memory is None:
        return _back_from(slots, at, words, end, None)
    if (at, end) not in memory:
        memory[at, end] = _back_from(slots, at, words, end, memory)
    return memory[at, end]


def _back_from(slots: tuple[Slot, ...], at: int, words: Sequence[str], end: int, memory: Memory | None) -> int | None:
    slot, best = slots[at], None
    if slot.gap:
        for start in range(end, max(-1, end - GAP - 1), -1):
            if start < end and words[start] in ENDS:
                return None
            found = _back(slots, at - 1, words, start, memory)
            if found is not None:
                return found
        return None
    if end > 0:
        last = words[end - 1]
        if last in slot.words():
            best = _back(slots, at - 1, words, end - 1, memory)
        for phrase in slot.ending(last):
            start = end - len(phrase)
            if start >= 0 and tuple(words[start:end]) == phrase:
                found = _back(slots, at - 1, words, start, memory)
                if found is not None and (best is None or found < best):
                    best = found
    if best is None and slot.optional:
        best = _back(slots, at - 1, words, end, memory)
    return best


def _forth(slots: tuple[Slot, ...], at: int, words: Sequence[str], start: int, memory: Memory | None) -> int | None:
    if at == len(slots):
        return start
    if memory is None:
        return _forth_from(slots, at, words, start, None)
    if (at, start) not in memory:
        memory[at, start] = _forth_from(slots, at, words, start, memory)
    return memory[at, start]


def _forth_from(
    slots: tuple[Slot, ...], at: int, words: Sequence[str], start: int, memory: Memory | None
) -> int | None:
    slot, best = slots[at], None
    if slot.gap:
        for end in range(start, min(len(words), start + GAP) + 1):
            if end > start and words[end - 1] in ENDS:
                return None
            found = _forth(slots, at + 1, words, end, memory)
            if found is not None:
                return found
        return None
    if start < len(words):
        first = words[start]
        if first in slot.words():
            best = _forth(slots, at + 1, words, start + 1, memory)
        for phrase in slot.beginning(first):
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase:
                found = _forth(slots, at + 1, words, end, memory)
                if found is not None and (best is None or found > best):
                    best = found
    if best is None and slot.optional:
        best = _forth(slots, at + 1, words, start, memory)
    return best
