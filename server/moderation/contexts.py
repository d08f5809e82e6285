"""Lists of words that tell what a phrase is about: laughter, a game, a play, homework, an accident in the kitchen.

All lists of data/contexts are one automaton, read over a text only when a lexicon entry was found in it.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from server.moderation.data_files import merged
from server.moderation.patterns import phrases

Places = Mapping[str, Sequence[tuple[int, int]]]


class Contexts:
    """``names`` are the lists there are; ``vocabulary`` is all their words."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        owners: dict[str, list[str]] = {}
        for name, patterns in lists.items():
            for pattern in patterns:
                for phrase in phrases(pattern):
                    owners.setdefault(f" {phrase} ", []).append(name)
        self.names = frozenset(lists)
        self.vocabulary = frozenset(word for phrase in owners for word in phrase.split())
        self._owners = list(owners.values())
        self._lengths = [phrase.count(" ") - 1 for phrase in owners]
        self._automaton = AhoCorasick(owners, matchkind=MatchKind.Standard, store_patterns=False)

    def places(self, line: str) -> Places:
        """For each list that has something in ``line`` (words, each between two spaces): from which word to which."""
        found: dict[str, list[tuple[int, int]]] = {}
        for phrase, offset, _ in self._automaton.find_matches_as_indexes(line, overlapping=True):
            first = line.count(" ", 0, offset)
            for name in self._owners[phrase]:
                found.setdefault(name, []).append((first, first + self._lengths[phrase]))
        return found


@cache
def contexts() -> Contexts:
    return Contexts(merged("contexts", list[str]))
