"""What an organisation changes of the rules: how strictly a category is taken, words it watches, lines of its own,
phrases that are never a finding, rules it switches off. Values and their check; applied by policy and lexicon.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, cast

import msgspec
from msgspec import Meta

from server.kernel.errors import BadRequest
from server.moderation.clause_rules import RULES
from server.moderation.contexts import contexts
from server.moderation.entries import read_entries
from server.moderation.own_lexicon import SHORTEST, OwnLexicon, allowable
from server.moderation.patterns import PatternError, alternatives
from server.moderation.policy import WAYS, Direction, RulePart, below_floor, is_condition, protected, table

MOST_ROWS = 100  # alternatives of one own pattern
MOST_SHARING = 20  # own patterns that are looked for around the same words
MOST_ANCHORS = 20_000  # phrases that the automaton looks for, of all own patterns together: about 5 MB
MOST_CONDITIONS = 2
LONGEST_FIELD = 100  # characters of a field's name, which its writer may have made of any length
DETECTORS = frozenset(("contact", "identifying", "evasion", "conversation", "model"))
"""Rules that are in code begin with one of these."""

Pattern = Annotated[str, Meta(min_length=1, max_length=400)]
Sentence = Annotated[str, Meta(min_length=1, max_length=500)]
RuleId = Annotated[str, Meta(min_length=1, max_length=100)]
Parts = Annotated[dict[str, RulePart], Meta(max_length=50)]


class OwnEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the lexicon, as docs/moderation.md describes it, with its category."""

    category: Annotated[str, Meta(max_length=40)]
    id: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,40}$")]
    match: Pattern
    examples: Annotated[list[Sentence], Meta(max_length=5)] = []
    counter: Annotated[list[Sentence], Meta(max_length=5)] = []
    severity: Annotated[int, Meta(ge=1, le=4)] | None = None
    needs: Annotated[list[RuleId], Meta(max_length=20)] = []
    unless: Annotated[list[RuleId], Meta(max_length=20)] = []
    soften: Annotated[dict[RuleId, Annotated[int, Meta(ge=1, le=4)]], Meta(max_length=20)] = {}
    note: Annotated[str, Meta(max_length=500)] = ""


class OwnRules(msgspec.Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """The rules of one organisation; the newest of table ``own_rules`` holds. Equal only to itself, so that what is
    made of it is made once.

    ``policy``: by category, then by direction and conditions ("adult_to_minor", "adult_to_minor.new",
    "minor_to_adult.under_15"). ``watched``: words or phrases in the language of the lexicon. ``allowed``: phrases that
    are never a finding here. ``off``: identifiers of rules. ``version`` is its number in the table, 0 for a draft.
    """

    policy: Annotated[dict[str, Parts], Meta(max_length=100)] = {}
    watched: Annotated[list[Pattern], Meta(max_length=500)] = []
    entries: Annotated[list[OwnEntry], Meta(max_length=500)] = []
    allowed: Annotated[list[Sentence], Meta(max_length=500)] = []
    off: Annotated[list[RuleId], Meta(max_length=500)] = []
    version: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


def check(own: OwnRules) -> list[BadRequest]:
    """Everything that keeps ``own`` from being applied, each with its field named; none when it is well. Takes up to
    half a second for the largest: not to be called where messages wait."""
    unreadable = list(_patterns(own))
    problems = [*_policy(own), *unreadable, *_lines(own), *_phrases(own)]
    return problems if unreadable else [*problems, *_sentences(own)]


def _policy(own: OwnRules) -> Iterator[BadRequest]:
    for category, parts in own.policy.items():
        if category not in table():
            yield BadRequest("own_category", field=f"policy.{category}"[:LONGEST_FIELD])
            continue
        for key, part in parts.items():
            field = f"policy.{category}.{key}"[:LONGEST_FIELD]
            way, *conditions = key.split(".")
            if way not in WAYS or len(conditions) > MOST_CONDITIONS or not all(map(is_condition, conditions)):
                yield BadRequest("own_direction", field=field)
            elif below_floor(category, cast("Direction", way), part):
                yield BadRequest("own_floor", field=field)


def _patterns(own: OwnRules) -> Iterator[BadRequest]:
    """What is no pattern, or would cost too much: of all of them together the anchors are bounded."""
    shared: Counter[str] = Counter()
    written = chain(
        ((f"watched[{i}]", pattern) for i, pattern in enumerate(own.watched)),
        ((f"entries[{i}].match", line.match) for i, line in enumerate(own.entries)),
    )
    for field, pattern in written:
        try:
            anchors = [p for one in alternatives(pattern, MOST_ROWS) for p in one.slots[one.anchor].texts()]
        except PatternError as error:
            yield BadRequest(f"pattern_{error.kind}", field=field)
            continue
        except RecursionError:
            yield BadRequest("pattern_long", field=field)
            continue
        shared.update(anchors)
        if any(len(anchor.replace(" ", "")) < SHORTEST for anchor in anchors):
            yield BadRequest("pattern_short", field=field, minimum=SHORTEST)
        elif max((shared[anchor] for anchor in anchors), default=0) > MOST_SHARING:
            yield BadRequest("pattern_common", field=field, maximum=MOST_SHARING)
        elif shared.total() > MOST_ANCHORS:
            yield BadRequest("pattern_long", field=field)


def _lines(own: OwnRules) -> Iterator[BadRequest]:
    known_rules = RULES.keys() | contexts().names
    seen: set[str] = set()
    for i, line in enumerate(own.entries):
        field = f"entries[{i}]"
        if line.category not in table():
            yield BadRequest("own_category", field=f"{field}.category")
        if line.id in seen:
            yield BadRequest("own_twice", field=f"{field}.id")
        seen.add(line.id)
        for member in ("needs", "unless", "soften"):
            named = (part.rpartition(":")[2] for rule in getattr(line, member) for part in rule.split(" & "))
            if not known_rules.issuperset(named):
                yield BadRequest("own_clause", field=f"{field}.{member}")


def _sentences(own: OwnRules) -> Iterator[BadRequest]:
    ready = OwnLexicon(own)
    for i, line in enumerate(own.entries):
        for member, wanted in (("examples", True), ("counter", False)):
            for j, sentence in enumerate(getattr(line, member)):
                if ready.finds(line.id, line.category, sentence) is not wanted:
                    yield BadRequest("own_example" if wanted else "own_counter", field=f"entries[{i}].{member}[{j}]")


def _phrases(own: OwnRules) -> Iterator[BadRequest]:
    for i, phrase in enumerate(own.allowed):
        if allowable(phrase) is None:
            yield BadRequest("own_short", field=f"allowed[{i}]", minimum=SHORTEST)
    categories = {entry.id: name.split(".")[0] for name, entries in read_entries().items() for entry in entries}
    for i, rule in enumerate(own.off):
        category = categories.get(rule, rule.split(".")[0])
        if rule not in categories and category not in DETECTORS:
            yield BadRequest("own_rule", field=f"off[{i}]")
        elif category in table() and protected(category):
            yield BadRequest("own_floor", field=f"off[{i}]")
