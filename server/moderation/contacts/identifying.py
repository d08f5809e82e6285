"""What tells who and where a young person is: surname, school, street, daily route. Told by themselves, said of them by an
adult, or asked by one. Where a school or a name is spoken of for another reason (orientation, history) nothing is found."""

import re
from collections.abc import Iterator

from server.moderation.contacts.addresses import STREETS
from server.moderation.contacts.numbers import Span
from server.moderation.data_files import word_lists
from server.moderation.verdict import Speaker
from server.moderation.words import Words

_LISTS = word_lists("identifying_words")
_STOP, _NOT_SCHOOLS, EPONYMS, _FAMOUS = (_LISTS[name] for name in ("stop", "not_schools", "eponyms", "famous"))
MOST = 8  # places of one kind looked at in one text

_CALLED = frozenset(
    "moi appelle appele appel apelle appelles nom name surname suis im called prenom call jmappelle famille i".split()
)
_SCHOOLS = frozenset(
    "athenee gymnase year grade college clg lycee lyc ecole cfa mfr lep bahut school academy institut institution student attend".split()
)
_HOME = frozenset(
    "adresse rest cite foyer internat tour bloc batiment bat residence jhab immeuble hall block escalier tower building mecs lotissement murs habite habites habitons hab jhabite vis loge live rue quartier".split()
)
_YOU = frozenset("tu t ton ta tes toi your you u yours ils".split())
_ABOUT = frozenset(
    "joue m'entraine entraine play train club team nee ne born boxe nage danse licencie licenciee entrainement".split()
)
_WAYS = frozenset(
    "chemin parc passe bus tram tramway metro train rer car navette arret station pied velo trottinette ter walk subway tube bike stop".split()
)

_PART = r"(?:(?:de |du |de la |le |la |el |al |ben |bin |ait |van |von |da |di |dos |mc|o'|d'|n')?[a-z]{2,}(?:[\-'][a-z]+)*)"
_I_AM = (
    r"(?P<mine>\bje m ?'?app?ell?e?s?|\bj'?m'?app?ell?e|\bmoi c'? ?(?:est)?|\bmy (?:full )?name(?: is|'s|s)?|\bi ?'?a?m called|\bmon nom (?:complet )?"
    r"(?:c'? ?est|est|:|c))|(?P<yours>\btu t ?'?app?ell?es?(?: bien)?|\bton nom (?:complet )?(?:c'? ?est|est)|\byour (?:full )?name(?: is|'s)|\byou're called)"
)
_NAMED = re.compile(rf"(?:{_I_AM})\s?:?\s(?P<first>[a-z]{{2,}}(?:-[a-z]+)?)\s(?P<last>{_PART}(?:-{_PART})?)")
_BARE_NAMED = re.compile(
    r"\b(?:je suis|jsuis|jsui|i'm|i am|im)\s(?P<first>[a-z]{2,}(?:-[a-z]+)?)\s(?P<last>[a-z]{2,}(?:-[a-z]+)*)"
)
_SURNAME = re.compile(
    rf"\b(?P<whose>mon|ton|my|your) (?:vrai |real )?(?:nom de famille|nom|last name|surname|family name|nom d'usage)\s?(?:c'? ?est |c |est |is |s'ecrit |: ?|= ?)"
    rf"(?:bien )?(?P<last>{_PART})"
)
_FORM = re.compile(
    r"\bnom ?: ?(?P<last>[a-z]{2,}(?:-[a-z]+)*)\b.{0,20}\bprenom\b|\bprenom ?: ?[a-z\-]+\W{1,3}(?:et )?nom ?: ?(?P<other>[a-z]{2,}(?:-[a-z]+)*)"
)

