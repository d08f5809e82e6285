"""Capital letters of the raw text: what tells a name from a word. A text that has no small letter tells nothing."""

import re

from server.moderation.contacts.numbers import Span
from server.moderation.words import Words


def is_capital(words: Words, start: int, end: int) -> bool:
    """Whether ``folded[start:end]`` has a capital in the raw text."""
    first, after = words.raw_span(start, end)
    return any(map(str.isupper, words.raw[first:after])) and any(map(str.islower, words.raw))


def group_is_capital(words: Words, match: re.Match[str], group: str) -> bool:
    return is_capital(words, *match.span(group))


def span_of(match: re.Match[str], group: str) -> Span:
    return Span(*match.span(group), False)
