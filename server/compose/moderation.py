"""The review queue, and what an organisation changes of the rules."""

from contextlib import AsyncExitStack

from server.ground import Ground
from server.moderation.figures import Figures
from server.moderation.flags import Flags
from server.moderation.http import FlagsHttp
from server.moderation.overdue import Overdue
from server.moderation.rules_in_force import RulesInForce
from server.moderation.samples import Samples
from server.moderation.tuning import Tuning
from server.moderation.tuning_http import TuningHttp
from server.transport.gateway import Gateway


class Moderation:
    def __init__(self, ground: Ground, gateway: Gateway, rules: RulesInForce) -> None:
        database, clock = ground.database, ground.clock
        self.flags = Flags(database, clock, ground.bus, gateway)
        self.overdue = Overdue(self.flags)
        self.endpoints = (
            FlagsHttp(self.flags, Samples(database, clock), Figures(database, clock)),
            TuningHttp(Tuning(database, clock, rules)),
        )

    def start(self, running: AsyncExitStack) -> None:
        running.push_async_callback(self.overdue.stop)
        self.overdue.start()