_KIND = r"(?:college|clg|athenee(?: royal)?|gymnase|lycee|lyc|ecole|cfa|mfr|lep|bahut|institution|institut)"
_TITLE = r"(?:(?:prive|public|general|professionnel|pro|polyvalent|primaire|elementaire|catholique|technique|technologique|agricole|maternelle)e? ){0,2}"
_EPONYM = r"[a-z][a-z'\-]+(?:[ \-](?:de |du |des |d'|la |le |les )?[a-z][a-z'\-]+){0,2}"
_AT_SCHOOL = re.compile(
    r"(?P<mine>\b(?:je suis|j'?suis|jsui|chui|chuis|je vais|j'?vais|jvai|j'?etudie|on est|je rentre|j'entre|jsuis|je serai|scolarise\w*|eleve|inscrit\w*|interne)\b"
    r"|\b(?:mon|ma|notre)(?= (?:college|clg|lycee|lyc|ecole|cfa|bahut))"
    r"|\ben (?:6|5|4|3|2|1)(?:e|eme|er|ere|nde|nd)\b|\ben (?:sixieme|cinquieme|quatrieme|troisieme|seconde|premiere|terminale|term|tle|cm1|cm2|cap|bac pro)\b)"
    r"|(?P<yours>\b(?:tu es|t'?es|tu vas|tu etudies|es-tu|es tu|vas-tu)\b|\bton(?= (?:college|clg|lycee|lyc|ecole|cfa)))"
)
_SCHOOL = re.compile(
    rf"(?:\s[a-z0-9'\-]+,?){{0,5}}?\s(?:l')?{_KIND}\s(?:c'? ?est |c |est |s'app?ell?e |: )?(?:(?:le |la |l')?{_KIND} )?{_TITLE}(?P<name>{_EPONYM})(?P<town>\s(?:a|de|d') ?[a-z\-]+)?"
)
_WISH = re.compile(
    r"\b(?:veux|veut|voudrais|voudrait|voulais|aimerais|voeux?|hesit\w*|vise|demand\w*|prochaine?|plus tard|visit\w*|portes ouvertes|jpo|postul\w*|candidat\w*|accept\w*"
    r"|choisi\w*|admission|orientation|conseill\w*|propos\w*|specialites?|options?|si|want|would|apply\w*|next year|open day|prof|professeur|enseign\w*|enseignante?|surveillant\w*)\b"
)
_ENGLISH_SCHOOL = re.compile(
    r"(?P<mine>\b(?:i go to|i'm at|i am at|im at|i attend|i study at|i'm a student at|i'm in year [0-9]+ at|my school is(?: called)?|my school's(?: called)?)\s(?P<name>(?:the )?[a-z][a-z'\-.]+(?: [a-z][a-z'\-.]+){0,3}))"
    r"|(?P<yours>\b(?:you go to|you're at|you attend|your school is)\s(?P<theirs>(?:the )?[a-z][a-z'\-.]+(?: [a-z][a-z'\-.]+){0,3}))"
)
_SCHOOL_WORD = re.compile(r"\b(?:high|secondary|primary|middle|grammar|comprehensive|school|academy|college|lycee)\b")

