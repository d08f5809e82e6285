"""What a name that somebody chose for themselves on a platform looks like: "lea_2010", "jujulebg". Where one may stand
is told in handles.py."""

import re
from collections.abc import Iterator, Sequence

from server.moderation.contacts.numbers import Span
from server.moderation.contacts.platforms import Platforms, plainly

_TOKEN = re.compile(
    r"(?:c|l|it|name|what|that)'[a-z]+|[a-z0-9][a-z0-9._\-#]{0,30}|#[a-z0-9]{6,10}|_+[a-z0-9._]{2,30}|[:=@→>👻]"
    r"|[.,;!?\n]"
)
ENDS = frozenset(("", ",", ";", "!", "?", "\n"))  # what ends a clause; a point is left empty by rstrip
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
# Words with which the sentence goes on behind a name.
_OPENERS = frozenset((
    "et", "ajoute", "and", "add", "si", "stp", "svp", "mdr", "lol", "ok", "if", "please", "pls", "dm", "comme", "tu",
    "on", "quand", "sinon", "ou",
))  # fmt: skip


def tokens_of(folded: str) -> tuple[list[re.Match[str]], list[str]]:
    """The words and signs of ``folded``: as matches, which tell where they stand, and as text without what ends it."""
    tokens = list(_TOKEN.finditer(plainly(folded)))
    return tokens, [token.group().rstrip(".-_'") if token.group()[0] != "_" else token.group() for token in tokens]


def marked(known: Platforms, tokens: Sequence[re.Match[str]], words: Sequence[str]) -> Iterator[Span]:
    """Where marked names stand among ``tokens``."""
    for token, name in zip(tokens, words, strict=True):
        if is_marked(known, name):
            yield Span(token.start(), token.start() + len(name), False)


def is_plain(known: Platforms, word: str, least: int = 4) -> bool:
    """Whether a mere word of ``least`` letters may be a name: one only where the sentence presents it."""
    return (
        len(word) >= least
        and word.replace("-", "").isalpha()
        and word not in known.not_names
        and word not in known.names
    )


def is_hyphened(word: str) -> bool:
    return _HYPHENED.fullmatch(word) is not None


def is_marked(known: Platforms, word: str) -> bool:
    """Whether it looks like a chosen name and not like a word or a measure."""
    return _MARKED.fullmatch(word) is not None and _MEASURE.fullmatch(word) is None and word not in known.not_names


def closes(words: list[str], j: int) -> bool:
    """Whether the sentence ends behind word ``j`` or a new one begins: a name stands alone."""
    return j + 1 >= len(words) or words[j + 1] in ENDS or words[j + 1] in _OPENERS
