"""E-mail addresses: written plainly, spaced out, or spelled ("léa point martin arobase gmail point com").

The sign is found first, then what stands to its right and left is read, so that a long text without it costs nothing.
"""

import re
from collections.abc import Iterator, Sequence

from server.moderation.contacts.numbers import Span
from server.moderation.contacts.tlds import PLAIN_TLDS, TLDS
from server.moderation.contacts.urls import is_public
from server.moderation.data_files import word_lists

PROVIDERS = word_lists("contact_words")["mail_providers"]
SIGNS = word_lists("contact_words")["mail_signs"]  # words that wake this detector
MAX_SIGNS = 30  # looked at in one text
_LEFT, _RIGHT = 90, 110  # characters read on each side (RFC 5321: 64 for the local part)

_BRACKETED = r"[(\[{<]\s?(?:@|at|a|chez|arr?oba[sz]e?|📧|🌀)\s?[)\]}>]"
_STRONG = re.compile(rf"{_BRACKETED}|[@📧🌀]|\barr?oba[sz]e?\b")
_AT_HOST = re.compile(r"[._0-9][a-z0-9]* at [a-z0-9\-]{2,40}\.[a-z]")
_HINT = re.compile(r"\s?[(\[{<]\s?(?:at|a|chez)\s?[)\]}>]")
_WEAK = re.compile(r"\b(?:at|chez|a)\b")
_DOT = r"(?:\s?\.\s?|\s?,\s?|\s?[(\[{<]\s?(?:\.|dot|point|pt)\s?[)\]}>]\s?|\s(?:point|dot|pt)\s)"
_DOMAIN = re.compile(
    rf"\s{{0,3}}([a-z0-9$][a-z0-9$\-]{{0,62}})((?:{_DOT}[a-z0-9$\-]{{1,63}}){{0,4}})(\s(?:com|fr|net|org)\b)?"
)
_LEET = str.maketrans("0134$", "oleas")
_UNMISTAKABLE = frozenset(("gmail", "hotmail", "yahoo", "icloud", "protonmail", "proton", "laposte", "wanadoo", "gmx"))
_CUE = re.compile(r"\b(?:e ?-?mails?|mel|adresse|ecri\w+|envoi\w*|send|contact\w*|cv|write)\b")
# The mailboxes of offices: nobody's own, and what orientation talk is full of.
_OFFICE = re.compile(
    r"(?:contact|info|infos|accueil|secretariat|scolarite|orientation|admissions?|inscriptions?|bourses?"
    r"|vie-?scolaire|support|aide|help|social|mairie|etat-?civil|ccas|mission-?locale|cio[a-z.\-]*"
    r"|ce\.[0-9]{7}[a-z])"
    r"@(?:[a-z0-9\-]+\.)*(?:ac-[a-z\-]+\.fr|gouv\.fr|univ-[a-z\-]+\.fr|crous-[a-z\-]+\.fr|ac\.uk|sch\.uk|edu"
    r"|onisep\.fr|parcoursup\.fr|gov\.uk|pix\.fr|mairie-?[a-z\-]*\.fr|ville-[a-z\-]+\.fr"
    r"|mission-?locale[a-z\-]*\.fr)"
)
# "lea.martin gmail.com": the sign left out before a provider's name
_SIGNLESS = re.compile(
    r"(?<![a-z0-9._\-@])([a-z0-9]+(?:[._\-][a-z0-9]+)+|[a-z]+[0-9]+)\s{1,2}(?:gmail|hotmail|outlook|yahoo|icloud"
    r"|laposte|orange"
    r"|wanadoo|free|sfr|protonmail|live)(?:\s?[.,]\s?|\s(?:point|dot)\s|\s)(?:com|fr|net|be|ch)(?![a-z0-9])"
)
_SPLIT_DOT = re.compile(_DOT)
_STEP = re.compile(r"[a-z0-9_%+.\-]+\Z")
_JOINT = re.compile(
    r"(?:\s(?:point|dot|tiret|underscore|pt|tiret du (?:bas|6|huit|8)|tiret bas)\s|\s?[._\-]\s)\Z"  # léa point martin
)
_FOLLOWED = re.compile(
    r"(?<![a-z0-9._\-])[a-z0-9._\-]{4,40} (?:suivi d[eu]|followed by|et derriere|avec derriere"
    r"|puis arobase) ?(?:gmail|hotmail|outlook|yahoo|icloud|laposte|orange)\b"
)


