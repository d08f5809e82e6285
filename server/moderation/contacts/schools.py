"""The school of a young person, named by themselves or to them. A school that is wished for, visited or taught at, as
orientation talk has them, is none."""

import re
from collections.abc import Iterator

from server.moderation.contacts.capitals import group_is_capital, is_capital, span_of
from server.moderation.contacts.numbers import Span
from server.moderation.contacts.surnames import CLOSES, JOINTS, STOP
from server.moderation.data_files import word_lists
from server.moderation.words import Words

_LISTS = word_lists("identifying_words")
_NOT_SCHOOLS, EPONYMS = _LISTS["not_schools"], _LISTS["eponyms"]
_ARTICLES = frozenset(("la", "les"))
_NO_NAMES = frozenset(("school", "the", "a", "high"))

_KIND = r"(?:college|clg|athenee(?: royal)?|gymnase|lycee|lyc|ecole|cfa|mfr|lep|bahut|institution|institut)"
_TITLE = (
    r"(?:(?:prive|public|general|professionnel|pro|polyvalent|primaire|elementaire|catholique|technique"
    r"|technologique|agricole|maternelle)e? ){0,2}"
)
_EPONYM = r"[a-z][a-z'\-]+(?:[ \-](?:de |du |des |d'|la |le |les )?[a-z][a-z'\-]+){0,2}"
_AT_SCHOOL = re.compile(
    r"(?P<mine>\b(?:je suis|j'?suis|jsui|chui|chuis|je vais|j'?vais|jvai|j'?etudie|on est|je rentre|j'entre|jsuis"
    r"|je serai|j'?ai cours|g cours|je fais|jfais|j'?fais|scolarise\w*|eleve|inscrit\w*|interne)\b"
    r"|\b(?:mon|ma|notre)(?= (?:college|clg|lycee|lyc|ecole|cfa|bahut))"
    r"|\ben (?:6|5|4|3|2|1)(?:e|eme|er|ere|nde|nd)\b|\ben (?:sixieme|cinquieme|quatrieme|troisieme|seconde|premiere"
    r"|terminale|term|tle|cm1|cm2|cap|bac pro)\b)"
    r"|(?P<yours>\b(?:tu es|t'?es|tu vas|tu etudies|es-tu|es tu|vas-tu)\b|\bton(?= (?:college|clg|lycee|lyc|ecole"
    r"|cfa)))"
)
_SCHOOL = re.compile(
    rf"(?:\s[a-z0-9'\-]+,?){{0,5}}?\s(?:l')?{_KIND},?\s(?:c'? ?est |c |est |s'app?ell?e |: )?(?:(?:le |la "
    rf"|l')?{_KIND} )?{_TITLE}(?P<name>{_EPONYM})(?P<town>\s(?:a|de|d') ?[a-z\-]+)?"
)
_WISH = re.compile(
    r"\b(?:veux|veut|voudrais|voudrait|voulais|aimerais|voeux?|hesit\w*|vise|demand\w*|prochaine?|plus tard"
    r"|visit\w*|portes ouvertes|jpo|postul\w*|candidat\w*|accept\w*"
    r"|choisi\w*|admission|orientation|conseill\w*|propos\w*|specialites?|options?|si|want|would|apply\w*|next year"
    r"|open day|prof|professeur|enseign\w*|enseignante?|surveillant\w*)\b"
)
_ENGLISH_SCHOOL = re.compile(
    r"(?P<mine>\b(?:i go to|i'm at|i am at|im at|i attend|i study at|i'm a student at|i'm in year [0-9]+ at"
    r"|my school is(?: called)?"
    r"|my school's(?: called)?)\s(?P<name>(?:the )?[a-z][a-z'\-.]+(?: [a-z][a-z'\-.]+){0,3}))"
    r"|(?P<yours>\b(?:you go to|you're at|you attend"
    r"|your school is)\s(?P<theirs>(?:the )?[a-z][a-z'\-.]+(?: [a-z][a-z'\-.]+){0,3}))"
)
_SCHOOL_WORD = re.compile(r"\b(?:high|secondary|primary|middle|grammar|comprehensive|school|academy|college|lycee)\b")
_CARD = re.compile(
    rf"\b{_KIND}\s(?P<name>[a-z][a-z\-]+(?: [a-z][a-z\-]+)?)\W{{1,3}}(?:en |classe )?(?:[3-6](?:e|eme)|2nde|2de|1ere"
    rf"|premiere|seconde|tle|terminale|term)\s?(?:stmg|sti2d|st2s|stl|es|s|l|pro|g|gt|[a-h])?\s?[0-9]{{0,2}}\b"
)
_YEAR_AT = re.compile(
    r"\b(?:i'm|i am|im) (?:in|a) (?:year|grade|sixth form|[0-9]+th grade|[0-9]+(?:st|nd|rd) grade|freshman"
    r"|sophomore|junior|senior|pupil|student) ?(?:[0-9]{1,2} )?(?:at"
    r"|in) (?P<name>(?:the )?[a-z][a-z'\-.]+(?: [a-z][a-z'\-.]+){0,2})"
)


def find(words: Words, folded: str, by_young: bool) -> Iterator[Span]:
    """The names of schools in ``folded``; ``by_young``: a young person writes of themselves."""
    for subject in _AT_SCHOOL.finditer(folded):
        school = _SCHOOL.match(folded, subject.end())
        if school is None or not (by_young or subject["yours"]):
            continue
        sentence = folded[max(0, subject.start() - 40) : school.end() + 20]
        if _WISH.search(sentence) is None and (span := _school_name(words, school)) is not None:
            yield span
    if by_young:
        for pattern in (_CARD, _YEAR_AT):
            for match in pattern.finditer(folded):
                if group_is_capital(words, match, "name"):
                    yield span_of(match, "name")
    for match in _ENGLISH_SCHOOL.finditer(folded):
        group = "name" if match["name"] else "theirs"
        name = match[group]
        first = name.split()[0]
        if not (by_young or match["yours"]) or _WISH.search(match.group()) is not None or first in STOP - {"the"}:
            continue
        named = _SCHOOL_WORD.search(name) is not None and first not in _NOT_SCHOOLS | _NO_NAMES
        if named or group_is_capital(words, match, group):
            yield span_of(match, group)


def _school_name(words: Words, school: re.Match[str]) -> Span | None:
    parts = school["name"].split()
    kept = 0
    for part in parts:
        if part in STOP - JOINTS or part in _NOT_SCHOOLS:
            break
        kept += 1
    while kept and parts[kept - 1] in STOP:
        kept -= 1
    if not kept or parts[0] in STOP - JOINTS or parts[:2] == ["de", "france"]:
        return None
    start = school.start("name")
    end = start + len(" ".join(parts[:kept]))
    known = not EPONYMS.isdisjoint(part for name in parts[:kept] for part in (name, *name.split("-")))
    articled = (
        parts[0] in _ARTICLES and kept == 2 and len(parts[1]) > 3 and (parts[0] == "la" or parts[1][-1] == "s")
    )  # "college la binquenais"
    known = known or (articled and CLOSES.match(school.string, end) is not None)
    return Span(start, end, False) if known or is_capital(words, start, end) else None
