"""Why a label was given, in one plain sentence, in French or English: what was found, and which rule found it.

The sentences stand in data/explanations.json: ``what`` by category and by detector, ``how`` by kind of rule.
"""

from functools import cache

import msgspec

from server.moderation.data_files import DATA
from server.moderation.masking import DEFAULT_LANGUAGE
from server.moderation.sequence import course
from server.moderation.verdict import Label


class Explained(msgspec.Struct, frozen=True):
    """The sentence of one label in each language: whoever reads it may change theirs while it is on the screen."""

    fr: str
    en: str


class Explanations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``what`` is keyed by category or by the beginning of a rule's identifier, ``how`` by the latter alone, where
    ``*`` stands for any rule of the lexicons."""

    what: dict[str, str]
    how: dict[str, str]


@cache
def explanations() -> dict[str, Explanations]:
    return msgspec.json.decode((DATA / "explanations.json").read_bytes(), type=dict[str, Explanations])


def explained(label: Label) -> Explained:
    return Explained(explain(label, "fr"), explain(label, "en"))


def explain(label: Label, language: str) -> str:
    """One sentence in ``language``, or in French where we do not speak it."""
    language = language if language in explanations() else DEFAULT_LANGUAGE
    words = explanations()[language]
    what = _nearest(words.what, label.rule) or words.what.get(label.category) or words.what["*"]
    if "." not in label.rule or label.category != label.rule.partition(".")[0]:  # a line that fell to another category
        what = words.what.get(label.category) or what
    how = _nearest(words.how, label.rule) or words.how["*"]
    return how.format(what=what, rule=label.rule, families=", ".join(_families(label, language)))


def _families(label: Label, language: str) -> list[str]:
    """What adds up in a conversation, by name."""
    known = course().families
    return [getattr(known[name], language) for name in label.families if name in known]


def _nearest(sentences: dict[str, str], rule: str) -> str | None:
    """The sentence of the longest beginning of ``rule`` that has one."""
    while rule:
        if rule in sentences:
            return sentences[rule]
        rule = rule.rpartition(".")[0]
    return None
