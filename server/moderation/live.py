"""What may be shown of a line while it is being written, when one of those who read it is a minor. Pure.

A message is judged when it is finished; a line that is shown as it grows is judged at each step, and some steps are
harmless alone and not in a row: "06", then "06 12". So words come when they are finished, and whatever could become
part of a contact detail does not come at all: it waits for the message (docs/decisions/0134).
"""

import re

from server.moderation.contacts.addresses import STREETS
from server.moderation.contacts.digits import runs
from server.moderation.contacts.email import PROVIDERS, SIGNS
from server.moderation.contacts.numerals import HUNDREDS, REPEATS, VALUES, ZERO_LETTERS
from server.moderation.contacts.platforms import names
from server.moderation.contacts.schools import EPONYMS
from server.moderation.data_files import word_lists
from server.moderation.folding import fold
from server.moderation.policy import ORDINARY, direction, rule_for, young_age
from server.moderation.verdict import Circumstances, Speaker

WITHHELD = "…"

_WORDS = word_lists("live_words")
_FINISHED = re.compile(r".*[\s!?]", re.DOTALL)
_PART = re.compile(r"\S+")
_WORD = re.compile(r"[a-z0-9]+")
_JOINED = re.compile(r"[a-z0-9][._:/\\#@~|]+[a-z0-9]|[@#_/\\]")  # what holds names and addresses together
# Numbers that mostly are none: they wait only beside another number.
_ARTICLES = frozenset(("un", "une", "one", "o", "oh", "ho"))
_NUMBERS = (VALUES.keys() | HUNDREDS.keys() | REPEATS.keys() | ZERO_LETTERS) - _ARTICLES
_SIGNS = SIGNS | PROVIDERS | frozenset(
    ("point", "dot", "pt", "tiret", "underscore", "slash", "com", "fr", "net", "org", "www", "http", "https")
)  # fmt: skip
_ELISION = re.compile(r"^\W*(?:qu|[cdjlmnst])'")
_SINGLE = frozenset(("a", "y", "i"))  # letters that are words
_HOME = _WORDS["home"]  # behind these somebody lives, or is called: the rest waits
_CALLED = re.compile(r"(?:^|\W)j?[mt] ?'?app?ell?e?s?$")
_SCHOOLS = _WORDS["schools"]  # behind these a name may follow: capitals wait
_NAME = 5  # words behind the school among which its name stands


def word_by_word(speaker: Speaker, circumstances: Circumstances = ORDINARY) -> bool:
    """Whether what this speaker writes is shown by finished words: where policy keeps contact details back."""
    way, age = direction(speaker, circumstances), young_age(speaker, circumstances)
    return rule_for("contact", way, age, circumstances).action != "deliver"


def finished(text: str) -> str:
    """``text`` without the word that is still being written."""
    found = _FINISHED.match(text)
    return found.group() if found else ""


def without_details(text: str) -> str:
    """``text``, finished words only, with ``…`` for each that could be part of a detail, and for all that follows the
    name of another platform, a kind of street, or words that present where somebody lives or what they are called."""
    parts = [(found.group(), *_kinds(found.group())) for found in _PART.finditer(text)]
    shown: list[str] = []
    named = -1  # words that may still be the name of a school
    for index, (part, risky, article) in enumerate(parts):
        words = frozenset(_WORD.findall(fold(part)))
        if not names().isdisjoint(words) or not STREETS.isdisjoint(words):
            shown.append(WITHHELD)
            break
        presents = not _HOME.isdisjoint(words) or _CALLED.search(fold(part)) is not None
        if presents and index + 1 < len(parts):
            shown.extend((part, WITHHELD))
            break
        beside = any(parts[at][1] or parts[at][2] for at in (index - 1, index + 1) if 0 <= at < len(parts))
        named = named - 1 if _SCHOOLS.isdisjoint(words) else _NAME
        name = 0 <= named < _NAME and (any(map(str.isupper, part)) or not EPONYMS.isdisjoint(words))
        if risky or (article and beside) or name:
            if shown[-1:] != [WITHHELD]:
                shown.append(WITHHELD)
        else:
            shown.append(part)
    return " ".join(shown)


def _kinds(part: str) -> tuple[bool, bool]:
    """(waits wherever it stands, is an article that may be a number)."""
    folded = _ELISION.sub("", fold(part))
    words = _WORD.findall(folded)
    if any(char.isdigit() for char in folded) or _JOINED.search(folded):
        return True, False
    if any(word in _NUMBERS or word in _SIGNS for word in words):
        return True, False
    if words and all(word in _ARTICLES for word in words):
        return len(words) > 1, len(words) == 1
    if runs(folded):  # "zerosix", "z3ro"
        return True, False
    spelled = bool(words) and all(len(word) == 1 for word in words)  # "s", "s-n-a-p"
    return spelled and not _SINGLE.issuperset(words), False
