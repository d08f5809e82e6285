"""The lexicons of all categories and languages as one automaton: a text is read once, whatever they hold.

Built once, on first use; ``load`` builds it at start so that the first message does not wait. An organisation's own
lines are a second, small one of the same kind (own_lexicon.py).
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import msgspec
from ahocorasick_rs import AhoCorasick, MatchKind

from server.moderation import gates
from server.moderation.clauses import Outcome, is_settled, weigh
from server.moderation.contexts import contexts
from server.moderation.data_files import DATA, version_of
from server.moderation.elisions import ShortForms
from server.moderation.entries import Entry, read_entries, without_sentences
from server.moderation.gates import Line, Row
from server.moderation.hit import Hit, Text
from server.moderation.patterns import alternatives, plain, words_of, words_of_families
from server.moderation.policy import MOST
from server.moderation.stopwatch import Stopwatch, preparing
from server.moderation.verdict import Finding, Settled
from server.moderation.words import Words

REPEATS = 12  # places of one entry that are weighed in one text: a page of the same insult is one reason
VISITS = 50  # places of one anchor that are looked around in one text; more is a flood, and told as such
VISITS_OF_SHORT = 400  # of one that any page is full of: "je", "est"
SHORT = 4  # letters
CHECKED = 32  # anchors between two looks at the time


class Weighed(NamedTuple):
    """An entry that holds at ``words[first:after]``."""

    first: int
    after: int
    entry: Entry
    outcome: Outcome
    version: str


class Lexicon:
    """``rows[i]`` are those around the automaton's i-th anchor, which is ``lengths[i]`` words long. ``vocabulary`` is
    all words of all patterns. Raises PatternError for an entry that is no pattern."""

    def __init__(self, lines: Iterable[Line]) -> None:
        anchors: dict[str, tuple[Row, ...]] = {}
        vocabulary: set[str] = set()
        for line in lines:
            for alternative in alternatives(line.entry.match):
                alone = (Row(line, alternative),)  # one for all its anchors: there are tens of thousands
                for phrase in alternative.slots[alternative.anchor].texts():
                    key = f" {phrase} "
                    anchors[key] = anchors[key] + alone if key in anchors else alone
            vocabulary |= words_of(line.entry.match)
        self.rows = list(anchors.values())
        self._ready = bytearray(len(anchors))
        self.lengths = [anchor.count(" ") - 1 for anchor in anchors]
        self.visits = [VISITS if len(anchor) - 2 > SHORT else VISITS_OF_SHORT for anchor in anchors]
        self.vocabulary = frozenset(vocabulary)
        self.automaton = AhoCorasick(anchors, matchkind=MatchKind.Standard, store_patterns=False)

    def hits(self, words: Words, watch: Stopwatch | None = None, settled: list[Settled] | None = None) -> list[Weighed]:
        """All entries that hold somewhere in ``words``, before those that cover one another go: the most severe first,
        then the longest. What was ``settled`` is added there."""
        matches = self.automaton.find_matches_as_indexes(words.line, overlapping=True)
        if not matches:
            return []
        text = Text(words.words, words.line)
        found: list[Weighed] = []
        for (first, after, _), line in self._places(words, matches, watch).items():
            outcome = weigh(line.entry, Hit(text, first, after), line.category)
            if outcome is not None:
                found.append(Weighed(first, after, line.entry, outcome, line.version))
            elif settled is not None and is_settled(line.entry, Hit(text, first, after)):
                settled.append(Settled(first, line.category))
        found.sort(key=lambda hit: (-_weight(hit), hit.first - hit.after))
        return found

    def find(
        self, words: Words, watch: Stopwatch | None = None, settled: list[Settled] | None = None
    ) -> Iterator[Finding]:
        """What the lexicon sees in ``words``; of several findings of one category at one place the most
        severe, and of those the longest. What it sees and knows to be nothing is added to ``settled``."""
        taken: dict[str, set[int]] = {}
        for first, after, entry, outcome, version in self.hits(words, watch, settled):
            here = taken.setdefault(outcome.category, set())
            if not here.isdisjoint(range(first, after)):
                continue
            here.update(range(first, after))
            start, end = words.span(first, after)
            hidden = words.disguised(first, after)
            yield Finding(outcome.category, entry.score, start, end, entry.id, outcome.severity, hidden, version)

    def _places(
        self, words: Words, matches: Sequence[tuple[int, int, int]], watch: Stopwatch | None
    ) -> dict[tuple[int, int, str], Line]:
        """From which word to which an entry's pattern stands, by place and entry."""
        places: dict[tuple[int, int, str], Line] = {}
        times: dict[str, int] = {}
        visits: dict[int, int] = {}
        seen = gates.Seen(words)
        hopeful: dict[int, list[Row]] = {}  # by anchor, the rows that this text can have
        index, before = 0, 0
        for count, (anchor, offset, _) in enumerate(matches):
            if watch is not None and not count % CHECKED:
                watch.check()
            rows = hopeful.get(anchor)
            if rows is None:
                rows = hopeful[anchor] = seen.among(self._rows_of(anchor))
            if not rows:
                continue
            visits[anchor] = visit = visits.get(anchor, 0) + 1
            if visit > self.visits[anchor]:
                continue
            # Matches come in the order of their ends: each begins near the one before.
            line = words.line
            index += line.count(" ", before, offset) if offset >= before else -line.count(" ", offset, before)
            before, after = offset, index + self.lengths[anchor]
            for row in rows:
                name = row.line.entry.id
                if times.get(name, 0) < REPEATS and seen.near(row, index, after):
                    place = row.alternative.around(words.words, index, after)
                    if place is not None:
                        times[name] = times.get(name, 0) + 1
                        places[(*place, name)] = row.line
        return places

    def _rows_of(self, anchor: int) -> Sequence[Row]:
        """The rows around ``anchor``, made ready when it is first met."""
        rows = self.rows[anchor]
        if not self._ready[anchor]:
            with preparing():
                for row in rows:
                    row.make_ready()
            self._ready[anchor] = True
        return rows

    def flooded(self, words: Words) -> bool:
        """Whether one anchor stands in ``words`` so often that it was not looked around everywhere."""
        if len(words.words) <= VISITS:
            return False
        found = self.automaton.find_matches_as_indexes(words.line, overlapping=True)
        visits = Counter(anchor for anchor, _, _ in found)
        return any(count > self.visits[anchor] for anchor, count in visits.items())


