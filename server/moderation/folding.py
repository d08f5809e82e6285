"""One code point at a time to the plain letters and digits it stands for: homoglyphs, accents, case, boxed letters,
other scripts' digits. One table, filled as code points are met, so that ordinary text costs one ``str.translate``."""

import unicodedata
from collections.abc import Sequence

from decancer_py import parse as decancer

KEPT = 20_000  # code points remembered, about 2 MB; whoever sends all of Unicode is folded afresh each time
_PLAIN = {ord(c): c.lower() for c in map(chr, range(0x20, 0x7F))}
_SPACES = {0x09: " ", 0x0A: "\n", 0x0B: "\n", 0x0C: "\n", 0x0D: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_SIGNS = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-",
    "−": "-", "…": ".", "·": ".", "•": ".", "∙": ".", "。": ".", "․": ".", "﹒": ".", "，": ",", "⁄": "/", "∕": "/",
    "«": '"', "»": '"', "“": '"', "”": '"', "°": "°", "№": "#", "＠": "@", "﹫": "@",
    "➕": "+", "➖": "-", "✖": "x", "×": "*", "÷": "/", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss",
    "🔟": "10", "💯": "100", "🄋": "0", "🄌": "0",
}  # fmt: skip


class FoldTable(dict[int, str]):
    """For ``str.translate``. What cannot be seen (zero width, controls, combining marks, lone surrogates) becomes
    nothing; a sign that stands for no letter stays as it is, a picture stands as a word of its own."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(self) < KEPT:
            self[code] = folded
        return folded


def _fold(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Mc"):
        return ""
    if category == "Zs":
        return " "
    if category == "No" and unicodedata.digit(char, None) is None:
        return "".join(_SIGNS.get(c, c) for c in unicodedata.normalize("NFKD", char)).lower()
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKD", char)
    if len(compatible) == 1 and compatible.isascii():
        return compatible.lower()
    plain = "".join(c for c in compatible if c.isascii() and c.isalnum()).lower()
    if plain:
        return plain
    if category == "So":  # pictures; the boxed letters among them name their letter
        name = unicodedata.name(char, "")
        return name.rsplit(" ", 1)[-1].lower() if " LETTER " in name and name[-2] == " " else f" {char} "
    if category[0] == "L":
        cured = "".join(c for c in str(decancer(char)) if c.isascii() and c.isalnum())
        return cured.lower() or char.lower()
    return char


FOLD = FoldTable(_PLAIN)
FOLD.update(_SPACES)
FOLD.update({ord(sign): plain for sign, plain in _SIGNS.items()})


def fold(text: str) -> str:
    """The canonical form of ``text``."""
    return text.translate(FOLD)


def origins(text: str) -> Sequence[int]:
    """For each character of ``fold(text)`` the index in ``text`` it comes from, and one more for the end."""
    lengths = list(map(len, map(FOLD.__getitem__, map(ord, text))))
    if lengths.count(1) == len(lengths):
        return range(len(lengths) + 1)
    indices: list[int] = []
    for index, length in enumerate(lengths):
        if length == 1:
            indices.append(index)
        elif length:
            indices.extend([index] * length)
    indices.append(len(text))
    return indices


def hides(char: str) -> bool:
    """Whether ``char`` is read as a plain letter, digit or nothing while being neither Latin nor an ordinary mark."""
    folded = FOLD[ord(char)]
    if not folded:
        return unicodedata.category(char) == "Cf"
    if char.isascii():
        return False
    if not folded.isalnum() or not folded.isascii():
        return False
    name = unicodedata.name(char, "")
    return not name.startswith(("LATIN SMALL LETTER", "LATIN CAPITAL LETTER", "LATIN SMALL LIGATURE"))
