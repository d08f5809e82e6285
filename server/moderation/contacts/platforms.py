"""Other platforms by all the names that people give them: "snap", "sn@p", "s.n.a.p", "tik tok", "ins ta".

What is recognised is written over by the plain name and spaces, so that every place stays where it was."""

import re
from collections.abc import Sequence
from functools import cache

import msgspec

from server.moderation.data_files import DATA


class Platforms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``names``: what platforms are called. ``weak``: names that are also words of other things and count only where
    somebody owns one. ``presents``: what says that a name follows. ``owners``: whose name it is; a name that is a mere
    word counts only beside one of them. ``not_names``: words that follow a platform's name and are none. ``after_at``:
    what follows an @ that stands for "à" or "at", or in code. ``public``: accounts that everybody may speak of."""

    names: frozenset[str]
    weak: frozenset[str]
    presents: frozenset[str]
    owners: frozenset[str]
    not_names: frozenset[str]
    after_at: frozenset[str]
    public: frozenset[str]


@cache
def platforms() -> Platforms:
    return msgspec.json.decode((DATA / "platforms.json").read_bytes(), type=Platforms)


_HIDDEN = ("snap", "snapchat", "insta", "instagram", "tiktok", "discord", "whatsapp", "telegram", "facebook", "twitch",
           "bereal", "messenger", "roblox", "fortnite", "skype")  # fmt: skip
_LETTERS = {"a": "a4@*", "e": "e3*", "i": "i1!l*", "o": "o0*", "s": r"s$5", "t": "t7+", "l": "l1", "p": "p", "b": "b8"}
_SIGNS = "@$*!+._-/"


def _loosely(name: str) -> str:
    """Each letter or what stands for it, doubled or not, one sign or space between them."""
    return r"[ ._\-/*]?".join(f"[{re.escape(_LETTERS.get(letter, letter))}]{{1,2}}" for letter in name)


_LOOSE = re.compile(
    r"(?<![a-z0-9])(?:"
    + "|".join(f"(?P<{name}>{_loosely(name)})" for name in sorted(_HIDDEN, key=len, reverse=True))
    + r"|(?P<nick>snap(?!shot|per|py|pe\b)[a-z]{2,8}))(?![a-z0-9])"
)
# What people call them so as not to name them, over at least as many letters as the plain name.
_CALLED = re.compile(
    r"\b(?:(?:le |l'appli(?:cation)? (?:du|au) )?(?:petit )?fantome(?: jaune)?(?! de)|yellow ghost(?: one| app)?"
    r"|ghost app|reseau (?:a |de )?photos?|appli (?:a |de )?photos?|appli fantome|appli jaune"
    r"|oiseau bleu|bird app|appli verte|green app|photo app|purple app)\b"
)
_CALLING = frozenset(["fantome", "ghost", "reseau", "appli", "oiseau", "app"])
_FIRST_HALVES = frozenset(name[:cut] for name in _HIDDEN for cut in range(2, len(name) - 1))
_HIDES = re.compile(r"[a-z0-9$][@$*!+._\-/0134578][a-z@$*]|(?<![a-z0-9])[$@017][a-z0-9@]|([a-z])\1")


def names() -> frozenset[str]:
    return platforms().names


def may_name(folded: str, words: Sequence[str]) -> bool:
    """Whether a platform may be named: the cheap question before the dear one."""
    known = platforms()
    return not known.names.isdisjoint(words) or not known.weak.isdisjoint(words) or _hides_name(folded, words)


def _hides_name(folded: str, words: Sequence[str]) -> bool:
    if not _CALLING.isdisjoint(words) and _CALLED.search(folded) is not None:
        return True
    if "snap" in folded or "mon @" in folded or "my @" in folded:
        return True
    if not _FIRST_HALVES.isdisjoint(words) or _HIDES.search(folded) is not None:
        return _LOOSE.search(folded) is not None
    return False


def _plain(found: re.Match[str]) -> str:
    name = "snap" if found.lastgroup == "nick" else found.lastgroup or ""
    return name.ljust(len(found.group()))[: len(found.group())]


def plainly(folded: str) -> str:
    """``folded`` with the hidden names of platforms written out, place for place."""
    folded = _CALLED.sub(lambda found: "snap".ljust(len(found.group())), folded)
    return _LOOSE.sub(_plain, folded)
