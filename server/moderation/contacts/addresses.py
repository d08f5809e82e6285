"""Postal addresses: "12 rue des Lilas", "rue de la Loi 16, 1000 Bruxelles", "14 Baker Street, London NW1 6XE".

A number beside a kind of street and a name is an address, unless it is told of a museum or a lesson. Kinds that are
also other words ("3 cours de maths", "5 places") need a capital letter, a postcode, or that somebody lives there.
"""

import re
from collections.abc import Iterator, Sequence

from server.moderation.contacts.capitals import group_is_capital
from server.moderation.contacts.numbers import Span
from server.moderation.data_files import word_lists
from server.moderation.words import Words

_LISTS = word_lists("address_words")
STREETS = _LISTS["streets"]  # no other words in French
ROADS = _LISTS["roads"]  # of English
_AMBIGUOUS = _LISTS["ambiguous"]
TYPES = STREETS | ROADS | _AMBIGUOUS | _LISTS["others"]  # the last of a single pattern
MOST = 6  # streets looked at in one text, half of them from its end
_REACH = (45, 110)  # characters before and behind the kind of street
_CUE_REACH = 60

_NUMBER_WORD = (
    r"(?:(?:vingt|trente|quarante|cinquante|soixante|quatre[ \-]vingts?|cent)(?:(?:[ \-]et)?[ \-](?:un|une|deux"
    r"|trois|quatre|cinq|six|sept"
    r"|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize))?(?:[ \-](?:sept|huit|neuf))?|un|deux|trois|quatre"
    r"|cinq|six|sept|huit|neuf"
    r"|dix(?:[ \-](?:sept|huit|neuf))?|onze|douze|treize|quatorze|quinze|seize)"
)
_NUMBER = rf"(?:(?<![0-9/.,:])[0-9]{{1,4}}\s?(?:bis|ter|quater|[a-d])?(?![0-9])|\b{_NUMBER_WORD}(?:\s(?:bis|ter))?)"
_KIND = "|".join(sorted(map(re.escape, STREETS | _AMBIGUOUS), key=lambda word: (-len(word), word)))
_ARTICLE = (
    r"(?:de la |de l ?'|de l |de |du |des |d'|d |la |le |les |l'|l |aux? |saint[ \-]|sainte[ \-]|st[ \-]|ste[ \-])"
)
_NAME = r"[a-z][a-z'.\-]*(?: (?:de |du |des |d'|la |le |les |et )?[a-z][a-z'.\-]+){0,3}?"
_TOWN = r"[a-z][a-z'\-]+(?:[ \-](?:la|le|les|sur|sous|en|de|du|des|l'|saint|st|sainte|ste)?[ \-]?[a-z][a-z'\-]+){0,3}?"
_POST = rf"(?:\s?[,\n–-]?\s?(?:a )?(?:(?:b|ch|l|f)-)?[0-9]{{4,5}}(?![0-9])(?:\s{_TOWN})?)"
_END = (
    r"(?=\s*(?:[,.;!?\n()]|$)|\s(?:samedi|dimanche|demain|ce|cet|pas|a|au|apres|vers|si|y|il|elle|est|c'est|chez"
    r"|face|stp|et|mais|pres|juste|en"
    r"|dans|pour|avec|c|tu|on|je|j)\b)"
)
_FRENCH = re.compile(
    rf"(?P<number>{_NUMBER})\s?,?\s?(?:de la |de l'|du )?(?P<kind>{_KIND})\.?\s(?P<name>{_ARTICLE}{{0,2}}(?:{_NAME}"
    rf"|[0-9]{{1,2}} [a-z]+(?: [0-9]{{4}})?))(?P<post>{_POST})?{_END}"
    rf"|(?P<number2>{_NUMBER})\s?,?\s?(?P<kind2>r)\.?\s(?P<name2>(?:de la |de l'|de |du |des "
    rf"|d')(?:{_NAME}))(?P<post2>{_POST})?{_END}"
)
_NUMBER_LAST = re.compile(  # Belgium, Switzerland
    rf"\b(?P<kind>{_KIND})\.?\s(?P<name>{_ARTICLE}{{0,2}}{_NAME})[ ,]{{1,3}}(?:au |numero "
    rf"|n )?(?P<number>[0-9]{{1,3}}[a-d]?)(?![0-9])"
    rf"(?P<post>{_POST})?{_END}"
)
_ROAD = "|".join(sorted(ROADS, key=lambda word: (-len(word), word)))
_UK_POST = r"[a-z]{1,2}[0-9][0-9a-z]?\s?[0-9][abd-hjlnp-uw-z]{2}"
_ENGLISH = re.compile(
    rf"(?P<number>(?<![0-9/.,:])[0-9]{{1,4}}[a-d]?)\s(?P<name>(?:[a-z][a-z'\-]+ ){{1,3}}?)"
    rf"(?P<kind>{_ROAD})\b\.?"
    rf"(?P<post>,?\s(?:[a-z]+(?: [a-z]+)?,?\s)?{_UK_POST}(?![a-z0-9]))?"
)
_FLAT = re.compile(
    r"\b(?P<kind>residence|cite|lotissement|hlm) (?P<name>(?:de la |de l'|de |du |des |d'|le |la "
    r"|les )?[a-z][a-z'\-]+(?: [a-z][a-z'\-]+)?),? "
    r"(?:bat(?:iment|\.)?|bloc|tour|escalier|appart\w*|apt|porte|esc)\.? ?(?P<number>[a-z]"
    r"|[0-9]{1,4}[a-z]?)\b(?P<post>)"
)
_ANCHOR = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, TYPES), key=lambda word: (-len(word), word)))})\b")
HOME = re.compile(
    r"\b(?:habit\w*|hab|j'hab|vis|vivons|vivo|loge|demeure|domicile|adresse|chez (?:moi|nous|ma|mon|toi)|ma maison"
    r"|viens|venez|passe|passer|rendez-vous chez"
    r"|colis|live|living|address|addy|my (?:house|place|home|flat)|come to|jsuis au|je suis au|on se (?:retrouve|voit)"
    r"|retrouve|rdv|meet)\b"
)
_PLACES = re.compile(
    r"\b(?:musee|museum|monument|siecle|century|bataille|battle|attentat|ne en|nee en|naquit|vecu|mort en|histoire"
    r"|history|visite|visited|elysee|downing"
    r"|sherlock|holmes|monopoly|fire|film|roman|novel|book|mairie|bibliotheque|mediatheque|cinema|theatre|cio"
    r"|mission locale|association|gare|musees"
    r"|prefecture|ambassade|universite|campus|crous|restaurant|resto|boulangerie|librairie|magasin|station|metro"
    r"|hopital|clinique|piscine|stade|opera"
    r"|permanence|rectorat|salon|forum|cidj|point jeunes|maison des|library|town hall|office|album|song|chanson"
    r"|titre|construit\w*|built|ministere)\b"
)
_NO_NAMES = _LISTS["no_names"]  # words behind "rue" that are no name of one
_STORY = re.compile(
    r"\b(?:personnages?|nouvelle|roman|recit|redaction|histoire|heros|heroine|character|story|novel|hero"
    r"|maison blanche|white house)\b"
)
_OWN = re.compile(r"\b(?:j'?hab\w*|chez (?:moi|nous)|mon adresse|je vis|i live|my (?:address|place|home|house))\b")


