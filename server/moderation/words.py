"""The second view of a text: its words, each with where it stands in the raw text.

Short forms of text-message French are written out, mere emphasis is left out, apostrophes and hyphens part words, and
words hidden by spelling are recognised when, and only when, the lexicon knows them: "c0nn@rd", "c o n n a r d",
"connaaaard", "con nard".
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from server.moderation.folding import hides, origins
from server.moderation.squeezed import Region, squeezed

LONGEST_WORD = 16  # letters of a word that is looked for in a row of single letters
PUNCTUATION = '.,;:!?()[]{}"/\\|<>=*~+&%#^$€@'
_OFTEN = "'.,?!-"  # signs of which most messages have one
_PARTED_OFTEN = [(sign, f" {sign} " if sign in PUNCTUATION else " ") for sign in _OFTEN]
_PARTED = [(sign, f" {sign} " if sign in PUNCTUATION else " ") for sign in PUNCTUATION + "_" if sign not in _OFTEN]
_RARE = re.compile(rf"[{re.escape(''.join(sign for sign, _ in _PARTED))}]")
_TOKEN = re.compile(rf"[^\s'\-_{re.escape(PUNCTUATION)}]+|[{re.escape(PUNCTUATION)}]")
_CHUNK = re.compile(r"\S+")
_LEET = str.maketrans("0134578@$!€|+", "oieastbasieit")
_LEET_SIGNS = frozenset(map(chr, _LEET))
# Between letters, before two letters, or behind two. Each alternative begins with the same class, so that the search
# skips from sign to sign: this runs on every message.
_MIXED = re.compile(
    r"[0134578@$!€|+](?:(?<=[a-z].)[0134578@$!€|+]*[a-z]|(?<![a-z0-9].)(?<!!)[a-z]{2}|(?<=[a-z]{2}[0134578@$])(?![a-z0-9]))"
)
_LONG = re.compile(r"([a-z])\1\1+")
_SPELLED = re.compile(r"(?<![a-z0-9@$])(?:[a-z0-9@$][ .*_\-/|]{1,2}){3,24}[a-z0-9@$](?![a-z0-9@$])")


class Reading(NamedTuple):
    """The words of a view, where in the folded text each was read, and which were hidden by spelling."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    hidden: set[int]


class Words:
    """``line`` is the words of a text, each between two spaces, ready for the automaton; ``words`` is the same as a
    list, ``present`` as a set; ``spelled`` when something stands letter by letter. Positions are computed only
    when somebody asks: most messages hold nothing.
    """

    __slots__ = (
        "_folded", "_hidden", "_long", "_origins", "_reading", "_short", "_vocabulary", "line", "present", "raw",
        "spelled", "words",
    )  # fmt: skip

    def __init__(self, raw: str, folded: str, short: Mapping[str, str], vocabulary: Container[str]) -> None:
        self.raw = raw
        self._folded = folded
        self._short = short
        self._vocabulary = vocabulary
        self._origins: Sequence[int] | None = None
        self._reading: Reading | None = None
        glued = squeezed().regions(folded)
        self.spelled = _SPELLED.search(folded) is not None
        mixed = not _LEET_SIGNS.isdisjoint(folded) and _MIXED.search(folded) is not None
        self._long = _LONG.search(folded) is not None
        self._hidden: list[Region] = []
        if self.spelled or mixed or glued:
            self._hidden = list(_apart([*_spelled(folded, vocabulary), *_leet(folded, vocabulary), *glued]))
        self.words = self._read_words()
        self.line = f" {' '.join(self.words)} "
        self.present = frozenset(self.words)

    def _read_words(self) -> list[str]:
        """As ``reading`` has them, without their places."""
        if not self._hidden:
            return self._plain(self._folded)
        words: list[str] = []
        done = 0
        for start, end, hidden in self._hidden:
            words += self._plain(self._folded[done:start])
            words += hidden
            done = end
        return words + self._plain(self._folded[done:])

    def _plain(self, part: str) -> list[str]:
        """What ``_read_plain`` makes of ``part``, in a third of the time: this is done with every message."""
        for sign, parted in _PARTED_OFTEN:
            if sign in part:
                part = part.replace(sign, parted)
        if _RARE.search(part) is not None:
            for sign, parted in _PARTED:
                part = part.replace(sign, parted)
        tokens = part.split()
        if self._long:
            tokens = [_shorten(token, self._vocabulary) for token in tokens]
        short = self._short
        return " ".join([word for token in tokens if (word := short[token])]).split()

    @property
    def reading(self) -> Reading:
        if self._reading is None:
            self._reading = self._read()
        return self._reading

    def _read(self) -> Reading:
        reading = Reading([], [], [], set())
        done = 0
        for start, end, words in self._hidden:
            self._read_plain(reading, done, start)
            reading.hidden.update(range(len(reading.words), len(reading.words) + len(words)))
            reading.words.extend(words)
            reading.starts.extend([start] * len(words))
            reading.ends.extend([end] * len(words))
            done = end
        self._read_plain(reading, done, len(self._folded))
        return reading

    def _read_plain(self, reading: Reading, start: int, end: int) -> None:
        for token in _TOKEN.finditer(self._folded, start, end):
            word = token.group()
            if self._long:
                word = _shorten(word, self._vocabulary)
            first, after = token.span()
            for part in self._short[word].split():
                reading.words.append(part)
                reading.starts.append(first)
                reading.ends.append(after)

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Where words ``first`` to ``after - 1`` stand in the raw text."""
        return self.raw_span(self.reading.starts[first], self.reading.ends[after - 1])

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``folded[start:end]`` stands in the raw text, together with what cannot be seen right behind it."""
        if self._origins is None:
            self._origins = origins(self.raw)
        return self._origins[start], max(self._origins[end - 1] + 1, self._origins[end])

    def disguised(self, first: int, after: int) -> bool:
        """Whether any of these words was hidden by spelling or by look-alike letters."""
        hidden = self.reading.hidden
        if hidden and not hidden.isdisjoint(range(first, after)):
            return True
        start, end = self.span(first, after)
        return looks_alike(self.raw[start:end])


