"""Names on other platforms: "@lea.2010", a name-like word within four words of the platform's ("mon snap c'est
lea_2010"), a mere word where the sentence presents it ("ajoute jujulebg sur snap")."""

import re
from collections.abc import Iterator, Sequence

from server.moderation.contacts.numbers import Span
from server.moderation.contacts.platforms import Platforms, may_name, plainly, platforms

NEAR = 4  # words between a platform and a name (MODERATION.md, pipeline)
REACH = 12  # words looked at behind a platform, those that present a name ("c'est", ":") among them
ANSWER = 8  # words: what is longer is talk, not an answer
ALONE = 4  # words of a message that is a name and little else
MOST = 20  # platforms looked around in one text

_AT = re.compile(r"(?<![a-z0-9._%+\-@/])@([a-z0-9._]{3,30})(?![a-z0-9._@])")
_TOKEN = re.compile(
    r"(?:c|l|it|name|what|that)'[a-z]+|[a-z0-9][a-z0-9._\-#]{0,30}|#[a-z0-9]{6,10}|_+[a-z0-9._]{2,30}|[:=@→>👻]"
    r"|[.,;!?\n]"
)
_ENDS = frozenset(("", ",", ";", "!", "?", "\n"))  # what ends a clause; a point is left empty by rstrip
# With a digit behind letters, or parts joined by a point or a line: what a chosen name looks like and a word does not.
_MARKED = re.compile(
    r"[a-z][a-z._\-]*[0-9]{1,6}[a-z._]{0,8}(?:#[0-9]{4})?"
    r"|[a-z]{2,}[0-9][a-z]{1,12}[0-9][a-z0-9]*"
    r"|[a-z0-9]+(?:[._]+[a-z0-9]+){1,4}_?(?:#[0-9]{4})?"
    r"|_*[a-z]+_+|_+[a-z0-9._]+"
    r"|[a-z][a-z0-9]*(?:-[a-z0-9]+)*#[a-z0-9]{3,5}|#[a-z]*[0-9][a-z0-9]{5,9}"
)
_HYPHENED = re.compile(r"[a-z]{3,}-[a-z]{3,}")
_NUMBERED = (  # what is numbered in a lesson
    "iphone galaxy ps xbox windows win ios covid web image exercice exo question page chapitre chap fig figure photo"
    " partie niveau episode saison groupe ex no fifa nba gta article semaine jour jours tome act version v mp"
)
_MEASURE = re.compile(rf"[0-9].*|[a-z]{{1,2}}[0-9]{{1,2}}|(?:{_NUMBERED.replace(' ', '|')})-?[0-9]{{1,4}}")
_BEFORE_NAME = frozenset(
    ("ajoute", "ajoutes", "rajoute", "add", "follow", "cherche", "tape", "trouve", "dm", "mp", "find")
)
_CALLS = frozenset(
    ("ajoute", "ajoutes", "rajoute", "add", "follow", "tape", "find", "pseudo", "cherche", "trouves", "trouve")
)
_BY_FULL_NAME = frozenset(
    ("facebook", "fb", "fbk", "linkedin", "messenger", "skype")
)  # where people are found by their names
_MINE = frozenset(("mon", "my", "pseudo", "c", "c'est", "cest", "moi", "un", "g"))
_ASIDE = frozenset(("c", "c'est", "cest", "its", "it's", "moi", "im", "i'm"))
_ON = frozenset(("sur", "on", "en", "de", "d"))
_PRESENTS_ALWAYS = frozenset((":", "=", "→", ">"))
_ASKS_NAME = re.compile(r"\b(?:quoi|quel|pseudo|nom|donne|file|passe|envoie|what|what's|whats|give|tell)\b")
_NO_ANSWER = frozenset(
    [
        "desole",
        "desolee",
        "sorry",
        "aucun",
        "aucune",
        "none",
        "nope",
        "nan",
        "nein",
        "pardon",
        "attends",
        "attend",
        "wait",
        "merci",
        "thanks",
        "bonjour",
        "hello",
        "salut",
        "ouais",
        "yeah",
        "okay",
        "d'accord",
        "dacc",
        "secret",
        "devine",
        "guess",
        "bloque",
        "interdit",
        "jsp",
        "idk",
        "sais",
        "pas",
    ]
)


