"""Letters between people and their professionals."""

from server.escalation.contents import Contents
from server.escalation.letters.evidence import LetterEvidence
from server.escalation.letters.http import LettersHttp
from server.escalation.letters.letters import Letters
from server.escalation.letters.telling import LetterNews
from server.ground import Ground
from server.transport.gateway import Gateway


class LetterLines:
    def __init__(self, ground: Ground, gateway: Gateway, contents: Contents) -> None:
        letters = Letters(ground.database, ground.clock)
        self.news = LetterNews(ground.database, gateway, ground.notices, ground.clock, letters)
        self.endpoints = (LettersHttp(letters, LetterEvidence(ground.database, ground.clock, letters, contents)),)