def looks_alike(part: str) -> bool:
    """Whether ``part`` hides plain letters or digits among others: Cyrillic or boxed ones, or marks of no width."""
    if part.isascii():
        return False
    return any(not char.isascii() and hides(char) for char in part)


def _apart(regions: list[Region]) -> Iterator[Region]:
    """``regions`` in order, of those that overlap the first and longest."""
    done = 0
    for region in sorted(regions, key=lambda region: (region.start, -region.end)):
        if region.start >= done:
            yield region
            done = region.end


def _spelled(folded: str, vocabulary: Container[str]) -> Iterator[Region]:
    """What stands letter by letter and is words of the lexicon."""
    for run in _SPELLED.finditer(folded):
        letters = "".join(c for c in run.group() if c.isalnum() or c in "@$")
        words = _segment(letters.translate(_LEET), vocabulary)
        if words is not None:
            yield Region(run.start(), run.end(), words)


def _leet(folded: str, vocabulary: Container[str]) -> Iterator[Region]:
    """What has digits and signs for letters and is then a word of the lexicon."""
    done = 0
    for sign in _MIXED.finditer(folded):
        if sign.start() < done:
            continue
        chunk = _CHUNK.match(folded, _chunk_start(folded, done, sign.start()))
        if chunk is None:
            continue
        done = chunk.end()
        bare = chunk.group().strip(".,;:!?()[]{}\"'*~")
        plain = bare.translate(_LEET)
        if len(plain) > 2 and plain in vocabulary:
            at = chunk.start() + chunk.group().find(bare)
            yield Region(at, at + len(bare), [plain])


def _chunk_start(folded: str, floor: int, place: int) -> int:
    while place > floor and not folded[place - 1].isspace():
        place -= 1
    return place


def _shorten(word: str, vocabulary: Container[str]) -> str:
    """ "mouriiiir" is "mourir" and "connnnard" is "connard", where the lexicon has such a word."""
    if not _LONG.search(word) or word in vocabulary:
        return word
    for times in (r"\1", r"\1\1"):
        candidate = _LONG.sub(times, word)
        if candidate in vocabulary:
            return candidate
    return word


def _segment(letters: str, vocabulary: Container[str]) -> list[str] | None:
    """``letters`` cut into words of two letters or more that the lexicon knows, the fewest possible; or None."""
    best: list[list[str] | None] = [[]] + [None] * len(letters)
    for start in range(len(letters) - 1):
        before = best[start]
        if before is None:
            continue
        for end in range(start + 2, min(len(letters), start + LONGEST_WORD) + 1):
            here = best[end]
            if (here is None or len(before) + 1 < len(here)) and letters[start:end] in vocabulary:
                best[end] = [*before, letters[start:end]]
    return best[-1]
