"""Cases, the ladder that is climbed for them, and the screens that follow them."""

from contextlib import AsyncExitStack

from server.escalation.contents import Contents
from server.escalation.file import Files
from server.escalation.handling import Handling
from server.escalation.hearing import Hearing
from server.escalation.held import Cases
from server.escalation.http import CasesHttp
from server.escalation.lists import Lists
from server.escalation.pager import Pager
from server.escalation.reports.http import ReportsHttp
from server.escalation.reports.reading import Reports
from server.escalation.screens import Screens
from server.ground import Ground
from server.rooms.stand_ins import follow_cases
from server.transport.gateway import Gateway


class Escalation:
    def __init__(self, ground: Ground, gateway: Gateway) -> None:
        database, clock = ground.database, ground.clock
        # A connection of its own: who has taken up all the others keeps no page.
        self._aside = database.aside(1)
        self.pager = Pager(self._aside, clock, ground.notices)
        self.screens = Screens(database, gateway, ground.notices, clock)
        cases = Cases(database, clock, follow_cases)
        self.contents = Contents(cases)
        self.endpoints = (
            CasesHttp(
                Lists(database, clock),
                Files(database, clock),
                Handling(cases, database, clock),
                self.contents,
                Hearing(database, clock, follow_cases),
            ),
            ReportsHttp(Reports(database, clock, cases)),
        )

        ground.health.add("pager", self._looks)

    async def _looks(self) -> bool:
        return self.pager.alive

    def start(self, running: AsyncExitStack) -> None:
        running.push_async_callback(self.screens.stop)
        self.screens.start()
        running.push_async_callback(self._aside.close)
        running.push_async_callback(self.pager.stop)
        self.pager.start()
