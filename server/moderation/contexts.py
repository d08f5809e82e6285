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
        owners: dict[str, tuple[str, ...]] = {}
        for name, patterns in lists.items():
            alone = (name,)  # one for all its phrases: there are tens of thousands
            for pattern in patterns:
                for phrase in phrases(pattern):
                    key = f" {phrase} "
                    owners[key] = (*owners[key], name) if key in owners else alone
        self.names = frozenset(lists)
        self.vocabulary = frozenset(word for phrase in owners for word in phrase.split())
        self._owners = list(owners.values())
        self._lengths = [phrase.count(" ") - 1 for phrase in owners]
        self._automaton = AhoCorasick(owners, matchkind=MatchKind.Standard, store_patterns=False)

    def places(self, line: str) -> Places:
        """For each list that has something in ``line`` (words, each between two spaces): from which word to which."""
        found: dict[str, list[tuple[int, int]]] = {}
        first, before = 0, 0
        for phrase, offset, _ in self._automaton.find_matches_as_indexes(line, overlapping=True):
            # Matches come in the order of their ends: each begins near the one before.
            first += line.count(" ", before, offset) if offset >= before else -line.count(" ", offset, before)
            before = offset
            for name in self._owners[phrase]:
                found.setdefault(name, []).append((first, first + self._lengths[phrase]))
        return found


@cache
def contexts() -> Contexts:
    return Contexts(merged("contexts", list[str]))
