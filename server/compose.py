"""The capabilities, each built once and handed what it needs; who listens to whom; what starts and stops when."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import server
from server.ground import Ground
from server.infra.mail import open_mail
from server.infra.redis_limits import limiter
from server.infra.secrets import InstanceKeyring
from server.infra.sms import open_sms
from server.moderation.assess import warm
from server.moderation.contacts.phones import load_metadata
from server.moderation.figures import Figures
from server.moderation.flags import Flags
from server.moderation.http import FlagsHttp
from server.moderation.names import Names
from server.moderation.overdue import Overdue
from server.moderation.rules_in_force import RulesInForce
from server.moderation.samples import Samples
from server.moderation.tuning import Tuning
from server.moderation.tuning_http import TuningHttp
from server.pairs.consent_news import ConsentNews
from server.pairs.holds import Holds
from server.pairs.http import PairsHttp
from server.pairs.lapses import Lapses
from server.pairs.papers_http import PapersHttp
from server.pairs.professionals import professionals_of
from server.people.accounts import Accounts
from server.people.consent.birthdays import Birthdays
from server.people.consent.consenting import Consenting
from server.people.consent.guardians import Guardians
from server.people.consent.http import ConsentHttp
from server.people.consent.page import ConsentPages
from server.people.consent.wording import ConsentWording
from server.people.entry.delivery import Delivery
from server.people.entry.http import JoiningHttp
from server.people.entry.invitations import Invitations
from server.people.entry.joining import Joining
from server.people.entry.pins import Pins
from server.people.entry.reset import Resets
from server.people.everyone import all_organisations
from server.people.factors.letters import DeviceLetters
from server.people.factors.second_factors import SecondFactors
from server.people.head_letters import HeadLetters
from server.people.http import PeopleHttp
from server.people.journal import Journal
from server.people.journal_http import JournalHttp
from server.people.notices import AccountNotices
from server.people.notices_http import NoticesHttp
from server.people.passwords import Passwords
from server.people.person_file import PersonFiles
from server.people.person_http import PersonHttp
from server.people.policy import Policies
from server.people.policy_http import PolicyHttp
from server.people.sessions.authenticator import SessionAuthenticator
from server.people.sessions.guesses import Guesses
from server.people.sessions.purge import PurgeSessions
from server.people.sessions.signin import SignIn
from server.people.standing import Standing
from server.revocation import Revocation
from server.rights.desk_http import DeskHttp
from server.rights.erasure import Erasure
from server.rights.exports import Exports
from server.rights.holds import LegalHolds
from server.rights.http import DataHttp
from server.rights.requests import Requests
from server.rights.retention import Retention
from server.rooms.access import Rights
from server.rooms.appeal_news import AppealNews
from server.rooms.appeals import Appeals
from server.rooms.catchup import CatchUp
from server.rooms.chat import Chat
from server.rooms.context import Contexts
from server.rooms.conversations import Conversations
from server.rooms.edits import Edits
from server.rooms.ended import EndedRooms
from server.rooms.entering import Entering
from server.rooms.fanout import Fanout
from server.rooms.glass.glass import Glass
from server.rooms.glass.http import GlassHttp
from server.rooms.help import Help
from server.rooms.home import Homes
from server.rooms.http import RoomsHttp
from server.rooms.judging import Judge
from server.rooms.live import Live
from server.rooms.log import Log
from server.rooms.marks import Marks
from server.rooms.notes.http import NotesHttp
from server.rooms.notes.notes import Notes
from server.rooms.notes.purge import PurgeNotes
from server.rooms.pairing import Pairing
from server.rooms.pairs_http import PairActsHttp
from server.rooms.presence import Presence
from server.rooms.removal import Removal
from server.rooms.review_http import ReviewHttp
from server.rooms.rulings import Rulings
from server.rooms.socket import RoomsSocket
from server.rooms.typing import Typing
from server.rooms.visits import Visits
from server.signalling.calls import Calls
from server.signalling.check_socket import ChecksSocket
from server.signalling.checks import Checks
from server.signalling.direct.direct import DirectCalls
from server.signalling.direct.socket import DirectSocket
from server.signalling.metrics import CallMetrics
from server.signalling.revocation import CallRevocation
from server.signalling.side.sides import Sides
from server.signalling.socket import CallsSocket
from server.signalling.turn import Relays
from server.trail.daily import DailyHeads
from server.trail.http import TrailHttp
from server.transport import lean, shield
from server.transport.gateway import Gateway, Limits
from server.transport.pace import Pacer
from server.transport.reached import TRUSTED_PROXIES, TrustedProxies
from server.transport.router import Endpoints
from server.transport.static import StaticFiles
from server.transport.web_session import Authenticator

CLIENT = Path(server.__file__).with_name("static")


class Entry:
    """Ways in: invitations, codes, links by letter and short message, and what staff keep of a person."""

    def __init__(self, ground: Ground, people: "People", names: Names) -> None:
        database, clock, settings = ground.database, ground.clock, ground.settings
        mail = open_mail(settings.data, settings.smtp_url, settings.mail_from)
        sms = open_sms(settings.sms_url, settings.sms_body, settings.sms_authorization)
        Delivery(database, mail, sms, clock).register(ground.jobs)
        people.sign_in.on_new_device = DeviceLetters(database, mail, ground.jobs).post
        self.head_letters = HeadLetters(database, ground.jobs, mail)
        files = PersonFiles(database, people.accounts, people.sign_in, people.standing, clock, names.check)
        invitations = Invitations(database, people.passwords, ground.jobs, sms, clock)
        self.person_http = PersonHttp(files, invitations, settings.public_url)
        self.joining_http = JoiningHttp(
            database,
            Joining(database, people.passwords, people.sign_in, clock),
            Resets(database, ground.jobs, clock, settings.public_url),
            Pins(database, people.passwords, people.sign_in),
            clock,
        )


class People:
    """Accounts and sessions."""

    def __init__(self, ground: Ground, names: Names) -> None:
        database, clock = ground.database, ground.clock
        self.standing = Standing()
        self.authenticator = SessionAuthenticator(database, ground.notices, clock)
        self.passwords = Passwords()
        self.sign_in = SignIn(database, self.passwords, Guesses(clock), self.authenticator, ground.bus, clock)
        self.accounts = Accounts(database, self.passwords, self.sign_in, clock, names.check)
        self.http = PeopleHttp(self.accounts)
        self.entry = Entry(ground, self, names)
        self.factors = SecondFactors(
            database, self.passwords, self.sign_in, InstanceKeyring(ground.settings.secret, ground.settings.data), clock
        )
        self.factors.register(ground.jobs)
        self.policy_http = PolicyHttp(Policies(database, clock))
        PurgeSessions(database, clock).register(ground.jobs)


class Consents:
    """Guardians, consents, and what birthdays change of them."""

    def __init__(self, ground: Ground, gateway: Gateway, people: People) -> None:
        database, clock = ground.database, ground.clock
        consenting = Consenting(database, clock, people.standing, professionals_of)
        wording = ConsentWording(database, clock, consenting)
        wording.register(ground.jobs)
        self.birthdays = Birthdays(database, clock, consenting, people.sign_in)
        self.birthdays.register(ground.jobs)
        pages, guardians = ConsentPages(database, clock, consenting), Guardians(database, clock, consenting)
        self.http = ConsentHttp(pages, consenting, guardians, wording)
        self.wording = wording
        ConsentNews(database, gateway, ground.notices, clock)


class Pairs:
    """The papers of mentors, what holds a pair, and its life."""

    def __init__(self, ground: Ground, people: People) -> None:
        database, clock = ground.database, ground.clock
        self.holds = Holds(people.standing)
        self.lapses = Lapses(database, clock, self.holds)
        self.lapses.register(ground.jobs)
        self.ended = EndedRooms(database, clock)
        self.ended.register(ground.jobs)
        self.http = PairsHttp(database, clock)
        self.papers_http = PapersHttp(database, clock, people.standing)
        self.acts_http = PairActsHttp(database, clock, Pairing(database, clock))


class Moderation:
    """The review queue, and what an organisation changes of the rules."""

    def __init__(self, ground: Ground, gateway: Gateway, rules: RulesInForce) -> None:
        database, clock = ground.database, ground.clock
        self.flags = Flags(database, clock, ground.bus, gateway)
        self.overdue = Overdue(self.flags)
        self.http = FlagsHttp(self.flags, Samples(database, clock), Figures(database, clock))
        self.tuning_http = TuningHttp(Tuning(database, clock, rules))

    def start(self, running: AsyncExitStack) -> None:
        running.push_async_callback(self.overdue.stop)
        self.overdue.start()


class Rooms:
    """The message log and everything that stands around it."""

    def __init__(self, ground: Ground, gateway: Gateway, flags: Flags, rules: RulesInForce) -> None:
        database, clock = ground.database, ground.clock
        self.rights = Rights(database, ground.notices, clock)
        self.visits = Visits(database, clock)
        self.log = Log(database, clock, insert_flags=flags.insert)
        fanout = Fanout(gateway)
        self.presence = Presence(gateway, clock)
        conversations = Conversations(database, clock)
        self.notes = notes = Notes(database, clock, self.rights, rate_factor=ground.settings.rate_factor)
        PurgeNotes(notes, clock).register(ground.jobs)
        self.notes_http = NotesHttp(notes)
        self.judge = Judge(rules, clock)
        self.chat = Chat(self.log, self.rights, fanout, conversations, flags, notes, self.judge)
        self.edits = Edits(database, self.log, self.rights, fanout, conversations, flags, self.judge, clock)
        self.live = Live(gateway, self.rights, conversations, self.chat, self.judge)
        news = AppealNews(database, gateway)
        self.rulings = Rulings(database, self.log, fanout, flags, news, clock, ground.bus)
        self.review_http = ReviewHttp(self.rulings, Contexts(database, clock, flags))
        glass = Glass(database, clock)
        glass.register(ground.jobs)
        self.glass_http = GlassHttp(glass)
        self.marks = Marks(database, gateway, self.rights)
        self.removal = Removal(gateway, ground.notices, self.rights, self.presence, self.visits)
        homes = Homes(database, clock)
        catch_up = CatchUp(database, clock, self.rights, fanout, self.presence)
        self.http = RoomsHttp(database, self.rights, homes)
        self.socket = RoomsSocket(
            gateway,
            catch_up=catch_up,
            chat=self.chat,
            edits=self.edits,
            appeals=Appeals(database, self.rights, flags, news, clock),
            entering=Entering(self.rights, catch_up, homes, fanout, self.presence, self.visits),
            help_line=Help(database, clock, gateway, self.rights, flags),
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
        running.push_async_callback(self.log.stop)
        await self.log.start()
        running.callback(self.live.stop)
        for part in (self.removal, self.marks, self.rulings, self.edits, self.chat):
            running.push_async_callback(part.stop)


class Signalling:
    """Calls and the engine that carries them."""

    def __init__(self, ground: Ground, gateway: Gateway, rooms: Rooms, authenticator: Authenticator) -> None:
        self.engine = ground.media
        self.relays = Relays(ground.settings.turn_url, ground.settings.turn_secret or "", ground.clock)
        self.calls = Calls(self.engine, gateway, rooms.rights, rooms.visits, ground.clock, relays=self.relays)
        self.sides = Sides(self.calls, self.engine, rooms.rights, authenticator, ground.clock)
        self.revocation = CallRevocation(self.calls, rooms.rights, ground.notices, ground.database, ground.clock)
        rooms.presence.watch(arrival=self.calls.arrived, departure=self.calls.departed)
        rooms.live.in_call = lambda room, account: self.calls.parts.of_account(room, account) is not None
        CallsSocket(gateway, self.calls)
        self.checks = Checks(self.engine, self.relays)
        ChecksSocket(gateway, self.checks)
        self.direct = DirectCalls(self.calls, rooms.rights, ground.database, ground.notices, ground.clock)
        DirectSocket(gateway, self.direct)
        self.metrics = CallMetrics(self.engine, self.calls)
        ground.metrics.register(self.metrics)
        ground.health.add("media", self._carries)

    async def _carries(self) -> bool:
        return self.engine.alive()

    async def start(self, running: AsyncExitStack) -> None:
        """Raises when a media port cannot be had."""
        running.push_async_callback(self.engine.stop)
        await self.engine.start(self.calls)
        running.push_async_callback(self.sides.stop)
        running.push_async_callback(self.calls.stop)
        running.push_async_callback(self.revocation.stop)
        running.push_async_callback(self.checks.stop)
        running.push_async_callback(self.direct.stop)
        running.push_async_callback(self.relays.stop)
        self.relays.start(self.calls.parts)


class DataRights:
    """The rights of people over what is held about them."""

    def __init__(self, ground: Ground) -> None:
        database, clock = ground.database, ground.clock
        keyring = InstanceKeyring(ground.settings.secret, ground.settings.data)
        self.erasure = Erasure(database, clock, keyring, ground.jobs)
        requests = Requests(database, clock, self.erasure)
        requests.register(ground.jobs)
        self.holds = LegalHolds(database, clock)
        self.holds.register(ground.jobs)
        self.retention = Retention(database, clock, self.erasure)
        self.retention.register(ground.jobs)
        self.requests = requests
        self.http = DataHttp(database, clock, Exports(database, clock), requests)
        self.desk_http = DeskHttp(database, requests, self.holds, self.retention)


async def _zones(conn: AsyncConnection) -> Mapping[UUID, str]:
    return {organisation.id: organisation.zone for organisation in await all_organisations(conn)}


class Capabilities:
    """All of them on one ground."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._running = AsyncExitStack()
        settings = ground.settings
        rules = RulesInForce(ground.database, ground.notices)
        self.people = People(ground, Names(rules))
        self.gateway = Gateway(
            self.people.authenticator, ground.clock, Limits(rate_factor=settings.rate_factor), ground.metrics
        )
        Revocation(ground.database, self.gateway, ground.notices, ground.bus, ground.clock)
        self.moderation = Moderation(ground, self.gateway, rules)
        self.flags = self.moderation.flags
        self.rooms = Rooms(ground, self.gateway, self.flags, rules)
        self.signalling = Signalling(ground, self.gateway, self.rooms, self.people.authenticator)
        self.limiter = limiter(settings.redis_url, ground.clock)
        self.endpoints = Endpoints(
            self.people.authenticator,
            self.people.authenticator.authenticate_waiting,
            Pacer(self.limiter, settings.rate_factor),
        )
        self.endpoints.add(self.people.factors.session_http, self.people.factors.http)
        self.endpoints.add(self.people.http, self.people.policy_http)
        self.pairs = Pairs(ground, self.people)
        self.endpoints.add(self.pairs.http, self.pairs.papers_http, self.pairs.acts_http)
        notices = AccountNotices(ground.database, self.gateway, ground.notices, ground.clock)
        self.endpoints.add(NoticesHttp(notices), self.people.entry.person_http, self.people.entry.joining_http)
        self.consents = Consents(ground, self.gateway, self.people)
        self.endpoints.add(self.consents.http)
        self.endpoints.add(self.moderation.http, self.moderation.tuning_http)
        self.data = DataRights(ground)
        self.endpoints.add(self.data.http, self.data.desk_http)
        self.endpoints.add(self.rooms.http, self.rooms.notes_http, self.rooms.review_http, self.rooms.glass_http)
        self.endpoints.add(
            JournalHttp(Journal(ground.database)), TrailHttp(ground.database), self.people.entry.head_letters
        )
        DailyHeads(ground.database, ground.clock, _zones, settings.data).register(ground.jobs)

    async def start(self) -> None:
        """Before the first request. Raises when the ground gives way, or the moderation's data cannot be read."""
        warm()
        load_metadata()
        self._running.callback(self.people.passwords.close)
        self._running.push_async_callback(self.limiter.close)
        await self.rooms.start(self._running)
        self.moderation.start(self._running)
        self._running.push_async_callback(self.gateway.close)
        await self.signalling.start(self._running)  # stopped before the sockets, which are told of the end of calls

    def attach(self, site: web.Application) -> None:
        """Adds everything that is served to ``site``; what nothing else answers is the client's."""
        site[TRUSTED_PROXIES] = TrustedProxies(self._ground.settings.trusted_proxies)
        lean.attach(site)
        shield.attach(site)
        self.signalling.sides.attach(site)  # before the endpoints, which answer for all the rest of /api
        self.endpoints.attach(site)
        self.gateway.attach(site)
        StaticFiles(CLIENT).attach(site)

    async def drain(self, reconnect_in_ms: int) -> None:
        """Sends everyone elsewhere."""
        self.signalling.calls.drain()
        await self.gateway.drain(reconnect_in_ms)

    def connected(self) -> int:
        """Sockets that have not gone yet."""
        return self.gateway.connected()

    async def part(self) -> None:
        """Ends calls and sockets. Before the web server waits for its requests: a socket is one that never ends."""
        await self.signalling.calls.stop()
        await self.signalling.sides.stop()
        await self.gateway.close()

    def busy(self) -> int:
        """People in calls, who are given time to finish."""
        return len(self.signalling.calls.parts)

    async def stop(self) -> None:
        await self._running.aclose()
