"""What tells who and where a young person is: surname, school, street, daily way. Told by themselves, said of them by
an adult, or asked by one."""

import re
from collections.abc import Iterator

from server.moderation.contacts import homes, schools, surnames, ways
from server.moderation.contacts.numbers import Span
from server.moderation.data_files import word_lists
from server.moderation.verdict import Speaker
from server.moderation.words import Words

MOST = 8  # places of one kind looked at in one text
_WAKING = word_lists("identifying_words")  # words without which a detector is not asked

_ASKED = re.compile(
    r"\b(?:c'? ?est |c )?(?:quoi|quel est) ton (?:nom de famille|adresse|(?:vrai )?nom complet|trajet)\b"
    r"|\bton nom de famille(?: c'? ?est quoi)? ?\?|\b(?:dans|sur) quelle rue (?:tu |habites|vis)"
    r"|\b(?:donne|envoie|file|dis)[ -]?(?:moi|me)? (?:ton|ta) (?:adresse(?! (?:e-?)?mail)|nom de famille"
    r"|nom complet|rue)\b"
    r"|\bquoi comme trajet\b|\b(?:tu |t'?)(?:habites|vis) (?:dans )?(?:quelle rue|ou exactement|quel quartier)"
    r"|\btu (?:prends|descends|montes) (?:a )?(?:quel|le quel|lequel) (?:bus|arret|train|tram)\b|\bquel (?:bus"
    r"|arret|chemin|trajet) (?:tu|est-ce que tu|prends-tu)\b|\btu (?:passes|rentres) par (?:ou|quelle rue"
    r"|quel chemin)\b"
    r"|\b(?:tu es|t'?es|t|tu vas|vous etes) (?:dans|ds|a|au|en) (?:quel(?:le)?|kel|quelle) (?:college|clg|lycee|lyc"
    r"|ecole|bahut)\b|\b(?:dans|ds|a) (?:quel|kel|quelle) (?:college|clg|lycee|ecole|bahut) (?:tu|t|es-tu|vas-tu)\b"
    r"|\bcomment s'app?ellent tes parents\b|\b(?:tes parents|ta mere|ton pere|ils) (?:travaillent|travaille|bossent"
    r"|bosse) ou\b|\bou (?:travaillent|bossent|travaille) (?:tes|ta|ton) (?:parents|mere|pere)\b"
    r"|\b(?:which|what|wot|wat) (?:school|college|sixth form) (?:do|are|r) (?:you|u)\b|\b(?:which|what|wot"
    r"|wat) (?:road|street|estate|rd) (?:(?:do|are|r) )?(?:you|u)\b|\bwhere do(?:es)? your (?:mum|mom|dad|parents"
    r"|mother|father)(?: and (?:mum|mom|dad))? work\b"
    r"|\bwhat(?:'s| is) your (?:last name|surname|family name|full name|home address|address)\b"
    r"|\bwhat street (?:do you|are you)\b|\bwhere exactly do you live\b|\bwhich (?:bus|stop|route) do you\b"
    r"|\bcomment (?:s'app?elle|il s'app?elle) ton (?:college|lycee|ecole)\b|\bton (?:college|lycee"
    r"|ecole) s'app?elle comment\b|\bwhat(?:'s| is) (?:the name of your school|your school called)\b"
)

Found = tuple[str, Span]


def find(words: Words, folded: str, speaker: Speaker) -> Iterator[Found]:
    """The details, each with its rule."""
    there = words.present
    by_young = speaker.role == "mentee"
    if not _WAKING["called"].isdisjoint(there):
        yield from _told("identifying.surname", surnames.find(words, folded, by_young))
    if not _WAKING["at_school"].isdisjoint(there):
        yield from _told("identifying.school", schools.find(words, folded, by_young))
    if not _WAKING["at_home"].isdisjoint(there):
        yield from _told("identifying.street", homes.find(words, folded))
    if by_young and not _WAKING["about_me"].isdisjoint(there):
        yield from _told("identifying.club", ways.find_clubs(words, folded))
        yield from _told("identifying.birth", ways.find_birthdays(folded))
    if not _WAKING["ways"].isdisjoint(there):
        yield from _told("identifying.route", ways.find_routes(folded))
    if not by_young and not _WAKING["you"].isdisjoint(there):
        yield from _told("identifying.asked", (Span(*asked.span(), False) for asked in _ASKED.finditer(folded)))


def _told(rule: str, spans: Iterator[Span]) -> Iterator[Found]:
    for count, span in enumerate(spans):
        if count == MOST:
            return
        yield rule, span
