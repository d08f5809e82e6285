"""Names on other platforms: "@lea.2010", or a name-like word within four words of the platform's ("mon snap c'est
lea_2010")."""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from server.moderation.contacts.numbers import Span
from server.moderation.entries import DATA

NEAR = 4  # words between a platform and a name (MODERATION.md, pipeline)
_AT = re.compile(r"(?<![a-z0-9._%+\-@])@([a-z0-9._]{3,30})(?![a-z0-9._@])")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9._\-]{0,30}|[:=@]|[.,;!?\n]")
_MARKED = re.compile(r"(?=.*[a-z])(?:.*[a-z][0-9]{1,6}[a-z_.]*|[a-z0-9]+[._][a-z0-9._]*[a-z0-9_]|[a-z0-9]+_[a-z0-9_]*)\Z")
_ORDINAL = re.compile(r"\d+(?:e|eme|er|ere|nd|nde|h\d*|km|cm|mm|m|kg|g|x|p|k|go|mo|min|s|ans|fps|hz|v|th|st|rd|pm|am)\Z")


class _Platforms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: list[str]
    cues: list[str]
    not_names: list[str]
    after_at: list[str]


@cache
def _platforms() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    data = msgspec.json.decode((DATA / "platforms.json").read_bytes(), type=_Platforms)
    return frozenset(data.names), frozenset(data.cues), frozenset(data.not_names), frozenset(data.after_at)


def names() -> frozenset[str]:
    return _platforms()[0]


def find_at(folded: str) -> Iterator[Span]:
    """Words that begin with @. "@+" and "@ demain" are the French "à"."""
    not_names = _platforms()[3]
    for match in _AT.finditer(folded):
        if match.group(1).strip("._") not in not_names and any(c.isalpha() for c in match.group(1)):
            yield Span(match.start(), match.end(), False)


def find_named(folded: str) -> Iterator[Span]:
    """Names near the name of a platform: marked ones (with a digit, a point or a line) anywhere near it, plain ones
    only where the sentence presents them ("mon insta c'est leamartin")."""
    platforms, cues, not_names, _ = _platforms()
    tokens = list(_TOKEN.finditer(folded))
    done = -1
    for i, token in enumerate(tokens):
        if token.group().strip(".-_") not in platforms:
            continue
        presented = False
        for j in range(i + 1, min(len(tokens), i + 1 + NEAR + 2)):
            if j <= done:
                continue
            word = tokens[j].group()
            bare = word.strip(".-_")
            if word in ".,;!?\n":
                break
            if word in cues:
                presented = True
                continue
            if bare in platforms or _ORDINAL.fullmatch(bare) or bare.isdigit():
                continue
            if _MARKED.fullmatch(bare) and bare not in not_names:
                yield Span(tokens[j].start(), tokens[j].start() + len(word.rstrip(".-")), False)
                done = j
                break
            if presented:
                if len(bare) >= 4 and bare not in not_names and _closes(tokens, j):
                    yield Span(tokens[j].start(), tokens[j].start() + len(word.rstrip(".-")), False)
                    done = j
                break
        for j in range(max(0, i - NEAR), i):
            word = tokens[j].group().strip(".-_")
            if j > done and _MARKED.fullmatch(word) and not _ORDINAL.fullmatch(word) and word not in not_names:
                yield Span(tokens[j].start(), tokens[j].end(), False)
                done = j


def _closes(tokens: list[re.Match[str]], j: int) -> bool:
    """Whether the sentence ends behind token ``j`` or goes on with a new clause: a name stands alone."""
    if j + 1 >= len(tokens):
        return True
    return tokens[j + 1].group() in {".", ",", ";", "!", "?", "\n", "et", "ajoute", "and", "add", "si", "ou"}
