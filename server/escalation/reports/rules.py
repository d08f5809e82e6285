"""What a report is, how serious it is taken, what it stops, and what its reporter is told: pure decisions on plain
values (docs/decisions/0239)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

from server.escalation.rules import State

Subject = Literal["message", "person", "worry"]
Kind = Literal["danger", "hurtful", "other", "secrets", "sexual", "uneasy", "unwell"]
"""In the words of people: somebody is in danger; it hurts, insults or threatens; something else; a secret, a photo or a
meeting is asked for; it is about the body or sex; the reporter is not at ease; somebody is not well."""
Progress = Literal["received", "looked_at", "done"]

MOST_WORDS: Final = 2_000  # code points of what a reporter writes, and of an answer: a page

_FITTING: Final[Mapping[Subject, frozenset[Kind]]] = {
    "message": frozenset({"danger", "hurtful", "other", "secrets", "sexual", "uneasy"}),
    "person": frozenset({"danger", "hurtful", "other", "secrets", "sexual", "uneasy", "unwell"}),
    "worry": frozenset({"danger", "other", "unwell"}),
}

# The words of moderation for the same things, so that cases of one matter are found together.
CATEGORIES: Final[Mapping[Kind, str]] = {
    "danger": "danger",
    "hurtful": "insult",
    "other": "other",
    "secrets": "secrecy",
    "sexual": "sexual_approach",
    "uneasy": "uneasy",
    "unwell": "ill_being",
}

# How serious from an adult, and from a young person: who is a child says such a thing once.
_SEVERITIES: Final[Mapping[Kind, tuple[int, int]]] = {
    "danger": (4, 4),
    "hurtful": (2, 3),
    "other": (2, 3),
    "secrets": (3, 4),
    "sexual": (4, 4),
    "uneasy": (2, 3),
    "unwell": (3, 3),
}
STOPPED: Final = 3  # at least: two people may not speak, and wait for somebody to look

# An adult whose stop a professional has lifted stops nothing again for so long: a professional decides about it, whom
# the report calls. Whoever is young is never held to that.
LET_GO_ON: Final = timedelta(days=7)

# What a young person reports of somebody that stops their contact unless they say otherwise.
_STOPS: Final[frozenset[Kind]] = frozenset({"secrets", "sexual"})


def fits(subject: Subject, kind: Kind) -> bool:
    return kind in _FITTING[subject]


def severity(kind: Kind, *, young: bool, stopped: bool) -> int:
    """``young``: the reporter is. ``stopped``: contact was, by this report, or was to be and somebody decides."""
    said = _SEVERITIES[kind][young]
    return max(said, STOPPED) if stopped else said


def stops(kind: Kind, asked: bool | None, *, young: bool) -> bool:
    """Whether contact is to stop. ``asked``: what the reporter says about it, None for nothing."""
    return asked if asked is not None else young and kind in _STOPS


def progress(state: State, told: Progress) -> Progress:
    """How far a report is whose case is in ``state``. Nobody who was told that somebody looks is told the contrary: a
    case that is opened again is looked at again."""
    if state is State.CLOSED:
        return "done"
    if state is State.OPEN and told == "received":
        return "received"
    return "looked_at"
