"""Details told piece by piece over several messages: "06", "12 34", "ok 56", "78"."""

import re
from collections.abc import Callable, Iterable, Sequence

from server.moderation.contacts import numbers
from server.moderation.contacts.counting import counts
from server.moderation.contacts.digits import begins_with_number, ends_with_number, groups, is_all_numbers, runs
from server.moderation.contacts.numbers import Span
from server.moderation.contacts.numerals import SPEAKING
from server.moderation.contacts.phones import CUE, LESSON_NUMBER

_FEW_WORDS = 5  # of a message that brings a part of a number and little else
_SOME_WORDS = 10  # of one of which the digits alone are read, where a number is spoken of
_MANY = 5  # messages with nothing but numbers that make one number
_PART_TOLD = re.compile(
    r"\b(?:moitie|debut|suite|fin|premiers?|derniers?|half|first|last|rest|reste) ?(?:part\w*|chiffres|digits"
    r"|du num\w*)?\s?[:=]?\s?\+?[0-9]"
)


def find(folded: str, earlier: Iterable[str]) -> list[Span]:
    """The parts in ``folded`` of numbers that began in the messages before it (folded too, the newest first). Messages
    without digits between them are passed over; the first with more than digits is the last that is looked at, unless
    somebody's number is spoken of: then a few words may stand around each part."""
    before = list(earlier)
    told = any(CUE.search(piece) is not None or _PART_TOLD.search(piece) is not None for piece in (folded, *before))
    tried = [_chained(folded, before)]
    if told or _is_bare(folded):
        tried.append(_among_words(folded, before, told))
    for pieces in tried:
        if pieces and (told or len(pieces) > _MANY) and not "".join(pieces[:2]).startswith(("06", "07")):
            pieces[0] = f"num {pieces[0]}"  # read as a number that is spoken of
        if pieces and (found := across(pieces[:-1], pieces[-1], numbers.find)):
            if counts(folded, [piece for piece in before if _carries(piece)]):
                return []
            return [Span(*_digits_of(folded), span.spelled) for span in found[:1]]
    return []


def _chained(folded: str, earlier: Sequence[str]) -> list[str]:
    """The messages, the oldest first, of which each ends with a number and the next begins with one."""
    if not begins_with_number(folded):
        return []
    pieces: list[str] = []
    for piece in earlier:
        if not _carries(piece):
            continue
        if not ends_with_number(piece):
            break
        pieces.insert(0, piece)
        if not is_all_numbers(piece):
            break
    return [*pieces, folded] if pieces else []


def _among_words(folded: str, earlier: Sequence[str], told: bool) -> list[str]:
    """The numbers alone of a row of messages that are little else."""
    pieces: list[str] = []
    for piece in earlier:
        if not _carries(piece) or LESSON_NUMBER.search(piece) is not None:
            continue
        only = _only_numbers(piece)
        if only is None or not (told or _is_bare(piece)):
            break
        pieces.insert(0, only)
    last = _only_numbers(folded)
    head = "".join(filter(str.isdigit, pieces[0])) if pieces else ""
    if not last or not pieces:
        return []
    sure = told or head[:2] in ("06", "07") or pieces[0].startswith("+") or (len(pieces) >= 2 and head[:1] == "0")
    if not sure:
        return []
    return [*pieces, last]


def _is_bare(folded: str) -> bool:
    """Whether a short message ends with the number that it brings: not "12 en maths"."""
    return len(folded.split()) <= _FEW_WORDS and ends_with_number(folded)


def _only_numbers(folded: str) -> str | None:
    """The digits of a short message, in order; None when it says more than numbers."""
    if len(folded.split()) > _SOME_WORDS:
        return None
    read = [group for run in runs(folded) for group in groups(run)]
    return " ".join(("+" if group.sign else "") + group.digits for group in read) or None


def _digits_of(folded: str) -> tuple[int, int]:
    """From the first number to the last."""
    found = runs(folded)
    return (found[0][0].start, found[-1][-1].end) if found else (0, len(folded))


def across(pieces: Sequence[str], folded: str, find: Callable[[str], list[Span]]) -> list[Span]:
    """What ``find`` sees when ``pieces`` and ``folded`` are read as one text and what begins in a piece ends in
    ``folded``: the parts in ``folded``."""
    if not pieces:
        return []
    before = "\n".join([*pieces, ""])
    return [
        Span(0, span.end - len(before), span.spelled)
        for span in find(before + folded)
        if span.start < len(before) < span.end
    ]


def _carries(folded: str) -> bool:
    """Whether it has digits, or words that say some."""
    if any(digit in folded for digit in "0123456789"):
        return True
    return not SPEAKING.isdisjoint(re.findall(r"[a-z]+", folded)) or "zero" in folded
