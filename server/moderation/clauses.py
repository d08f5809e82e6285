"""What a found phrase means where it stands: said by whom, to whom, denied, reported, about a game or a play.

A rule is asked by name from the lexicon's entries. Those of plain word lists come from data/contexts.json and may be
asked of a place: ``laughing`` anywhere in the text, ``sentence:school`` in the same sentence, ``before:third`` in the
words right before the phrase, ``after:idiom`` right behind it. The others are functions here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec

from server.moderation.entries import DATA, Entry, phrases

NEAR = 5  # words: how far "right before" and "right behind" reach
SENTENCE_ENDS = frozenset(".!?;")
CLAUSE_ENDS = SENTENCE_ENDS | frozenset((",", ":", "mais", "but", "parce", "car", "because", "donc", "so"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of the lexicon at ``words[first:after]``."""

    words: Sequence[str]
    first: int
    after: int

    def sentence(self) -> tuple[int, int]:
        start, end = self.first, self.after
        while start > 0 and self.words[start - 1] not in SENTENCE_ENDS:
            start -= 1
        while end < len(self.words) and self.words[end] not in SENTENCE_ENDS:
            end += 1
        return start, end

    def before(self, near: int = NEAR) -> Sequence[str]:
        """The words right before, as far as the clause and ``near`` reach."""
        start = self.first
        while start > max(0, self.first - near) and self.words[start - 1] not in CLAUSE_ENDS:
            start -= 1
        return self.words[start : self.first]

    def behind(self, near: int = NEAR) -> Sequence[str]:
        end = self.after
        while end < min(len(self.words), self.after + near) and self.words[end] not in CLAUSE_ENDS:
            end += 1
        return self.words[self.after : end]


@dataclass(frozen=True, slots=True)
class Outcome:
    category: str
    severity: int | None


def weigh(entry: Entry, hit: Hit, category: str) -> Outcome | None:
    """What ``entry`` amounts to at ``hit``; None when the clause speaks against it."""
    if any(holds(rule, hit) for rule in entry.unless):
        return None
    if entry.reported and holds("reported", hit):
        return Outcome(entry.reported, None)
    if not all(holds(rule, hit) for rule in entry.needs):
        return Outcome(entry.otherwise, None) if entry.otherwise else None
    if any(holds(rule, hit) for rule in entry.soften):
        return Outcome(category, entry.softened)
    return Outcome(category, entry.severity)


def holds(rule: str, hit: Hit) -> bool:
    if rule in RULES:
        return RULES[rule](hit)
    place, _, name = rule.rpartition(":")
    pattern = contexts()[name]
    if place == "before":
        return pattern.search(_line(hit.before())) is not None
    if place == "after":
        return pattern.match(_line(hit.behind())) is not None
    if place == "sentence":
        start, end = hit.sentence()
        return pattern.search(_line(hit.words[start:end])) is not None
    return pattern.search(_line(hit.words)) is not None


def _line(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


@cache
def contexts() -> dict[str, re.Pattern[str]]:
    data = msgspec.json.decode((DATA / "contexts.json").read_bytes(), type=dict[str, list[str]])
    return {
        name: re.compile(" (?:" + "|".join(re.escape(one) for pattern in patterns for one in phrases(pattern)) + ") ")
        for name, patterns in data.items()
    }


_NOT = frozenset("pas plus jamais aucun aucune rien ni sans not never no don didn isn aren ain wasn doesn won".split())
_SUBJECTS = frozenset("je j tu il elle on nous vous ils elles i you he she we they".split())
_YOU = frozenset("tu t te toi ta ton tes vous votre vos you your u ur yourself".split())
_OTHERS = frozenset("il elle ils elles lui eux leur ce c cet cette mon ma mes son sa ses he she they him her his".split())
_ORDERS = frozenset(
    "ferme fermes casse degage tais bouge va vas arrete lache reponds ecoute regarde dis laisse mange creve shut fuck go"
    " stop get off".split()
)
_OPENERS = frozenset(
    "sale gros grosse petit petite pauvre espece de d bande putain de ptn va toi ta tg ok oui non eh he hey wesh oh ah mais"
    " et alors bah ben lol mdr you little dumb stupid yo".split()
)


def negated(hit: Hit) -> bool:
    """Denied between its subject and itself, or right behind: "je veux pas mourir", "je me coupe plus"."""
    for word in reversed(hit.before()):
        if word in _NOT:
            return True
        if word in _SUBJECTS:
            break
    behind = hit.behind(1)
    return bool(behind) and behind[0] in _NOT


def of_another(hit: Hit) -> bool:
    """Its subject is somebody or something else: "ce contrôle va me tuer", "il veut me frapper"."""
    for word in reversed(hit.before()):
        if word in ("je", "j", "i"):
            return False
        if word in _SUBJECTS or word in ("va", "vont", "veut", "veulent", "allait", "will", "gonna"):
            return True
    return False


def directed(hit: Hit) -> bool:
    """Aimed at the one who reads: "t'es un …", "espèce de …", or the word alone as an address."""
    before = list(hit.before())
    for one, two in zip(before, before[1:], strict=False):
        if one in ("tu", "t", "vous", "you") and two in ("es", "etes", "est", "are", "re", "fais", "n", "restes", "resteras"):
            return not (_OTHERS & set(before[before.index(two) :])) and not negated(hit)
    if before[-2:] in (["espece", "de"], ["espece", "d"], ["bande", "de"]) or before[-1:] in (["ur"], ["sale"]):
        return not (_OTHERS & set(before))
    start, end = hit.sentence()
    rest = [word for word in (*hit.words[start : hit.first], *hit.words[hit.after : end]) if word[0].isalnum()]
    if len(rest) <= 3 and all(word in _OPENERS or word in _YOU for word in rest):
        return True
    # As an address at the end of what is said to "you": "ferme ta gueule connard"; not "t'as vu ce connard".
    if before and before[-1] in _OTHERS | {"un", "une", "le", "la", "les", "des", "l", "a", "an", "the", "this", "that"}:
        return False
    tail = [word for word in hit.words[hit.after : end] if word[0].isalnum()]
    return not tail and bool((_YOU | _ORDERS) & set(hit.words[start : hit.first])) and not negated(hit)


def reported(hit: Hit) -> bool:
    """Told as somebody's words: "il m'a dit va te pendre"."""
    start, _ = hit.sentence()
    line = _line(hit.words[max(start, hit.first - 12) : hit.first])
    return contexts()["saying"].search(line) is not None


def quoted(hit: Hit) -> bool:
    before, behind = hit.words[: hit.first], hit.words[hit.after :]
    return before.count('"') % 2 == 1 and '"' in behind


RULES: dict[str, Callable[[Hit], bool]] = {
    "directed": directed,
    "negated": negated,
    "of_another": of_another,
    "quoted": quoted,
    "reported": reported,
}
