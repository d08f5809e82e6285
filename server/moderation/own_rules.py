"""What an organisation changes of the rules: how strictly a category is taken, words it watches, lines of its own,
phrases that are never a finding, rules it switches off. Values and their check; applied by policy and lexicon.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from server.moderation.policy import RulePart

Pattern = Annotated[str, Meta(min_length=1, max_length=400)]
Sentence = Annotated[str, Meta(min_length=1, max_length=500)]
RuleId = Annotated[str, Meta(min_length=1, max_length=100)]


class OwnEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the lexicon, as docs/moderation.md describes it, with its category."""

    category: Annotated[str, Meta(max_length=40)]
    id: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,40}$")]
    match: Pattern
    examples: Annotated[list[Sentence], Meta(max_length=20)] = []
    counter: Annotated[list[Sentence], Meta(max_length=20)] = []
    severity: Annotated[int, Meta(ge=1, le=4)] | None = None
    needs: Annotated[list[RuleId], Meta(max_length=20)] = []
    unless: Annotated[list[RuleId], Meta(max_length=20)] = []
    soften: dict[RuleId, Annotated[int, Meta(ge=1, le=4)]] = {}
    note: Annotated[str, Meta(max_length=500)] = ""


class OwnRules(msgspec.Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """The rules of one organisation; the newest of table ``own_rules`` holds. Equal only to itself, so that what is
    made of it is made once.

    ``policy``: by category, then by direction and conditions ("adult_to_minor", "adult_to_minor.new",
    "minor_to_adult.under_15"). ``watched``: words or phrases in the language of the lexicon. ``allowed``: phrases that
    are never a finding here. ``off``: identifiers of rules. ``version`` is its number in the table, 0 for a draft.
    """

    policy: dict[str, dict[str, RulePart]] = {}
    watched: Annotated[list[Pattern], Meta(max_length=500)] = []
    entries: Annotated[list[OwnEntry], Meta(max_length=500)] = []
    allowed: Annotated[list[Sentence], Meta(max_length=500)] = []
    off: Annotated[list[RuleId], Meta(max_length=500)] = []
    version: int = 0