def find_at(folded: str) -> Iterator[Span]:
    """Words that begin with @. "@+" and "@ demain" are the French "à"."""
    known = platforms()
    for match in _AT.finditer(folded):
        name = match.group(1).strip("._")
        if name not in known.after_at and name not in known.public and any(char.isalpha() for char in name):
            yield Span(match.start(), match.end(), False)


def wakes(folded: str, words: Sequence[str]) -> bool:
    return may_name(folded, words)


def find_named(folded: str) -> Iterator[Span]:
    """Names near the name of a platform: marked ones (with a digit, a point, a line) anywhere near it, plain ones only
    where the sentence presents them."""
    known = platforms()
    tokens, words = _tokens(folded)
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
    _, asked = _tokens(question)
    if known.names.isdisjoint(asked):
        return
    tokens, words = _tokens(folded)
    if len(tokens) > ANSWER:
        return
    yield from _marked(known, tokens, words)
    if (
        len(words) == 1
        and _ASKS_NAME.search(question)
        and _is_plain_name(known, words[0])
        and words[0] not in _NO_ANSWER
    ):
        yield Span(tokens[0].start(), tokens[0].start() + len(words[0]), False)


def find_split(folded: str, words: Sequence[str], earlier: Sequence[str]) -> Iterator[Span]:
    """A name told apart from its platform: "mon insta c'est", then "lea_2010", or the other way round."""
    if len(words) > ANSWER:
        return
    known = platforms()
    tokens, here = _tokens(folded)
    names = [word for word in here if word in known.names]
    if names:  # "lea_2010", "c'est mon snap"
        if not _MINE.isdisjoint(here) and len(here) <= ALONE:
            before, last = _tokens(earlier[-1])
            if len(last) <= 2 and any(True for _ in _marked(known, before, last)):
                yield Span(tokens[0].start(), tokens[-1].end(), False)
        return
    if not here or len(here) > ALONE:
        return
    for piece in earlier:
        _, said = _tokens(piece)
        at = next((i for i, word in enumerate(said) if word in known.names), None)
        if at is None or not (_is_owned(said, at) or len(said) <= ALONE):
            continue
        if found := list(_marked(known, tokens, here)):
            yield from found
            return
        opened = said[-1] in known.presents and said[-1] not in ("s", "id")
        if opened and piece is earlier[-1] and len(here) == 1 and _is_plain_name(known, here[0]):
            yield Span(tokens[0].start(), tokens[0].start() + len(here[0]), False)
            return


def _tokens(folded: str) -> tuple[list[re.Match[str]], list[str]]:
    tokens = list(_TOKEN.finditer(plainly(folded)))
    return tokens, [token.group().rstrip(".-_'") if token.group()[0] != "_" else token.group() for token in tokens]


def _marked(known: Platforms, tokens: Sequence[re.Match[str]], words: Sequence[str]) -> Iterator[Span]:
    for token, name in zip(tokens, words, strict=True):
        if _is_marked(known, name):
            yield Span(token.start(), token.start() + len(name), False)


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
        if word in _ENDS or distance == NEAR:
            return
        if word in known.presents:
            presented = True
            continue
        if word in known.names:
            continue
        distance += 1
        if _is_marked(known, word) or ((presented or owned) and _HYPHENED.fullmatch(word) and _closes(words, j)):
            yield j
        elif word in known.owners:
            owned = True
        elif presented and owned:
            if _is_plain_name(known, word) and _closes(words, j):
                yield j
            elif (
                words[i] in _BY_FULL_NAME
                and j + 1 < len(words)
                and _is_plain_name(known, word, 3)
                and _is_plain_name(known, words[j + 1], 3)
            ):
                yield from (j, j + 1)
            presented = False


