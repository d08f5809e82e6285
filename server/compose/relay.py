"""What leaves the house about a case."""

from server.ground import Ground
from server.relay.agreeing import Agreeing
from server.relay.contacts import Contacts
from server.relay.contacts_http import ContactsHttp
from server.relay.drafting import Drafting
from server.relay.http import RelayHttp
from server.relay.leaving import Leaving
from server.relay.opening import Opening
from server.relay.telling import Telling


class Relay:
    def __init__(self, ground: Ground) -> None:
        database, clock = ground.database, ground.clock
        self.telling = Telling(database, clock)
        self.telling.register(ground.jobs)
        self.endpoints = (
            RelayHttp(
                Drafting(database, clock),
                Agreeing(database, clock),
                Leaving(database, clock),
                Opening(database, clock),
                self.telling,
            ),
            ContactsHttp(Contacts(database, clock)),
        )
