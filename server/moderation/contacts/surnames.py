"""The surname of a young person: said by themselves, or to them. A first name alone is none, nor is an author's."""

import re
from collections.abc import Iterator

from server.moderation.contacts.capitals import group_is_capital, span_of
from server.moderation.contacts.numbers import Span
from server.moderation.data_files import word_lists
from server.moderation.words import Words

_LISTS = word_lists("identifying_words")
STOP, _FAMOUS, _FIRST_NAMES = _LISTS["stop"], _LISTS["famous"], _LISTS["first_names"]
JOINTS = frozenset(("de", "d", "du", "des", "la", "le", "les"))  # of the words of ``STOP``, those within a name

_PART = (
    r"(?:(?:de la |de |du |le |la |el |al |ben |bin |ait |van |von |da |di |dos |mc|o'|d'"
    r"|n')?[a-z]{2,}(?:[\-'][a-z]+)*)"
)
_I_AM = (
    r"(?P<mine>\b(?:je )?m ?'?app?ell?e?s?|\bj'?m'?app?ell?e|\bmoi c'? ?(?:est)?|\bmy (?:full )?name(?: is|'s|s)?"
    r"|\bi ?'?a?m called|\bmon blaze c'? ?est|\bmon nom (?:complet )?"
    r"(?:c'? ?est|est|:|c))|(?P<yours>\btu t ?'?app?ell?es?(?: bien)?|\bton nom (?:complet )?(?:c'? ?est|est)"
    r"|\byour (?:full )?name(?: is|'s)|\byou're called)"
)
_NAMED = re.compile(rf"(?:{_I_AM})\s?:?\s(?P<first>[a-z]{{2,}}(?:-[a-z]+)?)\s(?P<last>{_PART}(?:-{_PART})?)")
_BARE_NAMED = re.compile(
    r"(?:\b(?:je suis|jsuis|jsui|chui|i'm|i am|im|demande|salut|bonjour|hello|hi)"
    r"|^),? ?(?P<first>[a-z]{2,}(?:-[a-z]+)?)\s(?P<last>[a-z]{2,}(?:-[a-z]+)*)"
)
_SURNAME = re.compile(
    rf"\b(?P<whose>mon|ton|my|your|le) (?:vrai |real )?(?:nom de famille|nom|last name|surname|family name|blaze"
    rf"|nom d'usage)\s?(?:c'? ?est |c |est |is |s'ecrit |: ?|= ?)"
    rf"(?:bien )?(?P<last>{_PART})"
)
_NAMED_SO = re.compile(
    r"\b(?:mon nom|mon nom de famille|my surname(?:'s)?|my last name(?:'s)?) (?P<last>[a-z]{3,}(?:-[a-z]+)*)"
)
_FORM = re.compile(
    r"\bnom ?: ?(?P<last>[a-z]{2,}(?:-[a-z]+)*)\b.{0,20}\bprenom\b"
    r"|\bprenom ?: ?[a-z\-]+\W{1,3}(?:et )?nom ?: ?(?P<other>[a-z]{2,}(?:-[a-z]+)*)"
)
CLOSES = re.compile(
    r"\s*(?:$|[,.;!?\n()]|(?:et|mais|from|j'?ai|je|and|i'?m|i|en|from|de|du|mdr|lol|enchante\w?|tu|au|ma|mon|g)\b)"
)


def find(words: Words, folded: str, by_young: bool) -> Iterator[Span]:
    """The surnames in ``folded``; ``by_young``: a young person writes of themselves."""
    for match in _NAMED.finditer(folded):
        if not (match["yours"] or by_young) or match["first"] in STOP or not _is_surname(words, folded, match):
            continue
        if "moi" not in (match["mine"] or "") or group_is_capital(words, match, "last"):  # "moi c'est pareil mdr"
            yield span_of(match, "last")
    if by_young:
        for match in _NAMED_SO.finditer(folded):
            if group_is_capital(words, match, "last") and match["last"] not in STOP | _FAMOUS:
                yield span_of(match, "last")
        for match in _BARE_NAMED.finditer(folded):
            known = match["first"] in _FIRST_NAMES
            capitals = group_is_capital(words, match, "first") and group_is_capital(words, match, "last")
            if (known or (capitals and match["first"] not in STOP)) and _is_surname(words, folded, match):
                yield span_of(match, "last")
        for match in _FORM.finditer(folded):
            group = "last" if match["last"] else "other"
            if group_is_capital(words, match, group):
                yield span_of(match, group)
    for match in _SURNAME.finditer(folded):
        if (match["whose"] in ("ton", "your") or by_young) and _is_surname(words, folded, match):
            yield span_of(match, "last")


def _is_surname(words: Words, folded: str, match: re.Match[str]) -> bool:
    last = match["last"]
    parts = last.split()
    if parts[-1] in STOP or last in _FAMOUS or parts[0] in STOP - {"de", "du", "le", "la"}:
        return False
    return group_is_capital(words, match, "last") or (
        len(last) >= 3 and CLOSES.match(folded, match.end("last")) is not None
    )
