"""Whether a row of slots can stand around an anchor at all, told by the rarest of its other slots.

Asked before the row is read: nearly all anchors stand in ordinary talk, with nothing of the rest of their row. What a
text fails here, ``Alternative.around`` would not find either.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from server.moderation.data_files import word_lists
from server.moderation.entries import Entry
from server.moderation.slots import Alternative, Slot
from server.moderation.words import Words


class Line(NamedTuple):
    """An entry with its category and the version of what it stands in."""

    category: str
    entry: Entry
    version: str


class Gate(NamedTuple):
    """A slot that must begin within so many words from the anchor: from its first, counted backwards, or from behind
    its last."""

    slot: Slot
    reach: int
    behind: bool


class Row:
    """One row of a line. What it needs beside its anchor is worked out when it is first met: most never are. Until then
    it has no ``gates``, the rarest first, and no ``rarest`` words, of which one must stand in the text."""

    __slots__ = ("_is_ready", "alternative", "gates", "line", "rarest")

    def __init__(self, line: Line, alternative: Alternative) -> None:
        self.line = line
        self.alternative = alternative
        self.gates: tuple[Gate, ...] = ()
        self.rarest: frozenset[str] = frozenset()
        self._is_ready = False

    def make_ready(self) -> None:
        """Once: a row stands around all the phrases of its anchor."""
        if self._is_ready:
            return
        slots, anchor = self.alternative.slots, self.alternative.anchor
        required = [
            (slot.size(_per_ten_thousand())[1], at)
            for at, slot in enumerate(slots)
            if at != anchor and not slot.optional
        ]
        self.gates = tuple(_gate(slots, anchor, at) for _, at in sorted(required))
        self.rarest = self.gates[0].slot.begins() if self.gates else slots[anchor].begins()
        self._is_ready = True


def _gate(slots: Sequence[Slot], anchor: int, at: int) -> Gate:
    between = slots[at:anchor] if at < anchor else slots[anchor + 1 : at]
    reach = sum(slot.size(_per_ten_thousand())[0] for slot in between)
    return Gate(slots[at], reach + 1 if at > anchor else reach, at > anchor)


@cache
def _per_ten_thousand() -> dict[str, int]:
    """Of the words that stand in most messages, French and English."""
    return {word: int(often) for often, words in word_lists("frequent_words").items() for word in words}


class Seen:
    """The words of one text, as gates ask for them."""

    __slots__ = ("_masks", "_places", "_present", "_words")

    def __init__(self, words: Words) -> None:
        self._words = words.words
        self._present = words.present
        self._places: dict[str, int] = {}
        self._masks: dict[Slot, int] = {}

    def among(self, rows: Sequence[Row]) -> list[Row]:
        """Those, made ready, of which the rarest words stand somewhere in the text."""
        present = self._present
        return [row for row in rows if not row.rarest.isdisjoint(present)]

    def near(self, row: Row, first: int, after: int) -> bool:
        """Whether all that ``row`` needs stands near enough to ``words[first:after]``, its anchor."""
        for slot, reach, behind in row.gates:
            places = self._masks.get(slot)
            if places is None:
                places = self._masks[slot] = self._places_of(slot.begins())
            start = after if behind else max(0, first - reach)
            if not places >> start & (1 << (reach if behind else first - start)) - 1:
                return False
        return True

    def _places_of(self, words: frozenset[str]) -> int:
        """One bit for each place of the text where one of ``words`` stands."""
        if not self._places:
            places = self._places
            for at, word in enumerate(self._words):
                places[word] = places.get(word, 0) | 1 << at
        mask = 0
        for word in words & self._present:
            mask |= self._places[word]
        return mask
