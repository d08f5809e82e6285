"""Guardians, consents, and what birthdays change of them."""

from server.compose.people import People
from server.ground import Ground
from server.pairs.consent_news import ConsentNews
from server.people.consent.birthdays import Birthdays
from server.people.consent.consenting import Consenting
from server.people.consent.guardians import Guardians
from server.people.consent.http import ConsentHttp
from server.people.consent.page import ConsentPages
from server.people.consent.wording import ConsentWording
from server.transport.gateway import Gateway


class Consents:
    def __init__(self, ground: Ground, gateway: Gateway, people: People) -> None:
        database, clock = ground.database, ground.clock
        consenting = Consenting(database, clock, people.standing, people.caseload)
        self.wording = ConsentWording(database, clock, consenting)
        self.wording.register(ground.jobs)
        self.birthdays = Birthdays(database, clock, consenting, people.sign_in)
        self.birthdays.register(ground.jobs)
        pages = ConsentPages(database, clock, people.caseload)
        guardians = Guardians(database, clock, people.caseload, consenting)
        self.endpoints = (ConsentHttp(pages, consenting, guardians, self.wording),)
        ConsentNews(database, gateway, ground.notices, clock)