def wakes(folded: str, words: Sequence[str]) -> bool:
    """ "av" is read as another word by those who write text messages."""
    return not TYPES.isdisjoint(words) or " av " in folded


def find(folded: str, view: Words | None = None) -> Iterator[Span]:
    """The addresses in ``folded``, in order. ``view`` tells which letters were capitals."""
    done = 0
    anchors = list(_ANCHOR.finditer(folded))
    if len(anchors) > MOST:
        anchors = [*anchors[: MOST // 2], *anchors[-MOST // 2 :]]
    for anchor in anchors:
        if anchor.start() < done:
            continue
        start, end = max(done, anchor.start() - _REACH[0]), min(len(folded), anchor.end() + _REACH[1])
        for pattern in (_FRENCH, _NUMBER_LAST, _ENGLISH, _FLAT):
            begins = pattern in (_NUMBER_LAST, _FLAT)  # with the kind of street
            match = pattern.match(folded, anchor.start(), end) if begins else pattern.search(folded, start, end)
            if match is not None and match.start() <= anchor.start() < match.end() and _is_one(folded, match, view):
                done = match.end()
                yield Span(match.start(), match.end(), False)
                break


def _is_one(folded: str, match: re.Match[str], view: Words | None) -> bool:
    parts = match.groupdict()
    kind = parts["kind"] or parts.get("kind2") or ""
    post = parts.get("post") or parts.get("post2")
    if match["name"] is not None and match["name"].split()[0] in _NO_NAMES:
        return False
    if _STORY.search(folded) is not None and _OWN.search(folded) is None:
        return False
    home = HOME.search(folded, max(0, match.start() - _CUE_REACH), match.end()) is not None
    if home or post:
        return True
    if match.re is _FLAT:
        return False
    if _PLACES.search(folded) is not None:
        return False
    if match.re is _NUMBER_LAST:
        return _has_capital(view, match) and folded.strip() == match.group().strip()
    if match.re is _ENGLISH or kind in _AMBIGUOUS:
        return _has_capital(view, match)
    return True


def _has_capital(view: Words | None, match: re.Match[str]) -> bool:
    return view is not None and group_is_capital(view, match, "name")
