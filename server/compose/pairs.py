"""The papers of mentors, what holds a pair, and its life."""

from server.compose.people import People
from server.ground import Ground
from server.pairs.charter_http import CharterHttp
from server.pairs.gates_http import GatesHttp
from server.pairs.holds import Holds
from server.pairs.http import PairsHttp
from server.pairs.lapses import Lapses
from server.pairs.papers_http import PapersHttp
from server.pairs.suspensions_http import SuspensionsHttp
from server.pairs.welfare_http import WelfareHttp
from server.rooms.ended import EndedRooms
from server.rooms.pairing import Pairing
from server.rooms.pairs_http import PairActsHttp


class Pairs:
    def __init__(self, ground: Ground, people: People) -> None:
        database, clock = ground.database, ground.clock
        self.lapses = Lapses(database, clock, Holds(people.standing))
        self.lapses.register(ground.jobs)
        self.ended = EndedRooms(database, clock)
        self.ended.register(ground.jobs)
        self.endpoints = (
            PairsHttp(database, clock),
            CharterHttp(database, clock, people.standing),
            GatesHttp(database, clock, people.standing),
            PapersHttp(database, clock, people.standing),
            SuspensionsHttp(database, clock, people.standing),
            WelfareHttp(database, clock, people.standing),
            PairActsHttp(database, clock, Pairing(database, clock)),
        )
