"""The parts of rooms, put together once for the process and started and stopped in order."""

from dataclasses import dataclass

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.moderation.assess import assess
from server.moderation.flags import Flags
from server.rooms.access import Rights
from server.rooms.catchup import CatchUp
from server.rooms.chat import Assess, Chat
from server.rooms.conversations import Conversations
from server.rooms.entering import Entering
from server.rooms.fanout import Fanout
from server.rooms.help import Help
from server.rooms.home import Homes
from server.rooms.http import RoomsHttp
from server.rooms.log import Log
from server.rooms.marks import Marks
from server.rooms.presence import Presence
from server.rooms.removal import Removal
from server.rooms.rulings import Rulings
from server.rooms.socket import Rates, RoomsSocket
from server.rooms.typing import Typing
from server.rooms.visits import Visits
from server.transport.gateway.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Rooms:
    """Built before the notices are started, since it listens to them; ``start`` it before the first connection, and
    ``stop`` it after the last."""

    rights: Rights
    presence: Presence
    visits: Visits
    log: Log
    chat: Chat
    marks: Marks
    rulings: Rulings
    removal: Removal
    http: RoomsHttp
    socket: RoomsSocket

    @classmethod
    def build(
        cls,
        *,
        database: Database,
        clock: Clock,
        notices: Notices,
        gateway: Gateway,
        flags: Flags,
        rates: Rates | None = None,
        assess: Assess = assess,
    ) -> "Rooms":
        rights = Rights(database, notices)
        presence = Presence(gateway, clock)
        visits = Visits(database, clock)
        fanout = Fanout(gateway)
        homes = Homes(database, clock)
        log = Log(database, clock, insert_flags=flags.insert)
        chat = Chat(log, rights, fanout, Conversations(database, clock), flags, clock, assess=assess)
        catch_up = CatchUp(database, clock, rights, fanout, presence)
        marks = Marks(database, gateway, rights)
        rulings = Rulings(database, log, fanout, flags)
        removal = Removal(gateway, notices, rights, presence, visits)
        socket = RoomsSocket(
            gateway,
            catch_up=catch_up,
            chat=chat,
            entering=Entering(rights, catch_up, homes, fanout, presence, visits),
            help_line=Help(database, clock, gateway, rights, flags),
            marks=marks,
            presence=presence,
            typing=Typing(gateway, rights),
            rates=rates,
        )
        http = RoomsHttp(database, rights, homes, rulings)
        return cls(rights, presence, visits, log, chat, marks, rulings, removal, http, socket)

    async def start(self) -> None:
        """Opens the log and closes the visits that a crash left open. Raises when the database cannot be reached."""
        await self.log.start()
        await self.visits.start()

    async def stop(self) -> None:
        """Finishes what is under way: nothing acknowledged is left untold, no visit stays open."""
        await self.removal.stop()
        await self.marks.stop()
        await self.log.stop()
        await self.rulings.stop()
        await self.chat.stop()
        await self.visits.stop()
