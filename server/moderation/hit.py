"""A phrase of the lexicon where it stands in a text: the sentence around it, the words right before and right behind,
and the lists of data/contexts that have something there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from server.moderation.contexts import Places, contexts
from server.moderation.slots import ENDS

NEAR = 5  # words: how far "right before" and "right behind" reach
SENTENCE = 40  # words on each side that a sentence without an end is taken to have
CLAUSE_ENDS = ENDS | frozenset((",", ":", "mais", "but", "parce", "car", "because", "donc", "so"))


class Text:
    """The words of a text and, once asked for, where the context lists have something in them."""

    def __init__(self, words: Sequence[str], line: str) -> None:
        self.words = words
        self._line = line

    @cached_property
    def places(self) -> Places:
        return contexts().places(self._line)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of the lexicon at ``text.words[first:after]``."""

    text: Text
    first: int
    after: int

    @property
    def words(self) -> Sequence[str]:
        return self.text.words

    def sentence(self) -> tuple[int, int]:
        """From which word to which its sentence goes."""
        words, start, end = self.text.words, self.first, self.after
        lowest, highest = max(0, start - SENTENCE), min(len(words), end + SENTENCE)
        while start > lowest and words[start - 1] not in ENDS:
            start -= 1
        while end < highest and words[end] not in ENDS:
            end += 1
        return start, end

    def before(self, near: int = NEAR) -> Sequence[str]:
        """The words right before, as far as the clause and ``near`` reach."""
        start = self.first
        while start > max(0, self.first - near) and self.words[start - 1] not in CLAUSE_ENDS:
            start -= 1
        return self.words[start : self.first]

    def behind(self, near: int = NEAR) -> Sequence[str]:
        """The words right behind, likewise."""
        end = self.after
        while end < min(len(self.words), self.after + near) and self.words[end] not in CLAUSE_ENDS:
            end += 1
        return self.words[self.after : end]

    def has(self, asked: str) -> bool:
        """Whether a list has something where it is asked for: ``laughing`` anywhere in the text, ``sentence:school`` in
        the same sentence, ``before:third`` in the words right before, ``after:idiom`` right behind."""
        place, _, name = asked.rpartition(":")
        found = self.text.places.get(name)
        if not found:
            return False
        if place == "before":
            start = self.first - len(self.before())
            return any(start <= first and after <= self.first for first, after in found)
        if place == "after":
            return any(first == self.after for first, _ in found)
        if place == "sentence":
            start, end = self.sentence()
            return any(start <= first and after <= end for first, after in found)
        return True
