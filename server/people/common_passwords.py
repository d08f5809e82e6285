"""Which passwords everybody tries first: a list of 51,000 that leaked often, and what people do to such a word to get
past a rule (a year behind it, twice the same, a run of keys). No rule asks for kinds of characters:
docs/decisions/0182."""

import lzma
import re
import unicodedata
from collections.abc import Collection
from functools import cache
from importlib import resources

LENGTHENED_BY = 8  # characters that are no letters around a common word: a birth date adds no more
FEWEST_DIFFERENT = 5  # characters
LONGEST_UNIT = 5  # characters: a shorter unit, however often repeated, is as easy as once
SHORTEST_NAME = 3  # characters of a name that is looked for

_RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "1234567890azertyuiop",
    "1234567890qwertyuiop",
    "aqwzsxedcrfvtgbyhnujikolpm",
    "1a2z3e4r5t6y7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
_REPEATED = re.compile(r"(.+?)\1+.{0,4}", re.DOTALL)


def is_common(password: str) -> bool:
    """Whether it is one of those that are tried first."""
    plain = _plain(password)
    bare = "".join(character for character in plain if character.isalnum())
    if len(set(plain)) < FEWEST_DIFFERENT or any(bare in run or bare in run[::-1] for run in _RUNS):
        return True
    repeated = _REPEATED.fullmatch(bare)
    if repeated and (len(repeated[1]) <= LONGEST_UNIT or repeated[1] in _known()):
        return True
    return bool({plain, bare, *_stems(plain)} & _known())


def is_personal(password: str, about: Collection[str]) -> bool:
    """Whether it is little more than one of the names that others know of this person."""
    plain = _plain(password)
    bare = "".join(character for character in plain if character.isalnum())
    names = {"".join(character for character in _plain(name) if character.isalnum()) for name in about}
    return any(
        len(name) >= SHORTEST_NAME and name in bare and len(bare) - len(name) <= min(LENGTHENED_BY, len(name))
        for name in names
    )


def _stems(plain: str) -> set[str]:
    """What is left without the digits and signs around it, unless those are most of it."""
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    return {stem} if len(plain) - len(stem) <= LENGTHENED_BY else set()


def _plain(text: str) -> str:
    """Without capitals and accents, which do not make a common word a rare one."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def _known() -> frozenset[str]:
    """About 5 MB, read when the first password is chosen."""
    packed = resources.files("server.people").joinpath("data/common_passwords.txt.xz").read_bytes()
    return frozenset(lzma.decompress(packed).decode().split("\n"))
