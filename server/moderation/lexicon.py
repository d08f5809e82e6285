"""The lexicons of all categories and languages as one automaton: a text is read once, whatever they hold.

Built once, on first use; ``load`` builds it at start so that the first message does not wait.
"""

from collections.abc import Iterator
from functools import cache

import msgspec
from ahocorasick_rs import AhoCorasick, MatchKind

from server.moderation.clauses import Hit, weigh
from server.moderation.entries import DATA, Entry, phrases, plain, read_entries
from server.moderation.verdict import Finding
from server.moderation.words import Words


class Lexicon:
    """``patterns[i]`` is known to the automaton as i; ``owners[i]`` are the entries it stands for."""

    def __init__(self, files: dict[str, list[Entry]], short: dict[str, str]) -> None:
        patterns: dict[str, list[tuple[str, Entry]]] = {}
        for name, entries in files.items():
            category = name.split(".")[0]
            for entry in entries:
                for phrase in phrases(entry.match):
                    patterns.setdefault(f" {phrase} ", []).append((category, entry))
        self.owners = list(patterns.values())
        self.lengths = [pattern.count(" ") - 1 for pattern in patterns]
        self.vocabulary = frozenset(word for pattern in patterns for word in pattern.split())
        self.short = {plain(key): plain(value) for key, value in short.items()}
        self.automaton = AhoCorasick(patterns, matchkind=MatchKind.Standard, store_patterns=False)


@cache
def load() -> Lexicon:
    short: dict[str, str] = {}
    for path in sorted(DATA.glob("short_forms.*.json")):
        short |= msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    return Lexicon(read_entries(), short)


def words(raw: str, folded: str) -> Words:
    known = load()
    return Words(raw, folded, known.short, known.vocabulary)


def find(words: Words) -> Iterator[Finding]:
    """What the lexicon sees in ``words``, the longest of several findings of one category at one place."""
    known = load()
    matches = known.automaton.find_matches_as_indexes(words.line, overlapping=True)
    if not matches:
        return
    matches.sort(key=lambda match: match[1] - match[2])
    taken: dict[str, set[int]] = {}
    for pattern, start, _ in matches:
        first = words.index(start)
        after = first + known.lengths[pattern]
        for category, entry in known.owners[pattern]:
            places = taken.setdefault(category, set())
            if not places.isdisjoint(range(first, after)):
                continue
            outcome = weigh(entry, Hit(words.words, first, after), category)
            if outcome is None:
                continue
            places.update(range(first, after))
            start, end = words.span(first, after)
            hidden = words.disguised(first, after)
            yield Finding(outcome.category, entry.score, start, end, entry.id, outcome.severity, hidden)
