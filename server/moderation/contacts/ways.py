"""Where a young person is to be met: the daily way, the club, and the birthday that tells them from others."""

import re
from collections.abc import Iterator

from server.moderation.contacts.capitals import group_is_capital, span_of
from server.moderation.contacts.homes import SENTENCE
from server.moderation.contacts.numbers import Span
from server.moderation.words import Words

_GO = re.compile(
    r"\b(?:je|j|j'|on|tu|i|you)\s?(?:le |la |y |te |les )?(?:prends?|descends?|monte|attends?|rentres?|passes?|sors"
    r"|marche|traverse|viens|vais|pars|take|catch|get off|get on|walk|leave|ride|get the|get)\b|\bmon (?:bus|arret"
    r"|train|tram|trajet)\b|\bmy (?:bus|stop|train)\b"
)
_WAY = re.compile(
    r"\b(?:bus|tram|tramway|metro|train|rer|ter|car scolaire|navette|arret|station|a pied|en velo|a velo"
    r"|en trottinette|walk|subway|tube|bike|stop|par (?:le|la|les|l'|derriere) ?(?:chemin|parc|rue|bois|ruelle"
    r"|passage|canal|pont|champs?|gymnase|stade)|through the (?:park|woods|alley|field))\b"
)
_HABIT = re.compile(
    r"\b(?:tous les (?:jours|matins|soirs|midis|lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?)"
    r"|ts les (?:jours|matins|soirs)|tlj|chaque (?:jour|matin|soir|midi|lundi|mardi|mercredi|jeudi|vendredi|samedi)"
    r"|d'habitude|toujours|every (?:day|morning|evening|night|afternoon|monday|tuesday|wednesday|thursday|friday)"
    r"|always|le matin|le soir|le (?:lundi|mardi|mercredi|jeudi|vendredi))\b"
)
_DETAIL = re.compile(
    r"\b(?:a midi|past (?:[0-9]{1,2}|six|seven|eight)|(?:half|quarter|[0-9]{1,2}) (?:past|to) [0-9a-z]+"
    r"|derriere le [a-z]+ [a-z\-]+|devant (?:la|le|l')\s?[a-z]+|by the [a-z]+|through the [a-z]+)\b"
    r"|\b(?:[0-9]{1,2} ?h(?: ?[0-5][0-9])?\b|[0-9]{1,2}:[0-5][0-9]|[0-9]{1,2} ?[ap]m\b)|\b(?:bus|ligne|tram|line"
    r"|number) (?:numero |n )?[a-z]?[0-9]{1,3}\b|\b(?:l'|a l'|au |la |the )?(?:arret|station|stop) (?!de bus|du bus"
    r"|de tram|at\b|on\b)[a-z][a-z'\-]+(?: [a-z][a-z'\-]+)?"
)
_ENOUGH = 3  # details that tell a way without "every day"
_LONG = 300  # characters: what has no end for longer is no sentence
_CLUB = re.compile(
    r"\b(?:je (?:joue|m'?entraine|boxe|nage|danse|suis licencie\w*|suis)|jjoue|i (?:play|train|box|swim|dance)"
    r"|mon (?:club|entrainement)(?: c'? ?est)?|my (?:club|team)(?: is)?)\s"
    r"(?:[a-z\-]+ )?(?:au |a l'|a la |a |chez |for |with |at |in )?(?P<name>(?:(?:fc|us|as|sc|rc|ac|cs|sporting"
    r"|olympique|racing|stade|entente|club|union) )+[a-z][a-z\-]+|(?!au\b|le\b|du\b|the\b|my\b|a\b)[a-z]+ (?:rovers"
    r"|united|fc|city|town|wanderers"
    r"|athletic|juniors))\b"
)
_BORN = re.compile(
    r"\b(?:nee? (?:le )?|born (?:on )?(?:the )?)(?P<day>[0-9]{1,2}(?:er|st|nd|rd|th)?(?: of)? ?[/. ]?(?:[a-z]{3,9}"
    r"|[0-9]{1,2})[/. ](?:20)?[01][0-9])\b"
)


def find_routes(folded: str) -> Iterator[Span]:
    """Sentences in which somebody goes somewhere by something, at a time or a stop, as a habit."""
    for sentence in SENTENCE.finditer(folded):
        start, end = sentence.span()
        if end - start > _LONG:
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


def find_clubs(words: Words, folded: str) -> Iterator[Span]:
    """Names of clubs that somebody plays for; a game of football on a screen has the same."""
    for match in _CLUB.finditer(folded):
        if group_is_capital(words, match, "name") and "fifa" not in folded:
            yield span_of(match, "name")


def find_birthdays(folded: str) -> Iterator[Span]:
    """Days of birth, with the year of somebody young."""
    for match in _BORN.finditer(folded):
        yield span_of(match, "day")
