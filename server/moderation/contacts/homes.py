"""Where a young person lives, short of a whole address: "j'habite rue des Lilas", "cité des Bleuets, bloc D"."""

import re
from collections.abc import Iterator

from server.moderation.contacts.addresses import STREETS
from server.moderation.contacts.capitals import group_is_capital, span_of
from server.moderation.contacts.numbers import Span
from server.moderation.contacts.surnames import JOINTS, STOP
from server.moderation.data_files import word_lists
from server.moderation.words import Words

_NO_STREET = word_lists("identifying_words")["no_street"]  # words behind "rue" that are no name of one
_NEED_CAPITALS = frozenset(("cite", "residence"))

_LIVES = (
    r"(?:\bj'?habite|\bj'?hab|\bje vis|\bje loge|\bon habite|\bnous habitons|\bje reste|\bi live|\bwe live"
    r"|\bchez moi c'? ?est|\bma rue c'? ?est|\btu habites(?: bien)?|\byou live|\bmi (?:rest|abit)\w*"
    r"|\bmwen ka (?:rete|viv)\w*|\bj'?tiens les murs|\bmon adresse (?:c'? ?est|est|:|c)|\bjhab|\bj'?abite|\bon vit"
    r"|\bmon immeuble c'? ?est|\bmon batiment c'? ?est)"
)
_LIVING = re.compile(_LIVES)
_STREET = re.compile(
    rf"{_LIVES}\s(?:(?!une?\b|ma\b|cette\b)[a-z0-9'\-]+,?\s){{0,8}}?(?P<place>(?:la "
    rf"|l')?(?P<kind>{'|'.join(sorted(STREETS, key=len, reverse=True))}|place|route|chemin|tour)\s"
    r"(?P<name>(?:de la |de l'|de |du |des |d'|le |la |les )?[a-z0-9][a-z0-9'\-]*(?: [a-z][a-z'\-]+){0,2}))"
    r"|\b(?:i live|we live|my (?:house|flat|home|place) is) (?:[a-z']+ ){0,6}?(?:on|in|at|near"
    r"|off) (?P<road>(?:the )?[a-z]+ (?:[a-z]+ )?(?:street|road"
    r"|lane|avenue|drive|close|crescent|gardens|grove|terrace|estate|st|rd|ave))\b"
)
_BUILDING = re.compile(
    r"\b(?P<name>(?:cite(?! (?:the|a|this|that|my)\b)|residence|quartier|foyer|internat|mecs|immeuble|lotissement"
    r"|hlm) (?:de la |de l'|de |du |des |d'|le |la |les )?(?:[0-9]{3,4}|[a-z][a-z\-']+)(?: [a-z][a-z\-']+)?"
    r"|(?:tour|bloc|batiment|bat|escalier|hall|block|tower|building) (?:[a-h]|[0-9]{1,2})(?![a-z0-9]))"
)
_ME = re.compile(r"\b(?:je|j|j'[a-z]+|jsuis|jsui|chui|on|mon|ma|mi|i|i'm|im|my|chez moi)\b")
_ARTICLE = re.compile(r"(?:de la|de l'|du|des|d'|les|de)\b\s?")
SENTENCE = re.compile(r"[^.!?\n]+")


def find(words: Words, folded: str) -> Iterator[Span]:
    """The streets and buildings in ``folded`` that somebody is said to live in."""
    for match in _STREET.finditer(folded):
        if match["road"]:
            yield span_of(match, "road")
            continue
        name = _ARTICLE.sub("", match["name"], count=1)
        if not name or name.split()[0] in STOP | _NO_STREET:
            continue
        sure = match["kind"] in STREETS - _NEED_CAPITALS
        if sure or group_is_capital(words, match, "name"):
            yield Span(match.start("place"), match.start("name") + _named(match["name"]), False)
    for sentence in SENTENCE.finditer(folded):
        if _ME.search(folded, *sentence.span()) is not None:
            lives = _LIVING.search(folded, *sentence.span()) is not None
            for match in _BUILDING.finditer(folded, *sentence.span()):
                if group_is_capital(words, match, "name") or (match["name"][-1].isdigit() and lives):
                    yield span_of(match, "name")


def _named(name: str) -> int:
    """How far a name goes before words of the sentence begin: "victor hugo pas loin" is 11 characters of name."""
    end = 0
    for part in re.finditer(r"[^ ]+", name):
        if end and part.group() in STOP - JOINTS:
            return end
        end = part.end()
    return end
