"""E-mail addresses: written plainly, spaced out, or spelled ("léa point martin arobase gmail point com").

The sign is found first, then what stands to its right and left is read, so that a long text without it costs nothing.
"""

import re
from collections.abc import Iterator

from server.moderation.contacts.numbers import Span
from server.moderation.contacts.tlds import TLDS
from server.moderation.data_files import word_lists

PROVIDERS = word_lists("contact_words")["mail_providers"]
SIGNS = word_lists("contact_words")["mail_signs"]  # words that wake this detector
MAX_SIGNS = 30  # looked at in one text
_LEFT, _RIGHT = 90, 110  # characters read on each side (RFC 5321: 64 for the local part)

_STRONG = re.compile(r"@|[(\[{<]\s?(?:at|a|chez|arr?oba[sz]e?)\s?[)\]}>]|\barr?oba[sz]e?\b")
_WEAK = re.compile(r"\b(?:at|chez|a)\b")
_DOT = r"(?:\s?\.\s?|\s?,\s?|\s?[(\[{<]\s?(?:\.|dot|point|pt)\s?[)\]}>]\s?|\s(?:point|dot|pt)\s)"
_DOMAIN = re.compile(
    rf"\s{{0,3}}([a-z0-9][a-z0-9\-]{{0,62}})((?:{_DOT}[a-z0-9\-]{{1,63}}){{0,4}})(\s(?:com|fr|net|org)\b)?"
)
_SPLIT_DOT = re.compile(_DOT)
_STEP = re.compile(r"[a-z0-9_%+.\-]+\Z")
_JOINT = re.compile(
    r"(?:\s(?:point|dot|tiret|underscore|pt|tiret du (?:bas|6|huit|8)|tiret bas)\s|\s?[._\-]\s)\Z"  # léa point martin
)


def find(folded: str) -> list[Span]:
    """The addresses in ``folded``, in order."""
    return list(_find(folded))


def _find(folded: str) -> Iterator[Span]:
    done = 0
    for count, sign in enumerate(_STRONG.finditer(folded)):
        if count >= MAX_SIGNS:
            return
        span = _around(folded, sign.start(), sign.end(), done, strong=True, plain=sign.group() == "@")
        if span is not None:
            yield span
            done = span.end
    if done:
        return
    for count, sign in enumerate(_WEAK.finditer(folded)):
        if count >= MAX_SIGNS:
            return
        span = _around(folded, sign.start(), sign.end(), done, strong=False, plain=False)
        if span is not None:
            yield span
            done = span.end


def _around(folded: str, start: int, end: int, done: int, *, strong: bool, plain: bool) -> Span | None:
    right = _DOMAIN.match(folded, end, min(len(folded), end + _RIGHT))
    if right is None:
        return None
    name, rest, spaced = right.groups()
    labels = [label for label in _SPLIT_DOT.split(rest) if label] if rest else []
    if spaced:
        labels.append(spaced.strip())
    stop = right.end()
    known = name in PROVIDERS
    while labels and labels[-1] not in TLDS:
        stop = right.end(2) if spaced else stop
        labels.pop()
        stop = _end_of(folded, right, len(labels))
    if not labels:
        if not known or not (strong or name in ("gmail", "hotmail", "outlook", "yahoo", "icloud", "protonmail")):
            return None
        stop = right.end(1)
    elif not strong and not known:
        return None
    first = _start_of_local(folded, start, max(done, start - _LEFT))
    if first is None:
        return None
    spelled = not plain or " " in folded[start : right.end(1)]
    return Span(first, stop, spelled)


def _end_of(folded: str, right: re.Match[str], count: int) -> int:
    """Where the first ``count`` labels behind the name end."""
    position = right.end(1)
    for _ in range(count):
        dot = _SPLIT_DOT.match(folded, position)
        if dot is None:
            break
        position = dot.end()
        while position < len(folded) and (folded[position].isalnum() or folded[position] == "-"):
            position += 1
    return position


def _start_of_local(folded: str, start: int, floor: int) -> int | None:
    """Where the part before the sign begins, read backwards step by step; None when there is none."""
    position = start
    while position > floor and folded[position - 1] in " \n\"'":
        position -= 1
    first: int | None = None
    for _ in range(6):
        window = folded[floor:position]
        step = _STEP.search(window)
        if step is None:
            break
        first = floor + step.start()
        joint = _JOINT.search(folded[floor:first])
        if joint is None:
            joined_before = re.search(r"[a-z0-9]\s\Z", folded[floor:first])
            if joined_before is None or folded[first] not in "._-":
                break
            position = first - 1
            continue
        position = floor + joint.start()
    return first
