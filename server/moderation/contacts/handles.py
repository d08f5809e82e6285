"""Names on other platforms: "@lea.2010", or a name-like word within four words of the platform's ("mon snap c'est
lea_2010")."""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from server.moderation.contacts.numbers import Span
from server.moderation.data_files import DATA

NEAR = 4  # words between a platform and a name (MODERATION.md, pipeline)
REACH = 12  # words looked at behind a platform, those that present a name ("c'est", ":") among them
ANSWER = 8  # words: what is longer is talk, not an answer

_AT = re.compile(r"(?<![a-z0-9._%+\-@/])@([a-z0-9._]{3,30})(?![a-z0-9._@])")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9._\-#]{0,30}|[:=@→>👻]|[.,;!?\n]")
_ENDS = frozenset(("", ",", ";", "!", "?", "\n"))  # what ends a clause; a point is left empty by rstrip
_LEETISH = re.compile(r"(?<![a-z0-9@$])(?=[a-z0-9@$]*[a-z])(?=[a-z0-9@$]*[0-9@$])[a-z0-9@$]{3,12}(?![a-z0-9@$])")
_LEET = str.maketrans("0134578@$", "oieastbas")
# With a digit behind letters, or parts joined by a point or a line: what a chosen name looks like and a word does not.
_MARKED = re.compile(
    r"[a-z][a-z._\-]*[0-9]{1,6}[a-z._]{0,8}(?:#[0-9]{4})?"
    r"|[a-z0-9]+(?:[._]+[a-z0-9]+){1,4}_?(?:#[0-9]{4})?"
    r"|_*[a-z]+_+"
    r"|[a-z]+#[0-9]{4}"
)
_NUMBERED = (  # what is numbered in a lesson
    "iphone galaxy ps xbox windows ios covid web image exercice exo question page chapitre fig figure photo partie"
    " niveau episode saison groupe ex no"
)
_MEASURE = re.compile(rf"[0-9].*|[a-z]{{1,2}}[0-9]{{1,2}}|(?:{_NUMBERED.replace(' ', '|')})-?[0-9]{{1,3}}")


class _Platforms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``presents``: what says that a name follows. ``owners``: whose name it is; a name that is a mere word counts only
    beside one of them. ``not_names``: words that follow a platform's name and are none. ``after_at``: what follows an
    @ that stands for "à" or "at"."""

    names: frozenset[str]
    presents: frozenset[str]
    owners: frozenset[str]
    not_names: frozenset[str]
    after_at: frozenset[str]


@cache
def _platforms() -> _Platforms:
    return msgspec.json.decode((DATA / "platforms.json").read_bytes(), type=_Platforms)


def names() -> frozenset[str]:
    return _platforms().names


def find_at(folded: str) -> Iterator[Span]:
    """Words that begin with @. "@+" and "@ demain" are the French "à"."""
    for match in _AT.finditer(folded):
        name = match.group(1).strip("._")
        if name not in _platforms().after_at and any(char.isalpha() for char in name):
            yield Span(match.start(), match.end(), False)


def find_named(folded: str) -> Iterator[Span]:
    """Names near the name of a platform: marked ones (with a digit, a point, a line) anywhere near it, plain ones only
    where the sentence presents them ("mon insta c'est leamartin")."""
    known = _platforms()
    plain = _LEETISH.sub(lambda word: _platform_or_same(word.group()), folded)
    tokens = list(_TOKEN.finditer(plain))
    words = [token.group().rstrip(".-_") for token in tokens]
    used: set[int] = set()
    for i, word in enumerate(words):
        if word in known.names:
            used.update(_behind(known, words, i))
            used.update(_before(known, words, i))
    for place in sorted(used):
        start = tokens[place].start()
        yield Span(start, start + len(words[place]), False)


def find_answer(folded: str, question: str) -> Iterator[Span]:
    """A chosen name in a short answer to a question about a platform: "t'as insta ?" "oui lea_2010"."""
    known = _platforms()
    if known.names.isdisjoint(_TOKEN.findall(question)):
        return
    tokens = list(_TOKEN.finditer(folded))
    if len(tokens) <= ANSWER:
        for token in tokens:
            name = token.group().rstrip(".-_")
            if _is_marked(known, name):
                yield Span(token.start(), token.start() + len(name), False)


def _platform_or_same(word: str) -> str:
    plain = word.translate(_LEET)
    return plain if plain in _platforms().names else word


def _behind(known: _Platforms, words: list[str], i: int) -> Iterator[int]:
    presented = False
    owned = not known.owners.isdisjoint(words[max(0, i - NEAR) : i])
    distance = 0
    for j in range(i + 1, min(len(words), i + 1 + REACH)):
        word = words[j]
        if word in _ENDS or distance == NEAR:
            return
        if word in known.presents:
            presented = True
            continue
        if word in known.names:
            continue
        distance += 1
        if _is_marked(known, word):
            yield j
        elif word in known.owners:
            owned = True
        elif presented and owned:
            if len(word) >= 4 and word.isalpha() and word not in known.not_names and _closes(words, j):
                yield j
            presented = False


def _before(known: _Platforms, words: list[str], i: int) -> Iterator[int]:
    for j in range(i - 1, max(-1, i - 1 - NEAR), -1):
        if words[j] in _ENDS:
            return
        if _is_marked(known, words[j]):
            yield j


def _is_marked(known: _Platforms, word: str) -> bool:
    return bool(_MARKED.fullmatch(word)) and not _MEASURE.fullmatch(word) and word not in known.not_names


def _closes(words: list[str], j: int) -> bool:
    """Whether the sentence ends behind word ``j`` or a new one begins: a name stands alone."""
    return j + 1 >= len(words) or words[j + 1] in _ENDS or words[j + 1] in ("et", "ajoute", "and", "add", "si")