_LIVES = r"(?:\bj'?habite|\bj'?hab|\bje vis|\bje loge|\bon habite|\bnous habitons|\bje reste|\bi live|\bwe live|\bchez moi c'? ?est|\bma rue c'? ?est|\btu habites(?: bien)?|\byou live|\bmi (?:rest|abit)\w*|\bmwen ka (?:rete|viv)\w*|\bj'?tiens les murs|\bmon adresse (?:c'? ?est|est|:|c)|\bjhab)"
_STREET = re.compile(
    rf"{_LIVES}\s(?:(?!une?\b|ma\b|cette\b)[a-z0-9'\-]+,?\s){{0,8}}?(?P<place>(?:la |l')?(?:{'|'.join(sorted(STREETS, key=len, reverse=True))}|place|route|chemin)\s"
    r"(?P<name>(?:de la |de l'|de |du |des |d'|le |la |les )?[a-z0-9][a-z0-9'\-]*(?: [a-z][a-z'\-]+){0,2}))"
    r"|\b(?:i|we) live (?:[a-z']+ ){0,6}?(?:on|in|at|near|off) (?P<road>(?:the )?[a-z]+ (?:[a-z]+ )?(?:street|road|lane|avenue|drive|close|crescent|gardens|grove|terrace|estate|st|rd|ave))\b"
)
_BUILDING = re.compile(
    r"\b(?P<name>(?:cite(?! (?:the|a|this|that|my)\b)|residence|quartier|foyer|internat|mecs|immeuble|lotissement|hlm) (?:de la |de l'|de |du |des |d'|le |la |les )?[a-z][a-z\-']+(?: [a-z][a-z\-']+)?"
    r"|(?:tour|bloc|batiment|bat|escalier|hall|block|tower|building) (?:[a-h]|[0-9]{1,2})(?![a-z0-9]))"
)
_ME = re.compile(r"\b(?:je|j|j'[a-z]+|jsuis|jsui|chui|on|mon|ma|mi|i|i'm|im|my|chez moi)\b")
_CLUB = re.compile(
    r"\b(?:je (?:joue|m'?entraine|boxe|nage|danse|suis licencie\w*|suis)|jjoue|i (?:play|train|box|swim|dance)|mon (?:club|entrainement)(?: c'? ?est)?|my (?:club|team)(?: is)?)\s"
    r"(?:[a-z\-]+ )?(?:au |a l'|a la |a |chez |for |with |at |in )?(?P<name>(?:(?:fc|us|as|sc|rc|ac|cs|sporting|olympique|racing|stade|entente|club|union) )+[a-z][a-z\-]+|[a-z]+ (?:rovers|united|fc|city|town|wanderers|athletic|juniors))\b"
)
_BORN = re.compile(
    r"\b(?:nee? (?:le )?|born (?:on )?(?:the )?)(?P<day>[0-9]{1,2}(?:er|st|nd|rd|th)?(?: of)? ?[/. ]?(?:[a-z]{3,9}|[0-9]{1,2})[/. ](?:20)?[01][0-9])\b(?P<town> (?:a|in) [a-z\-]+)?"
)
_CARD = re.compile(
    rf"\b{_KIND}\s(?P<name>[a-z][a-z\-]+(?: [a-z][a-z\-]+)?)\W{{1,3}}(?:en |classe )?(?:[3-6](?:e|eme)|2nde|2de|1ere|premiere|seconde|tle|terminale|term)\s?(?:stmg|sti2d|st2s|stl|es|s|l|pro|g|gt|[a-h])?\s?[0-9]{{0,2}}\b"
)
_YEAR_AT = re.compile(
    r"\b(?:i'm|i am|im) (?:in|a) (?:year|grade|sixth form|[0-9]+th grade|[0-9]+(?:st|nd|rd) grade|freshman|sophomore|junior|senior|pupil|student) ?(?:[0-9]{1,2} )?(?:at|in) (?P<name>(?:the )?[a-z][a-z'\-.]+(?: [a-z][a-z'\-.]+){0,2})"
)
_ARTICLE = re.compile(r"(?:de la|de l'|du|des|d'|les|de)\b\s?")
_NO_STREET = frozenset(
    "calme principale tranquille bruyante passante pietonne chouette sympa voisine cote moche pourri populaire residentiel chaud mes ses mon ma grandit entiere ville village campagne".split()
)