def _weight(hit: Weighed) -> int:
    """Its severity: the category's own, which none of its entries exceeds, where the entry names none."""
    return MOST if hit.outcome.severity is None else hit.outcome.severity


@cache
def load() -> Lexicon:
    """The lexicon of data/lexicon."""
    return Lexicon(
        Line(name.split(".")[0], without_sentences(entry), version_of("data", "lexicon", f"{name}.jsonl"))
        for name, entries in read_entries().items()
        for entry in entries
    )


@cache
def vocabulary() -> frozenset[str]:
    """Every word that a rule may ask for: a disguise is undone only towards these."""
    return load().vocabulary | words_of_families() | contexts().vocabulary


@cache
def short_forms() -> ShortForms:
    """What the short forms of messages stand for, both as the automaton knows words."""
    short: dict[str, str] = {}
    for path in sorted(DATA.glob("short_forms.*.json")):
        short |= msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    return ShortForms(vocabulary(), {plain(key): plain(value) for key, value in short.items()})


def words(raw: str, folded: str, known: Container[str] | None = None) -> Words:
    """``raw`` as words; ``known`` is every word that a rule may ask for, if that is more than ours."""
    return Words(raw, folded, short_forms(), vocabulary() if known is None else known)


def flooded(words: Words) -> bool:
    return load().flooded(words)


def hits(words: Words) -> list[Weighed]:
    return load().hits(words)


def find(words: Words, watch: Stopwatch | None = None, settled: list[Settled] | None = None) -> Iterator[Finding]:
    return load().find(words, watch, settled)
