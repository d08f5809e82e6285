"""What an organisation's own rules add to the findings and take from them. Made ready once for each version of the
rules, and kept. Pure: lines that have become unreadable are left out, nothing here raises.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from server.moderation import lexicon
from server.moderation.entries import Entry
from server.moderation.folding import fold
from server.moderation.gates import Line
from server.moderation.lexicon import Lexicon
from server.moderation.patterns import PatternError, alternatives
from server.moderation.policy import protected, table
from server.moderation.stopwatch import Stopwatch
from server.moderation.verdict import Finding
from server.moderation.words import Words

if TYPE_CHECKING:  # own_rules checks with what is here
    from server.moderation.own_rules import OwnRules

KEPT = 64  # organisations whose rules are kept ready, the longest unused forgotten first
SHORTEST = 4  # letters and digits of a phrase that is allowed: "06" would let half of a number through
RULE = "own."
WATCHED = "watched"

_SIGNS = re.compile(r"[^a-z0-9]+")
_BEFORE_HOST = re.compile(r"^(?:https?://)?(?:www\.)?")


class Either:
    """Membership of two sets, without a third that holds both."""

    __slots__ = ("_one", "_other")

    def __init__(self, one: Container[str], other: Container[str]) -> None:
        self._one, self._other = one, other

    def __contains__(self, word: object) -> bool:
        return word in self._one or word in self._other


class OwnLexicon:
    """The rules of one organisation, ready. ``vocabulary`` is every word that they or ours may ask for."""

    def __init__(self, own: "OwnRules") -> None:
        version = f"own-{own.version}"
        lines = [Line(category, entry, version) for category, entry in entries(own) if _is_readable(entry)]
        self._lexicon = Lexicon(lines) if lines else None
        self._off = frozenset(own.off)
        self._allowed = tuple(dict.fromkeys(signless for phrase in own.allowed if (signless := allowable(phrase))))
        self._hosts = tuple(_BEFORE_HOST.sub("", fold(phrase).strip()) for phrase in own.allowed)
        ours = lexicon.vocabulary()
        self.vocabulary = Either(ours, self._lexicon.vocabulary) if self._lexicon else ours

    def find(self, words: Words, watch: Stopwatch | None = None) -> Iterator[Finding]:
        if self._lexicon is not None:
            yield from self._lexicon.find(words, watch)

    def finds(self, line: str, category: str, sentence: str) -> bool:
        """Whether the own line of that identifier finds something in ``sentence``."""
        if self._lexicon is None:
            return False
        hits = self._lexicon.hits(lexicon.words(sentence, fold(sentence), self.vocabulary))
        return any(hit.entry.id == RULE + line and hit.outcome.category == category for hit in hits)

    def left(self, findings: Iterable[Finding], raw: str, watch: Stopwatch) -> list[Finding]:
        """``findings`` without those that are switched off or allowed here. What is protected stays."""
        places: list[tuple[int, int]] | None = None
        left = []
        for finding in findings:
            if not protected(finding.category):
                if finding.rule in self._off:
                    continue
                if self._allowed:
                    if places is None:
                        places = self._places(raw, watch)
                    watch.check()
                    if self._is_allowed(finding, raw, places):
                        continue
            left.append(finding)
        return left

    def _is_allowed(self, finding: Finding, raw: str, places: list[tuple[int, int]]) -> bool:
        if any(start <= finding.start and finding.end <= end for start, end in places):
            return True
        if finding.rule != "contact.url":
            return False
        link = _BEFORE_HOST.sub("", fold(raw[finding.start : finding.end]))
        return any(link == host or link.startswith((f"{host}/", f"{host}?", f"{host}#")) for host in self._hosts)

    def _places(self, raw: str, watch: Stopwatch) -> list[tuple[int, int]]:
        """Where allowed phrases stand in ``raw`` as whole words, however they are parted by signs."""
        signs, origin, bounds = [], [], []  # each letter or digit, where it stands, and whether a word begins with it
        begins = True
        for place, char in enumerate(raw):
            for sign in fold(char):
                if sign.isascii() and sign.isalnum():
                    signs.append(sign)
                    origin.append(place)
                    bounds.append(begins)
                    begins = False
                else:
                    begins = True
        bounds.append(True)
        whole = "".join(signs)
        places = []
        for phrase in self._allowed:
            watch.check()
            at = whole.find(phrase)
            while at >= 0:
                if bounds[at] and bounds[at + len(phrase)]:
                    places.append((origin[at], origin[at + len(phrase) - 1] + 1))
                at = whole.find(phrase, at + 1)
        return places


def entries(own: "OwnRules") -> Iterator[tuple[str, Entry]]:
    """The own lines and the watched words as entries of the lexicon, each with its category."""
    for pattern in own.watched:
        name = hashlib.sha256(pattern.encode("utf-8", "replace")).hexdigest()[:8]  # a watched name is in no log
        yield WATCHED, Entry(f"{RULE}{WATCHED}.{name}", pattern, [], [], score=1.0)
    for line in own.entries:
        entry = Entry(
            RULE + line.id, line.match, line.examples, line.counter,
            severity=line.severity, needs=line.needs, unless=line.unless, soften=line.soften,
        )  # fmt: skip
        if line.category in table():
            yield line.category, entry


def ready(own: "OwnRules") -> OwnLexicon:
    """What ``own`` comes to; made when it is first asked for, which takes up to a tenth of a second. Threads may ask at
    once: each step is one of the dictionary's own, and none expects to find what it has just seen."""
    kept = _ready.pop(id(own), None) or (own, OwnLexicon(own))
    _ready[id(own)] = kept
    while len(_ready) > KEPT:
        _ready.popitem(last=False)
    return kept[1]


# By identity, with the rules themselves, so that no other can come to the same place in memory meanwhile.
_ready: "OrderedDict[int, tuple[OwnRules, OwnLexicon]]" = OrderedDict()


def _is_readable(entry: Entry) -> bool:
    with suppress(PatternError):
        alternatives(entry.match)
        return True
    return False


def allowable(phrase: str) -> str | None:
    """The letters and digits of ``phrase``, by which it is found; None when they are too few."""
    signless = _SIGNS.sub("", fold(phrase))
    return signless if len(signless) >= SHORTEST else None