_GO = re.compile(
    r"\b(?:je|j|j'|on|tu|i|you)\s?(?:le |la |y |te |les )?(?:prends?|descends?|monte|attends?|rentres?|passes?|sors|marche|traverse|viens|vais|pars|take|catch|get off|get on|walk|leave|ride|get the|get)\b|\bmon (?:bus|arret|train|tram|trajet)\b|\bmy (?:bus|stop|train)\b"
)
_WAY = re.compile(
    r"\b(?:bus|tram|tramway|metro|train|rer|ter|car scolaire|navette|arret|station|a pied|en velo|a velo|en trottinette|walk|subway|tube|bike|stop|par (?:le|la|les|l'|derriere) ?(?:chemin|parc|rue|bois|ruelle|passage|canal|pont|champs?|gymnase|stade)|through the (?:park|woods|alley|field))\b"
)
_HABIT = re.compile(
    r"\b(?:tous les (?:jours|matins|soirs|midis|lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?)|ts les (?:jours|matins|soirs)|tlj|chaque (?:jour|matin|soir|midi|lundi|mardi|mercredi|jeudi|vendredi|samedi)"
    r"|d'habitude|toujours|every (?:day|morning|evening|night|afternoon|monday|tuesday|wednesday|thursday|friday)|always|le matin|le soir|le (?:lundi|mardi|mercredi|jeudi|vendredi))\b"
)
_DETAIL = re.compile(
    r"\b(?:a midi|past (?:[0-9]{1,2}|six|seven|eight)|(?:half|quarter|[0-9]{1,2}) (?:past|to) [0-9a-z]+|derriere le [a-z]+ [a-z\-]+|devant (?:la|le|l')\s?[a-z]+|by the [a-z]+|through the [a-z]+)\b|\b(?:[0-9]{1,2} ?h(?: ?[0-5][0-9])?\b|[0-9]{1,2}:[0-5][0-9]|[0-9]{1,2} ?[ap]m\b)|\b(?:bus|ligne|tram|line|number) (?:numero |n )?[a-z]?[0-9]{1,3}\b|\b(?:l'|a l'|au |la |the )?(?:arret|station|stop) (?!de bus|du bus|de tram|at\b|on\b)[a-z][a-z'\-]+(?: [a-z][a-z'\-]+)?"
)
_ENOUGH = 3  # details that tell a way without "every day"
_SENTENCE = re.compile(r"[^.!?\n]+")

_ASKED = re.compile(
    r"\b(?:c'? ?est |c )?(?:quoi|quel est) ton (?:nom de famille|adresse|vrai nom complet)\b|\bton nom de famille(?: c'? ?est quoi)? ?\?|\b(?:dans|sur) quelle rue (?:tu |habites|vis)"
    r"|\b(?:donne|envoie|file|dis)[ -]?(?:moi|me)? (?:ton|ta) (?:adresse(?! (?:e-?)?mail)|nom de famille|rue)\b|\btu (?:habites|vis) (?:dans )?(?:quelle rue|ou exactement|quel quartier)"
    r"|\btu (?:prends|descends|montes) (?:a )?(?:quel|le quel|lequel) (?:bus|arret|train|tram)\b|\bquel (?:bus|arret|chemin|trajet) (?:tu|est-ce que tu|prends-tu)\b|\btu (?:passes|rentres) par (?:ou|quelle rue|quel chemin)\b"
    r"|\b(?:tu es|t'?es|t|tu vas|vous etes) (?:dans|ds|a|au|en) (?:quel(?:le)?|kel|quelle) (?:college|clg|lycee|lyc|ecole|bahut)\b|\b(?:dans|ds|a) (?:quel|kel|quelle) (?:college|clg|lycee|ecole|bahut) (?:tu|t|es-tu|vas-tu)\b"
    r"|\bcomment s'app?ellent tes parents\b|\b(?:tes parents|ta mere|ton pere|ils) (?:travaillent|travaille|bossent|bosse) ou\b|\bou (?:travaillent|bossent|travaille) (?:tes|ta|ton) (?:parents|mere|pere)\b"
    r"|\b(?:which|what|wot|wat) (?:school|college|sixth form) (?:do|are|r) (?:you|u)\b|\b(?:which|what|wot|wat) (?:road|street|estate|rd) (?:(?:do|are|r) )?(?:you|u)\b|\bwhere do(?:es)? your (?:mum|mom|dad|parents|mother|father)(?: and (?:mum|mom|dad))? work\b"
    r"|\bwhat(?:'s| is) your (?:last name|surname|family name|full name|home address|address)\b|\bwhat street (?:do you|are you)\b|\bwhere exactly do you live\b|\bwhich (?:bus|stop|route) do you\b"
    r"|\bcomment (?:s'app?elle|il s'app?elle) ton (?:college|lycee|ecole)\b|\bton (?:college|lycee|ecole) s'app?elle comment\b|\bwhat(?:'s| is) (?:the name of your school|your school called)\b"
)

