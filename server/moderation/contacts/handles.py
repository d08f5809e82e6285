"""Names on other platforms: "@lea.2010", a name-like word within four words of the platform's ("mon snap c'est
lea_2010"), a mere word where the sentence presents it ("ajoute jujulebg sur snap")."""

import re
from collections.abc import Iterator, Sequence

from server.moderation.contacts.chosen_names import ENDS, closes, is_hyphened, is_marked, is_plain, marked, tokens_of
from server.moderation.contacts.numbers import Span
from server.moderation.contacts.platforms import Platforms, platforms

NEAR = 4  # words between a platform and a name (MODERATION.md, pipeline)
REACH = 12  # words looked at behind a platform, those that present a name ("c'est", ":") among them
ANSWER = 8  # words: what is longer is talk, not an answer
ALONE = 4  # words of a message that is a name and little else
MOST = 20  # platforms looked around in one text

_AT = re.compile(r"(?<![a-z0-9._%+\-@/])@([a-z0-9._]{3,30})(?![a-z0-9._@])")
_TAGGED = re.compile(r"(?<![a-z0-9._#/])[a-z][a-z0-9._]{1,31}#[0-9]{4,5}(?![a-z0-9])")
_NO_TAG = frozenset(
    ("exo", "exercice", "no", "num", "numero", "page", "question", "ticket", "issue", "commande", "order")
)
_SEEKS = frozenset(("ajoute", "ajoutes", "rajoute", "add", "follow", "cherche", "tape", "trouve", "find"))
_BEFORE_NAME = _SEEKS | {"dm", "mp"}  # right before a name
_CALLS = _SEEKS | {"pseudo", "trouves"}  # anywhere before it
_BY_FULL_NAME = frozenset(
    ("facebook", "fb", "fbk", "linkedin", "messenger", "skype")
)  # people are found by their names
_MINE = frozenset(("mon", "my", "pseudo", "c", "c'est", "cest", "moi", "un", "g"))
_ASIDE = frozenset(("c", "c'est", "cest", "its", "it's", "moi", "im", "i'm"))
_ON = frozenset(("sur", "on", "en", "de", "d"))
_PRESENTS_ALWAYS = frozenset((":", "=", "→", ">"))
_ASKS_NAME = re.compile(r"\b(?:quoi|quel|pseudo|nom|donne|file|passe|envoie|what|what's|whats|give|tell)\b")
_NO_ANSWER = frozenset((
    "desole", "desolee", "sorry", "aucun", "aucune", "none", "nope", "nan", "nein", "pardon", "attends", "attend",
    "wait", "merci", "thanks", "bonjour", "hello", "salut", "ouais", "yeah", "okay", "d'accord", "dacc", "secret",
    "devine", "guess", "bloque", "interdit", "jsp", "idk", "sais", "pas",
))  # fmt: skip


def find_at(folded: str) -> Iterator[Span]:
    """Words that begin with @. "@+" and "@ demain" are the French "à"."""
    known = platforms()
    for match in _AT.finditer(folded):
        name = match.group(1).strip("._")
        if name not in known.after_at and name not in known.public and any(char.isalpha() for char in name):
            yield Span(match.start(), match.end(), False)


def find_tagged(folded: str) -> Iterator[Span]:
    """Names with the number by which game and talk platforms tell them apart: "karim#4821"."""
    for match in _TAGGED.finditer(folded):
        if match.group().partition("#")[0] not in _NO_TAG:
            yield Span(match.start(), match.end(), False)


def find_named(folded: str) -> Iterator[Span]:
    """Names near the name of a platform: marked ones (with a digit, a point, a line) anywhere near it, plain ones only
    where the sentence presents them."""
    known = platforms()
    tokens, words = tokens_of(folded)
    used: set[int] = set()
    looked = 0
    for i, word in enumerate(words):
        if (
            word in known.names
            or (word in known.weak and _is_owned(words, i))
            or (word == "@" and i > 0 and words[i - 1] in ("mon", "my"))
        ):
            looked += 1
            if looked > MOST:
                break
            used.update(_behind(known, words, i))
            used.update(_before(known, words, i))
            used.update(_presented(known, words, i))
    end = 0
    for place in sorted(used):
        start = tokens[place].start()
        if start >= end:
            end = start + len(words[place])
            if place + 1 in used and words[place + 1].isalpha():  # a name of two words
                end = tokens[place + 1].start() + len(words[place + 1])
            yield Span(start, end, False)


def find_answer(folded: str, question: str) -> Iterator[Span]:
    """A chosen name in a short answer to a question about a platform: "t'as insta ?" "oui lea_2010"."""
    known = platforms()
    _, asked = tokens_of(question)
    if known.names.isdisjoint(asked):
        return
    tokens, words = tokens_of(folded)
    if len(tokens) > ANSWER:
        return
    yield from marked(known, tokens, words)
    if len(words) == 1 and _ASKS_NAME.search(question) and is_plain(known, words[0]) and words[0] not in _NO_ANSWER:
        yield Span(tokens[0].start(), tokens[0].start() + len(words[0]), False)


