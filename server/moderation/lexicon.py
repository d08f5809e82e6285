"""The lexicons of all categories and languages as one automaton: a text is read once, whatever they hold.

Built once, on first use; ``load`` builds it at start so that the first message does not wait.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec
from ahocorasick_rs import AhoCorasick, MatchKind

from server.moderation.clauses import Hit, Outcome, Text, weigh
from server.moderation.contexts import contexts
from server.moderation.data_files import DATA
from server.moderation.entries import Entry, read_entries
from server.moderation.patterns import Alternative, alternatives, plain
from server.moderation.verdict import Finding
from server.moderation.words import Words

REPEATS = 12  # places of one entry that are weighed in one text: a page of the same insult is one reason


class Owner(NamedTuple):
    """What an anchor of the automaton stands for."""

    category: str
    entry: Entry
    alternative: Alternative


class Lexicon:
    """``owners[i]`` are those of the automaton's i-th anchor, which is ``lengths[i]`` words long. ``vocabulary`` is all
    words of all patterns; ``short`` what the short forms of messages stand for."""

    def __init__(self, files: dict[str, list[Entry]], short: dict[str, str]) -> None:
        anchors: dict[str, list[Owner]] = {}
        vocabulary: set[str] = set()
        for name, entries in files.items():
            category = name.split(".")[0]
            for entry in entries:
                for alternative in alternatives(entry.match):
                    for phrase in alternative.slots[alternative.anchor].phrases:
                        owners = anchors.setdefault(f" {' '.join(phrase)} ", [])
                        owners.append(Owner(category, entry, alternative))
                    vocabulary.update(word for slot in alternative.slots for p in slot.phrases for word in p)
        self.owners = list(anchors.values())
        self.lengths = [anchor.count(" ") - 1 for anchor in anchors]
        self.vocabulary = frozenset(vocabulary) | contexts().vocabulary
        self.short = {plain(key): plain(value) for key, value in short.items()}
        self.automaton = AhoCorasick(anchors, matchkind=MatchKind.Standard, store_patterns=False)


@cache
def load() -> Lexicon:
    short: dict[str, str] = {}
    for path in sorted(DATA.glob("short_forms.*.json")):
        short |= msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    return Lexicon(read_entries(), short)


def words(raw: str, folded: str) -> Words:
    known = load()
    return Words(raw, folded, known.short, known.vocabulary)


class Weighed(NamedTuple):
    """An entry that holds at ``words[first:after]``."""

    first: int
    after: int
    entry: Entry
    outcome: Outcome


def hits(words: Words) -> list[Weighed]:
    """All entries that hold somewhere in ``words``, the longest first, before those that cover one another go."""
    known = load()
    matches = known.automaton.find_matches_as_indexes(words.line, overlapping=True)
    if not matches:
        return []
    places: dict[tuple[int, int, str], Owner] = {}
    times: Counter[str] = Counter()
    for anchor, offset, _ in matches:
        first = words.index(offset)
        for owner in known.owners[anchor]:
            place = owner.alternative.around(words.words, first, first + known.lengths[anchor])
            if place is not None and times[owner.entry.id] < REPEATS:
                times[owner.entry.id] += 1
                places[(*place, owner.entry.id)] = owner
    text = Text(words.words, words.line)
    found: list[Weighed] = []
    for (first, after, _), owner in places.items():
        outcome = weigh(owner.entry, Hit(text, first, after), owner.category)
        if outcome is not None:
            found.append(Weighed(first, after, owner.entry, outcome))
    found.sort(key=lambda hit: hit.first - hit.after)
    return found


def find(words: Words) -> Iterator[Finding]:
    """What the lexicon sees in ``words``; of several findings of one category at one place the longest."""
    taken: dict[str, set[int]] = {}
    for first, after, entry, outcome in hits(words):
        here = taken.setdefault(outcome.category, set())
        if not here.isdisjoint(range(first, after)):
            continue
        here.update(range(first, after))
        start, end = words.span(first, after)
        hidden = words.disguised(first, after)
        yield Finding(outcome.category, entry.score, start, end, entry.id, outcome.severity, hidden)
