"""What a found phrase amounts to where it stands: said by whom, to whom, denied, reported, about a game or a play.

The lexicon's entries name the rules that are asked: those in code stand in clause_rules.py, all others are lists of
words in data/contexts, asked of a place (``Hit.has``).
"""

from dataclasses import dataclass

from server.moderation.clause_rules import RULES, reported, told_me
from server.moderation.entries import Entry
from server.moderation.hit import Hit

SETTLE = frozenset((
    "prevention", "confidential_rule", "advice", "campaign", "help_talk", "lesson", "health_lesson", "drug_lesson",
    "homework_topic", "in_class", "classroom", "staged", "fiction", "game", "playing", "h_history", "h_lexical",
))  # fmt: skip
"""Lists of words that say what the talk is about: a class, a play, a game, good advice."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``severity`` is None where that of the category holds."""

    category: str
    severity: int | None


def weigh(entry: Entry, hit: Hit, category: str) -> Outcome | None:
    """What ``entry`` amounts to at ``hit``; None when the clause speaks against it."""
    if entry.reported and reported(hit):
        return Outcome(entry.reported, None) if told_me(hit) else None
    if any(holds(rule, hit) for rule in entry.unless) or not all(holds(rule, hit) for rule in entry.needs):
        return None
    softer = [severity for rule, severity in entry.soften.items() if holds(rule, hit)]
    return Outcome(category, min(softer) if softer else entry.severity)


def is_settled(entry: Entry, hit: Hit) -> bool:
    """Whether ``entry`` does not count at ``hit`` because of what the talk is about, and not for want of a sign."""
    return any(rule.rpartition(":")[2] in SETTLE and holds(rule, hit) for rule in entry.unless)


def holds(rule: str, hit: Hit) -> bool:
    """Whether ``rule``, as an entry names it, holds at ``hit``."""
    if " & " in rule:
        return all(holds(part, hit) for part in rule.split(" & "))
    return RULES[rule](hit) if rule in RULES else hit.has(rule)