Found = tuple[str, Span]


def find(words: Words, folded: str, speaker: Speaker) -> Iterator[Found]:
    """The details, each with its rule."""
    there = frozenset(words.words)
    by_young = speaker.role == "mentee"
    if not _CALLED.isdisjoint(there):
        yield from _told("identifying.surname", _surnames(words, folded, by_young))
    if not _SCHOOLS.isdisjoint(there):
        yield from _told("identifying.school", _schools(words, folded, by_young))
    if not _HOME.isdisjoint(there):
        yield from _told("identifying.street", _streets(words, folded))
    if by_young and not _ABOUT.isdisjoint(there):
        yield from _told("identifying.club", _capitals(words, folded, _CLUB, 1))
        yield from _told("identifying.birth", (Span(*born.span("day"), False) for born in _BORN.finditer(folded)))
    if not _WAYS.isdisjoint(there):
        yield from _told("identifying.route", _routes(folded))
    if not by_young and not _YOU.isdisjoint(there):
        yield from _told("identifying.asked", (Span(*asked.span(), False) for asked in _ASKED.finditer(folded)))


def _capitals(words: Words, folded: str, pattern: re.Pattern[str], least: int) -> Iterator[Span]:
    for match in pattern.finditer(folded):
        first, after = words.raw_span(*match.span("name"))
        if sum(letter.isupper() for letter in words.raw[first:after]) >= least and "fifa" not in folded:
            yield _span(match, "name")


def _told(rule: str, spans: Iterator[Span]) -> Iterator[Found]:
    for count, span in enumerate(spans):
        if count == MOST:
            return
        yield rule, span


def _surnames(words: Words, folded: str, by_young: bool) -> Iterator[Span]:
    for match in _NAMED.finditer(folded):
        if (match["yours"] or by_young) and _is_word(match["first"]) and _is_surname(words, folded, match):
            yield _span(match, "last")
    if by_young:
        for match in _BARE_NAMED.finditer(folded):
            if (
                _is_capital(words, match, "first")
                and _is_capital(words, match, "last")
                and _is_surname(words, folded, match)
            ):
                yield _span(match, "last")
        for match in _FORM.finditer(folded):
            group = "last" if match["last"] else "other"
            if _is_capital(words, match, group):
                yield _span(match, group)
    for match in _SURNAME.finditer(folded):
        if (match["whose"] in ("ton", "your") or by_young) and _is_surname(words, folded, match):
            yield _span(match, "last")


def _is_word(word: str) -> bool:
    return word not in _STOP


def _is_surname(words: Words, folded: str, match: re.Match[str]) -> bool:
    last = match["last"]
    if (
        any(part in _STOP for part in last.split()[-1:])
        or last in _FAMOUS
        or last.split()[0] in _STOP - {"de", "du", "le", "la"}
    ):
        return False
    return _is_capital(words, match, "last") or (len(last) >= 3 and _closes(folded, match.end("last")))


def _schools(words: Words, folded: str, by_young: bool) -> Iterator[Span]:
    for subject in _AT_SCHOOL.finditer(folded):
        school = _SCHOOL.match(folded, subject.end())
        if school is None or not (by_young or subject["yours"]):
            continue
        sentence = folded[max(0, subject.start() - 40) : school.end() + 20]
        if _WISH.search(sentence) is None and (span := _school_name(words, folded, school)) is not None:
            yield span
    if by_young:
        yield from _capitals(words, folded, _CARD, 1)
        yield from _capitals(words, folded, _YEAR_AT, 1)
    for match in _ENGLISH_SCHOOL.finditer(folded):
        group = "name" if match["name"] else "theirs"
        name = match[group]
        if (
            (by_young or match["yours"])
            and _WISH.search(match.group()) is None
            and name.split()[0] not in _STOP - {"the"}
        ):
            if _is_capital(words, match, group) or (
                _SCHOOL_WORD.search(name) and name.split()[0] not in _NOT_SCHOOLS | {"school", "the", "a", "high"}
            ):
                yield _span(match, group)