def _before(known: Platforms, words: list[str], i: int) -> Iterator[int]:
    for j in range(i - 1, max(-1, i - 1 - NEAR), -1):
        if words[j] in _ENDS:
            return
        if _is_marked(known, words[j]):
            yield j


def _presented(known: Platforms, words: list[str], i: int) -> Iterator[int]:
    """Mere words in the frames that hold nothing but a name."""
    before, behind = words[max(0, i - NEAR) : i], words[i + 1 : i + 4]
    if behind and behind[0] in _PRESENTS_ALWAYS:  # "insta : jujulebg"
        j = i + 1
        while j < len(words) and words[j] in _PRESENTS_ALWAYS:
            j += 1
        if i == 0 or before[-1] in _MINE or before[-1] in _ENDS:
            yield from _if_name(known, words, j)
    elif before and (
        before[-1] in ("mon", "my", "pseudo") or before[-2:] == ["moi", "sur"] or before[-2:] == ["me", "on"]
    ):
        yield from _if_name(known, words, i + 1)  # "mon insta jujulebg", "ajoute moi sur insta jujulebg"
        if (
            words[i] in _BY_FULL_NAME
            and len(behind) >= 2
            and all(_is_plain_name(known, word, 3) for word in behind[:2])
        ):
            yield from (i + 1, i + 2)
    if len(before) >= 2 and before[-1] in _ON:  # "ajoute jujulebg sur snap"
        if len(before) >= 3 and before[-3] in _BEFORE_NAME | {"moi", "me"} and not _CALLS.isdisjoint(before[:-2]):
            yield from _if_name(known, words, i - 2, closes=False)
        elif _ASIDE.issuperset(before[-3:-2]) and len(before) >= 3 and not _CALLS.isdisjoint(words):
            yield from _if_name(known, words, i - 2, closes=False)  # "its jujulebg on snap add me"
        elif len(before) == 2 and _closes(words, i):  # nothing but "jujulebg sur snap"
            yield from _if_name(known, words, i - 2, closes=False, longest=True)
    if len(before) >= 3 and before[-1] in ("mon", "my") and before[-3] in ("c", "c'est", "cest", "its", "it's"):
        yield from _if_name(known, words, i - 2, closes=False)  # "c jujulebg mon snap"
    if len(behind) == 3 and behind[0] in ("et", "and") and behind[1] in _BEFORE_NAME:
        yield from _if_name(known, words, i + 3)  # "va sur snap et tape jujulebg"


def _if_name(
    known: Platforms, words: list[str], j: int, *, closes: bool = True, longest: bool = False
) -> Iterator[int]:
    if j < len(words) and _is_plain_name(known, words[j], 7 if longest else 5) and (not closes or _closes(words, j)):
        yield j


def _is_plain_name(known: Platforms, word: str, least: int = 4) -> bool:
    return (
        len(word) >= least
        and word.replace("-", "").isalpha()
        and word not in known.not_names
        and word not in known.names
    )


def _is_marked(known: Platforms, word: str) -> bool:
    return bool(_MARKED.fullmatch(word)) and not _MEASURE.fullmatch(word) and word not in known.not_names


def _closes(words: list[str], j: int) -> bool:
    """Whether the sentence ends behind word ``j`` or a new one begins: a name stands alone."""
    return j + 1 >= len(words) or words[j + 1] in _ENDS or words[j + 1] in _OPENERS


_OPENERS = frozenset(
    [
        "et",
        "ajoute",
        "and",
        "add",
        "si",
        "stp",
        "svp",
        "mdr",
        "lol",
        "ok",
        "if",
        "please",
        "pls",
        "dm",
        "comme",
        "tu",
        "on",
        "quand",
        "sinon",
        "ou",
    ]
)
