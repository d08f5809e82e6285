"""The message log and everything that stands around it."""

from contextlib import AsyncExitStack

from server.escalation.contents import Contents
from server.ground import Ground
from server.moderation.flags import Flags
from server.moderation.rules_in_force import RulesInForce
from server.rooms.access import Rights
from server.rooms.appeal_news import AppealNews
from server.rooms.appeals import Appeals
from server.rooms.catchup import CatchUp
from server.rooms.chat import Chat
from server.rooms.context import Contexts
from server.rooms.conversations import Conversations
from server.rooms.edits import Edits
from server.rooms.entering import Entering
from server.rooms.evidence import Evidence
from server.rooms.fanout import Fanout
from server.rooms.glass.glass import Glass
from server.rooms.glass.http import GlassHttp
from server.rooms.help import Help
from server.rooms.help_http import HelpHttp
from server.rooms.home import Homes
from server.rooms.http import RoomsHttp
from server.rooms.judging import Judge
from server.rooms.live import Live
from server.rooms.log import Log
from server.rooms.marks import Marks
from server.rooms.notes.http import NotesHttp
from server.rooms.notes.notes import Notes
from server.rooms.notes.purge import PurgeNotes
from server.rooms.presence import Presence
from server.rooms.removal import Removal
from server.rooms.reporting import Reporting
from server.rooms.reporting_http import ReportingHttp
from server.rooms.review_http import ReviewHttp
from server.rooms.rulings import Rulings
from server.rooms.silence import Silence
from server.rooms.socket import RoomsSocket
from server.rooms.typing import Typing
from server.rooms.visits import Visits
from server.rooms.waiting import Waiting
from server.transport.gateway import Gateway


class Rooms:
    def __init__(self, ground: Ground, gateway: Gateway, flags: Flags, rules: RulesInForce, contents: Contents) -> None:
        database, clock = ground.database, ground.clock
        self.rights = Rights(database, ground.notices, clock)
        self.visits = Visits(database, clock)
        self.log = Log(database, clock, insert_flags=flags.insert)
        fanout = Fanout(gateway)
        self.waiting = Waiting(database, gateway, clock)
        fanout.watch(self.waiting.touched)
        self.presence = Presence(gateway, clock)
        conversations = Conversations(database, clock)
        self.notes = notes = Notes(database, clock, self.rights, rate_factor=ground.settings.rate_factor)
        PurgeNotes(notes, clock).register(ground.jobs)
        self.judge = Judge(rules, clock)
        self.chat = Chat(self.log, self.rights, fanout, conversations, flags, notes, self.judge)
        self.edits = Edits(database, self.log, self.rights, fanout, conversations, flags, self.judge, clock)
        self.live = Live(gateway, self.rights, conversations, self.chat, self.judge)
        news = AppealNews(database, gateway)
        self.rulings = Rulings(database, self.log, fanout, flags, news, clock, ground.bus)
        self.silence = Silence(database, clock)
        self.silence.register(ground.jobs)
        glass = Glass(database, clock)
        glass.register(ground.jobs)
        self.marks = Marks(database, gateway, self.rights)
        self.removal = Removal(gateway, ground.notices, self.rights, self.presence, self.visits)
        homes = Homes(database, clock)
        catch_up = CatchUp(database, clock, self.rights, fanout, self.presence)
        self.help = Help(database, clock, gateway, self.rights, flags)
        self.endpoints = (
            HelpHttp(self.help),
            RoomsHttp(database, self.rights, homes),
            NotesHttp(notes),
            ReviewHttp(
                self.rulings,
                Contexts(database, clock, flags),
                Evidence(database, clock, self.rights, contents),
            ),
            GlassHttp(glass),
            ReportingHttp(Reporting(database, clock, self.rights)),
        )
        RoomsSocket(
            gateway,
            catch_up=catch_up,
            chat=self.chat,
            edits=self.edits,
            appeals=Appeals(database, self.rights, flags, news, clock),
            entering=Entering(self.rights, catch_up, homes, fanout, self.presence, self.visits),
            help_line=self.help,
            marks=self.marks,
            presence=self.presence,
            live=self.live,
            typing=Typing(gateway, self.rights),
        )
        ground.health.add("messages", self._writes)

    async def _writes(self) -> bool:
        return self.log.alive

    async def start(self, running: AsyncExitStack) -> None:
        """Puts what must be stopped on ``running``, which stops the last first: what still writes goes before what it
        writes through."""
        running.push_async_callback(self.visits.stop)
        await self.visits.start()
        running.push_async_callback(self.waiting.stop)
        self.waiting.start()
        running.push_async_callback(self.log.stop)
        await self.log.start()
        running.callback(self.live.stop)
        for part in (self.help, self.removal, self.marks, self.rulings, self.edits, self.chat):
            running.push_async_callback(part.stop)
