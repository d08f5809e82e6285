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


class Row(NamedTuple):
    """One row of a line. Each of ``gates`` is the words of which one must begin within so many words from the anchor:
    from its first, counted backwards, or from behind its last."""

    line: Line
    alternative: Alternative
    gates: tuple["Gate", ...]


# With the words of which one must stand somewhere in the text: those of its first gate, which are the rarest.
Hopeful = tuple[frozenset[str], Row]


class Gate(NamedTuple):
    words: frozenset[str]
    reach: int
    behind: bool


def row(line: Line, alternative: Alternative) -> Hopeful:
    """``line`` made ready to be looked for around the anchor of ``alternative``."""
    required = [
        (_commonness(slot), at)
        for at, slot in enumerate(alternative.slots)
        if at != alternative.anchor and not slot.optional
    ]
    made = tuple(_gate(alternative, at) for _, at in sorted(required))
    rarest = made[0].words if made else alternative.slots[alternative.anchor].begins()
    return rarest, Row(line, alternative, made)


def _gate(alternative: Alternative, at: int) -> Gate:
    slots, anchor = alternative.slots, alternative.anchor
    between = slots[at:anchor] if at < anchor else slots[anchor + 1 : at]
    reach = sum(_longest(slot) for slot in between)
    return Gate(slots[at].begins(), reach + 1 if at > anchor else reach, at > anchor)


def _longest(slot: Slot) -> int:
    slot.words()  # known once it is written out
    return slot.longest


def _commonness(slot: Slot) -> int:
    """How often one of its words stands in ten thousand, roughly."""
    known = _per_ten_thousand()
    return sum(known.get(word, 1) for word in slot.begins())


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
        self._masks: dict[frozenset[str], int] = {}

    def among(self, rows: Sequence[Hopeful]) -> list[Row]:
        """Those whose rarest words stand somewhere in the text."""
        present = self._present
        return [row for rarest, row in rows if not rarest.isdisjoint(present)]

    def near(self, row: Row, first: int, after: int) -> bool:
        """Whether all that ``row`` needs stands near enough to ``words[first:after]``, its anchor."""
        for words, reach, behind in row.gates:
            places = self._masks.get(words)
            if places is None:
                places = self._masks[words] = self._places_of(words)
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
