"""Who counts from message to message tells no telephone number: "exercice 3", "exercice 4"; "10", "9", "8"."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from server.moderation.contacts.digits import groups, runs

_STEPS = (1, 2, 5, 10, 20, 50, 100)  # by which one counts, up or down; 12, 34, 56, 78 is no count
_SLIPS = 2  # of a number left out, or said twice, where the words around say that it is a count
_FEW = 3  # numbers that make a count
_BARE = 4  # where the words around are not the same
_LONGEST = 15  # digits of a number that are read: of a page of them Python makes none
_NUMBER = "\0"  # stands for a number among the words around it: no folded text has one
_WORD = re.compile(rf"[a-z]+|#|{_NUMBER}")
_ORDINAL = re.compile(rf"{_NUMBER}(?:ere?|e|eme|nde?|st|rd|th)\b")


class _Said(NamedTuple):
    """The numbers of a message, and the words around them."""

    values: tuple[int, ...]
    frame: tuple[str, ...]


def counts(folded: str, earlier: Sequence[str]) -> bool:
    """Whether ``folded`` goes on with a count in the messages before it (the newest first; all carry numbers): all of
    them count, or all that have the same words around their numbers do. What breaks the count is a piece of something
    else."""
    said = [_said(text) for text in (*reversed(earlier), folded)]
    last = said[-1]
    if len(said) >= _BARE and all(len(one.values) == 1 for one in said) and _is_steady([one.values[0] for one in said]):
        return True
    alike = [one.values for one in said if one.frame == last.frame]
    if len(last.frame) == len(last.values) or len(alike) < _FEW:
        return False
    columns = [list(column) for column in zip(*alike, strict=True)]
    return all(_are_counts(column) or len(set(column)) == 1 for column in columns) and any(map(_are_counts, columns))


def _said(folded: str) -> _Said:
    read = [group for run in runs(folded) for group in groups(run)]
    around, end = "", 0
    for group in read:
        around, end = f"{around}{folded[end : group.start]}{_NUMBER}", group.end
    around = _ORDINAL.sub(_NUMBER, around + folded[end:])
    return _Said(tuple(int(group.digits[:_LONGEST]) for group in read), tuple(_WORD.findall(around)))


def _is_steady(values: Sequence[int]) -> bool:
    steps = {after - before for before, after in pairwise(values)}
    return len(steps) == 1 and abs(steps.pop()) in _STEPS


def _are_counts(values: Sequence[int]) -> bool:
    """Whether it is one count after another, each of some length; the last may just have begun as the first did."""
    start = 0
    for end in range(1, len(values) + 1):
        if end < len(values) and _is_count(values[start : end + 1]):
            continue
        if end - start < _FEW:
            return end == len(values) and start > 0 and values[start] == values[0]
        start = end
    return True


def _is_count(values: Sequence[int]) -> bool:
    steps = [after - before for before, after in pairwise(values)]
    return (
        _is_steady(values) or all(0 <= step <= _SLIPS for step in steps) or all(-_SLIPS <= step <= 0 for step in steps)
    )