def wakes(folded: str, words: Sequence[str]) -> bool:
    """Whether ``folded`` may hold an address at all."""
    if "@" in folded or not SIGNS.isdisjoint(words) or not PROVIDERS.isdisjoint(words):
        return True
    if ("(" in folded or "[" in folded or "{" in folded or "<" in folded) and _HINT.search(folded) is not None:
        return True
    return "📧" in folded or "🌀" in folded or _is_said(folded, words)


def _is_said(folded: str, words: Sequence[str]) -> bool:
    """Whether an "at" is said in words before what has a point, be it said too."""
    if "at" in words and "." in folded and _AT_HOST.search(folded) is not None:
        return True
    return ("dot" in words or "point" in words or "pt" in words) and ("at" in words or "chez" in words)


def find(folded: str) -> list[Span]:
    """The addresses in ``folded``, in order."""
    found = [span for span in _find(folded) if not _OFFICE.fullmatch(folded[span.start : span.end])]
    return found or [
        Span(*sign.span(), True) for pattern in (_SIGNLESS, _FOLLOWED) for sign in pattern.finditer(folded)
    ]


def _find(folded: str) -> Iterator[Span]:
    done = 0
    for count, sign in enumerate(_STRONG.finditer(folded)):
        if count >= MAX_SIGNS:
            return
        span = _around(folded, sign.start(), sign.end(), done, strong=True, plain=sign.group() == "@")
        if span is not None:
            yield span
            done = span.end
    if done:
        return
    for count, sign in enumerate(_WEAK.finditer(folded)):
        if count >= MAX_SIGNS:
            return
        span = _around(folded, sign.start(), sign.end(), done, strong=False, plain=False)
        if span is not None:
            yield span
            done = span.end


def _around(folded: str, start: int, end: int, done: int, *, strong: bool, plain: bool) -> Span | None:
    right = _DOMAIN.match(folded, end, min(len(folded), end + _RIGHT))
    if right is None:
        return None
    name, rest, spaced = right.groups()
    labels = [label for label in _SPLIT_DOT.split(rest) if label] if rest else []
    if spaced:
        labels.append(spaced.strip())
    stop = right.end()
    while labels and _unhidden(labels[-1]) not in TLDS:
        labels.pop()
        stop = _end_of(folded, right, len(labels))
    first = _start_of_local(folded, start, max(done, start - _LEFT))
    if first is None:
        return None
    local = folded[first:start].strip()
    provider = _unhidden(name)
    marked = not local.isalpha()
    if labels:
        said = rest is not None and not rest.startswith(".")
        if not (strong or provider in PROVIDERS or marked or (said and labels[-1] in PLAIN_TLDS)):
            return None
        if not strong and is_public(f"{name}.{labels[-1]}"):
            return None
    else:
        stop = right.end(1)
        if provider in _UNMISTAKABLE or provider in PROVIDERS:
            cued = strong or _CUE.search(folded) is not None
            sure = cued + marked + (provider in _UNMISTAKABLE) >= 2
        else:  # the name of a school without its ending
            sure = strong and "-" in name.strip("-") and len(name) > 5 and name[0].isalpha()
        if not sure:
            return None
    spelled = not plain or " " in folded[start : right.end(1)]
    return Span(first, stop, spelled)


def _unhidden(label: str) -> str:
    """ "c0m" is "com" and "l4p0$t3" is "laposte", where it is written so."""
    return label if label.isalpha() else label.translate(_LEET)


def _end_of(folded: str, right: re.Match[str], count: int) -> int:
    """Where the first ``count`` labels behind the name end."""
    position = right.end(1)
    for _ in range(count):
        dot = _SPLIT_DOT.match(folded, position)
        if dot is None:
            break
        position = dot.end()
        while position < len(folded) and (folded[position].isalnum() or folded[position] in "-$"):
            position += 1
    return position


def _start_of_local(folded: str, start: int, floor: int) -> int | None:
    """Where the part before the sign begins, read backwards step by step; None when there is none."""
    position = start
    while position > floor and folded[position - 1] in " \n\"'":
        position -= 1
    first: int | None = None
    for _ in range(6):
        window = folded[floor:position]
        step = _STEP.search(window)
        if step is None:
            break
        first = floor + step.start()
        joint = _JOINT.search(folded[floor:first])
        if joint is None:
            joined_before = re.search(r"[a-z0-9]\s\Z", folded[floor:first])
            if joined_before is None or folded[first] not in "._-":
                break
            position = first - 1
            continue
        position = floor + joint.start()
    return first
