"""The lexicon's data files: what an entry is, how it is read, how its pattern is written out into plain phrases.

A pattern is words; ``(a|b c|d)`` is a choice, ``?`` behind it makes it optional, and choices may stand in choices: ``(je|j) veux (pas)? ça``.
Accents and case do not count. Each entry stands on one line with sentences that it must and must not find.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

import msgspec

from server.moderation.folding import fold

DATA = Path(__file__).parent / "data"
LARGEST = 20_000  # phrases one pattern may stand for; more is a pattern to split, not memory to spend

_TOKEN = re.compile(r"\(|\)\?|\)|\||[^\s()|]+")
_GAP = re.compile(r"[\s'’\-_]+")


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of ``data/lexicon``: ``examples`` it must find, ``counter`` it must not.

    ``needs`` names clause rules of which all must hold, ``unless`` of which none may, ``soften`` of which any lowers
    it to severity ``softened``. ``severity`` is for an entry weaker than its category. ``otherwise`` is the category it
    falls to when ``needs`` fails, ``reported`` when it is told as another's words.
    """

    id: str
    match: str
    examples: list[str]
    counter: list[str]
    score: float = 0.9
    severity: int | None = None
    needs: list[str] = []
    unless: list[str] = []
    soften: list[str] = []
    softened: int = 1
    otherwise: str = ""
    reported: str = ""
    note: str = ""


def phrases(pattern: str) -> list[str]:
    """All the plain phrases that ``pattern`` stands for, folded, in order. Raises ValueError when it is not one."""
    tokens = _TOKEN.findall(pattern)
    found, position = _choice(tokens, 0, pattern)
    if position != len(tokens):
        raise ValueError(f"unexpected {tokens[position]!r} in {pattern!r}")
    plainly = dict.fromkeys(plain(phrase) for phrase in found)
    if "" in plainly:
        raise ValueError(f"{pattern!r} can be nothing at all")
    return list(plainly)


def _choice(tokens: list[str], position: int, pattern: str) -> tuple[list[str], int]:
    options, position = _sequence(tokens, position, pattern)
    while position < len(tokens) and tokens[position] == "|":
        more, position = _sequence(tokens, position + 1, pattern)
        options = options + more
    return options, position


def _sequence(tokens: list[str], position: int, pattern: str) -> tuple[list[str], int]:
    made = [""]
    while position < len(tokens) and tokens[position] not in ("|", ")", ")?"):
        if tokens[position] == "(":
            slot, position = _choice(tokens, position + 1, pattern)
            if tokens[position : position + 1] not in ([")"], [")?"]):
                raise ValueError(f"a parenthesis is not closed in {pattern!r}")
            slot = [*slot, ""] if tokens[position] == ")?" else slot
        else:
            slot = [tokens[position]]
        position += 1
        made = [f"{before} {word}" for before in made for word in slot]
        if len(made) > LARGEST:
            raise ValueError(f"{pattern!r} stands for more than {LARGEST} phrases")
    return made, position


def plain(text: str) -> str:
    return _GAP.sub(" ", fold(text)).strip()


@cache
def read_entries() -> dict[str, list[Entry]]:
    """The entries of all lexicon files by file name, which is ``<category>.<language>``."""
    decoder = msgspec.json.Decoder(Entry)
    files: dict[str, list[Entry]] = {}
    for path in sorted((DATA / "lexicon").glob("*.jsonl")):
        lines = path.read_bytes().splitlines()
        try:
            files[path.stem] = [decoder.decode(line) for line in lines if line.strip()]
        except msgspec.DecodeError as error:
            raise ValueError(f"{path.name}: {error}") from error
    return files


@cache
def engine_version() -> str:
    """Names this engine and its data: the digest of all code and data files of the package, recorded with each flag."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted([*root.rglob("*.py"), *DATA.rglob("*.*")]):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return f"m1-{digest.hexdigest()[:12]}"
