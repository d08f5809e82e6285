"""The third view of a text: letters and digits alone, in which words that were run together or cut up ("vatependre",
"con nard") are looked for from a short list. What is found becomes words again only where it begins and ends with
words, so that "tapisserie" holds no insult.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec
from ahocorasick_rs import AhoCorasick, MatchKind

from server.moderation.data_files import DATA

SHORTEST_INSIDE = 10  # letters of what may also stand in the middle of one long word
_TOKEN = re.compile(r"[a-z0-9]+")
_NO_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}
_LETTER = re.compile(r"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]")  # what is left where those are taken out


class Region(NamedTuple):
    """``folded[start:end]`` is these words."""

    start: int
    end: int
    words: list[str]


class Squeezed:
    def __init__(self, phrases: list[str]) -> None:
        self._phrases = [phrase.split() for phrase in phrases]
        letters = ["".join(words) for words in self._phrases]
        self._automaton = AhoCorasick(letters, matchkind=MatchKind.Standard, store_patterns=False)

    def regions(self, folded: str) -> list[Region]:
        """What was run together or cut up, in order, of several at one place the longest."""
        found = self._automaton.find_matches_as_indexes(folded.translate(_NO_LETTERS), overlapping=True)
        return list(self._written(folded, found)) if found else []

    def _written(self, folded: str, found: list[tuple[int, int, int]]) -> Iterator[Region]:
        places = [match.start() for match in _LETTER.finditer(folded)]
        done = 0
        for phrase, first, after in sorted(found, key=lambda match: (match[1], -match[2])):
            start, end = places[first], places[after - 1] + 1
            if start < done or not self._stands_alone(folded, start, end):
                continue
            tokens = _TOKEN.findall(folded, start, end)
            if tokens != self._phrases[phrase] and "\n" not in folded[start:end]:
                yield Region(start, end, self._phrases[phrase])
                done = end

    @staticmethod
    def _stands_alone(folded: str, start: int, end: int) -> bool:
        begins = start == 0 or not folded[start - 1].isalnum()
        ends = end == len(folded) or not folded[end].isalnum()
        if begins and ends:
            return True
        return end - start >= SHORTEST_INSIDE and _TOKEN.fullmatch(folded, start, end) is not None


@cache
def squeezed() -> Squeezed:
    lists = msgspec.json.decode((DATA / "squeezed.json").read_bytes(), type=dict[str, str])
    return Squeezed(list(dict.fromkeys(phrase for line in lists.values() for phrase in line.split("|"))))