def _school_name(words: Words, folded: str, school: re.Match[str]) -> Span | None:
    parts = school["name"].split()
    kept = 0
    for part in parts:
        if part in _STOP - {"de", "d", "du", "des", "la", "le", "les"} or part in _NOT_SCHOOLS:
            break
        kept += 1
    while kept and parts[kept - 1] in _STOP:
        kept -= 1
    if not kept or parts[0] in _STOP - {"la", "le", "les", "du", "des", "de"} or parts[:2] == ["de", "france"]:
        return None
    start = school.start("name")
    end = start + len(" ".join(parts[:kept]))
    first, after = words.raw_span(start, end)
    capital = any(letter.isupper() for letter in words.raw[first:after])
    known = not EPONYMS.isdisjoint(part for name in parts[:kept] for part in (name, *name.split("-")))
    return Span(start, end, False) if capital or known else None


def _streets(words: Words, folded: str) -> Iterator[Span]:
    for match in _STREET.finditer(folded):
        group = "place" if match["place"] else "road"
        if match["road"]:
            yield _span(match, group)
            continue
        name = _ARTICLE.sub("", match["name"], count=1)
        if not name or name.split()[0] in _STOP | _NO_STREET or len(name) < 1:
            continue
        kind = match["place"].split()[0] if not match["place"].startswith(("la ", "l'")) else match["place"].split()[1]
        if (kind in STREETS and kind not in ("cite", "residence")) or _is_capital(words, match, "name"):
            yield Span(match.start(group), match.start("name") + _named(match["name"]), False)
    for sentence in _SENTENCE.finditer(folded):
        if _ME.search(folded, *sentence.span()) is not None:
            for match in _BUILDING.finditer(folded, *sentence.span()):
                if _is_capital(words, match, "name"):
                    yield _span(match, "name")


def _named(name: str) -> int:
    """How far a name goes before words of the sentence begin: "victor hugo pas loin" is 11 characters of name."""
    end = 0
    for part in re.finditer(r"[^ ]+", name):
        if end and part.group() in _STOP - {"de", "du", "des", "la", "le", "les", "d"}:
            return end
        end = part.end()
    return end


def _routes(folded: str) -> Iterator[Span]:
    for sentence in _SENTENCE.finditer(folded):
        start, end = sentence.span()
        if end - start > 300:
            continue
        habit, go = _HABIT.search(folded, start, end), _GO.search(folded, start, end)
        way = _WAY.search(folded, start, end)
        if go is None or way is None:
            continue
        details = list(_DETAIL.finditer(folded, start, end))
        if details and (habit is not None or len(details) >= _ENOUGH):
            told = [*details, way] if habit is None else [*details, way, habit]
            first, last = min(part.start() for part in told), max(part.end() for part in told)
            yield Span(first, last, False)


def _span(match: re.Match[str], group: str) -> Span:
    return Span(*match.span(group), False)


def _is_capital(words: Words, match: re.Match[str], group: str) -> bool:
    """Whether a part of it begins with a capital in a text that also has small letters."""
    first, after = words.raw_span(*match.span(group))
    return any(letter.isupper() for letter in words.raw[first:after])


def _closes(folded: str, end: int) -> bool:
    return _CLOSES.match(folded, end) is not None


_CLOSES = re.compile(
    r"\s*(?:$|[,.;!?\n()]|(?:et|mais|j'?ai|je|and|i'?m|i|en|from|de|du|mdr|lol|enchante\w?|tu|au|ma|mon|g)\b)"
)
