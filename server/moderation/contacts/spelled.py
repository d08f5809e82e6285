"""Details written letter by letter or with their signs in words: "l e a @ g m a i l . c o m", "discord point gg slash
abc", "lea underscore 2010". Such a text is written anew and looked at once more; a map leads back."""

import re
from collections.abc import Sequence
from typing import NamedTuple

# At least five single signs, each parted by one space: less is initials or an equation.
_SPELLED = re.compile(
    r"(?<![a-z0-9])(?:[a-z0-9@.:/_#\-] ){4,}[a-z0-9](?![a-z0-9])|(?<![a-z0-9])(?:[a-z] ){3,}[a-z](?![a-z0-9])"
)
_WORDS = frozenset(("point", "dot", "pt", "slash", "underscore", "tiret", "dash", "barre"))
_MARKS = ("d0t", "p0int", "p01nt", "po1nt", "(.", "[.", "{.", " . ", ". ", " ./", " / ")
_OPEN, _CLOSE = r"[(\[{<]\s?", r"\s?[)\]}>]"
_POINT = "(?:p[o0][i1l]nt|d[o0]t|pt)"
_SIGNS = re.compile(
    rf"(?P<dot>\s?{_OPEN}(?:\.|{_POINT}){_CLOSE}\s?|\s{_POINT}\s|\s\.\s?(?=[a-z0-9])"
    # A point and a space end a sentence, unless what follows can only end the name of a host.
    r"|(?<=www)\.\s|\.\s(?=(?:com|net|org|fr|gg|io|ly|tv|app|link|ee)(?:\s?/|\s*$|\s(?![a-z])|[,;!?]))"
    r"|(?<=\b[tm])\.\s(?=me\s?/)"
    r"|\.\s(?=[a-z0-9\-]{2,20}\. ?(?:com|net|org|si|fr)\b)|(?<=wa)\.\s(?=me\s?/)|\.\s(?=(?:al|si|us"
    r"|me)\s?/\s?[a-z0-9]))"
    r"|(?P<slash>\s*/\s*|\s+(?:slash|barre oblique)(?=\s|\Z)\s?)"
    r"|(?P<line>\s(?:underscore|under score|tiret (?:du )?bas|tiret du (?:6|huit|8)|barre du bas)\s?)"
    r"|(?P<dash>\s(?:tiret(?: du milieu)?|dash|hyphen)\s)"
)
_STAND_FOR = {"dot": ".", "slash": "/", "line": "_", "dash": "-"}


class Rewritten(NamedTuple):
    """``indices`` has for each character of ``text`` the one it was read from, and one more for the end."""

    text: str
    indices: list[int]

    def back(self, start: int, end: int) -> tuple[int, int]:
        return self.indices[start], self.indices[end - 1] + 1


def close_up(folded: str) -> Rewritten | None:
    """``folded`` without the spaces inside spelled stretches; None when nothing is spelled."""
    if _SPELLED.search(folded) is None:
        return None
    parts: list[str] = []
    indices: list[int] = []
    done = 0
    for stretch in _SPELLED.finditer(folded):
        for start, end, spaces in ((done, stretch.start(), True), (stretch.start(), stretch.end(), False)):
            kept = [i for i in range(start, end) if spaces or folded[i] != " "]
            parts.append("".join(folded[i] for i in kept))
            indices.extend(kept)
        done = stretch.end()
    parts.append(folded[done:])
    indices.extend(range(done, len(folded) + 1))
    return Rewritten("".join(parts), indices)


def _has_mark(folded: str) -> bool:
    if "." in folded or "/" in folded or "0" in folded or "1" in folded:  # each mark has one of these
        return any(mark in folded for mark in _MARKS)
    return False


def with_signs(folded: str, words: Sequence[str]) -> Rewritten | None:
    """``folded`` with points, lines and slashes for the words that say them; None when none does."""
    if _WORDS.isdisjoint(words) and not _has_mark(folded):
        return None
    parts: list[str] = []
    indices: list[int] = []
    done = 0
    for sign in _SIGNS.finditer(folded):
        parts.append(folded[done : sign.start()])
        parts.append(_STAND_FOR[sign.lastgroup or "dot"])
        indices.extend(range(done, sign.start()))
        indices.append(sign.start())
        done = sign.end()
    if not done:
        return None
    parts.append(folded[done:])
    indices.extend(range(done, len(folded) + 1))
    return Rewritten("".join(parts), indices)