def find_split(folded: str, words: Sequence[str], earlier: Sequence[str]) -> Iterator[Span]:
    """A name told apart from its platform: "mon insta c'est", then "lea_2010", or the other way round."""
    if len(words) > ANSWER:
        return
    known = platforms()
    tokens, here = tokens_of(folded)
    if not known.names.isdisjoint(here):  # "lea_2010", "c'est mon snap"
        if not _MINE.isdisjoint(here) and len(here) <= ALONE:
            before, last = tokens_of(earlier[-1])
            if len(last) <= 2 and any(True for _ in marked(known, before, last)):
                yield Span(tokens[0].start(), tokens[-1].end(), False)
        return
    if not here or len(here) > ALONE:
        return
    for piece in earlier:
        _, said = tokens_of(piece)
        at = next((i for i, word in enumerate(said) if word in known.names), None)
        if at is None or not (_is_owned(said, at) or len(said) <= ALONE):
            continue
        if found := list(marked(known, tokens, here)):
            yield from found
            return
        opened = said[-1] in known.presents and said[-1] not in ("s", "id")
        if opened and piece is earlier[-1] and len(here) == 1 and is_plain(known, here[0]):
            yield Span(tokens[0].start(), tokens[0].start() + len(here[0]), False)
            return


def _is_owned(words: Sequence[str], i: int) -> bool:
    """Whether somebody's own account on the platform at ``i`` is meant: "mon face", "ajoute moi sur tt"."""
    known = platforms()
    near = (*words[max(0, i - NEAR) : i], *words[i + 1 : i + 3])
    return not known.owners.isdisjoint(near) or (i + 1 < len(words) and words[i + 1] in _PRESENTS_ALWAYS)


def _behind(known: Platforms, words: list[str], i: int) -> Iterator[int]:
    presented = False
    owned = not known.owners.isdisjoint(words[max(0, i - NEAR) : i])
    distance = 0
    for j in range(i + 1, min(len(words), i + 1 + REACH)):
        word = words[j]
        if word == "?" and distance == 0 and j + 1 < len(words) and words[j + 1] in ("moi", "me", "c'est", "c", "mine"):
            owned = True  # "on se parle sur snap ? moi c'est …"
            continue
        if word in ENDS or distance == NEAR:
            return
        if word in known.presents:
            presented = True
            continue
        if word in known.names:
            continue
        distance += 1
        if is_marked(known, word) or ((presented or owned) and is_hyphened(word) and closes(words, j)):
            yield j
        elif word in known.owners:
            owned = True
        elif presented and owned:
            if is_plain(known, word) and closes(words, j):
                yield j
            elif (
                words[i] in _BY_FULL_NAME
                and j + 1 < len(words)
                and is_plain(known, word, 3)
                and is_plain(known, words[j + 1], 3)
            ):
                yield from (j, j + 1)
            presented = False


def _before(known: Platforms, words: list[str], i: int) -> Iterator[int]:
    for j in range(i - 1, max(-1, i - 1 - NEAR), -1):
        if words[j] in ENDS:
            return
        if is_marked(known, words[j]):
            yield j


def _presented(known: Platforms, words: list[str], i: int) -> Iterator[int]:
    """Mere words in the frames that hold nothing but a name."""
    before, behind = words[max(0, i - NEAR) : i], words[i + 1 : i + 4]
    if behind and behind[0] in _PRESENTS_ALWAYS:  # "insta : jujulebg"
        j = i + 1
        while j < len(words) and words[j] in _PRESENTS_ALWAYS:
            j += 1
        if i == 0 or before[-1] in _MINE or before[-1] in ENDS:
            yield from _if_name(known, words, j)
    elif before and (
        before[-1] in ("mon", "my", "pseudo") or before[-2:] == ["moi", "sur"] or before[-2:] == ["me", "on"]
    ):
        yield from _if_name(known, words, i + 1)  # "mon insta jujulebg", "ajoute moi sur insta jujulebg"
        if words[i] in _BY_FULL_NAME and len(behind) >= 2 and all(is_plain(known, word, 3) for word in behind[:2]):
            yield from (i + 1, i + 2)
    if len(before) >= 2 and before[-1] in _ON:  # "ajoute jujulebg sur snap"
        if len(before) >= 3 and before[-3] in _BEFORE_NAME | {"moi", "me"} and not _CALLS.isdisjoint(before[:-2]):
            yield from _if_name(known, words, i - 2, at_end=False)
        elif _ASIDE.issuperset(before[-3:-2]) and len(before) >= 3 and not _CALLS.isdisjoint(words):
            yield from _if_name(known, words, i - 2, at_end=False)  # "its jujulebg on snap add me"
        elif len(before) == 2 and closes(words, i):  # nothing but "jujulebg sur snap"
            yield from _if_name(known, words, i - 2, at_end=False, least=7)
    if len(before) >= 3 and before[-1] in ("mon", "my") and before[-3] in ("c", "c'est", "cest", "its", "it's"):
        yield from _if_name(known, words, i - 2, at_end=False)  # "c jujulebg mon snap"
    if len(behind) == 3 and behind[0] in ("et", "and") and behind[1] in _BEFORE_NAME:
        yield from _if_name(known, words, i + 3)  # "va sur snap et tape jujulebg"


def _if_name(known: Platforms, words: list[str], j: int, *, at_end: bool = True, least: int = 5) -> Iterator[int]:
    if j < len(words) and is_plain(known, words[j], least) and (not at_end or closes(words, j)):
        yield j
