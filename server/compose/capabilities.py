"""All capabilities on one ground: what each is handed, who hears of whom, what is served, what starts and stops."""

from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

import server
from server.compose.consents import Consents
from server.compose.duty import Duty
from server.compose.entry import Entry
from server.compose.escalation import Escalation
from server.compose.letters import LetterLines
from server.compose.moderation import Moderation
from server.compose.pairs import Pairs
from server.compose.people import People
from server.compose.reach import Reach
from server.compose.relay import Relay
from server.compose.rights import DataRights
from server.compose.rooms import Rooms
from server.compose.signalling import Signalling
from server.compose.supervision import Supervision
from server.compose.trail import Trail
from server.escalation.left import left
from server.ground import Ground
from server.infra.mail import open_mail
from server.infra.redis_limits import limiter
from server.infra.secrets import InstanceKeyring
from server.moderation.assess import warm
from server.moderation.contacts.phones import load_metadata
from server.moderation.names import Names
from server.moderation.rules_in_force import RulesInForce
from server.people.notices import AccountNotices
from server.people.notices_http import NoticesHttp
from server.revocation import Revocation
from server.rooms import stand_ins
from server.transport import lean, shield
from server.transport.gateway import Gateway, Limits
from server.transport.pace import Pacer
from server.transport.reached import TRUSTED_PROXIES, TrustedProxies
from server.transport.router import Endpoints
from server.transport.static import StaticFiles

CLIENT = Path(server.__file__).with_name("static")


class Capabilities:
    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._running = AsyncExitStack()
        settings = ground.settings
        rules = RulesInForce(ground.database, ground.notices)
        names = Names(rules)
        self.people = People(ground, names)
        self.gateway = Gateway(
            self.people.authenticator, ground.clock, Limits(rate_factor=settings.rate_factor), ground.metrics
        )
        self.revocation = Revocation(ground.database, self.gateway, ground.notices, ground.bus, ground.clock)
        self.escalation = Escalation(ground, self.gateway)
        self.moderation = Moderation(ground, self.gateway, rules)
        self.flags = self.moderation.flags
        self.rooms = Rooms(ground, self.gateway, self.flags, rules, self.escalation.contents)
        self.signalling = Signalling(ground, self.gateway, self.rooms, self.people.authenticator)
        self.supervision = Supervision(ground, self.gateway, self.rooms, self.signalling)
        self.limiter = limiter(settings.redis_url, ground.clock, InstanceKeyring(settings.secret, settings.data))
        self.pairs = Pairs(ground, self.people)
        self.duty = Duty(ground, self.people)
        # After who locks pairs, or the plan: cases are locked last, and then the seats that come of them.
        self.people.standing.watch(left)
        self.people.standing.watch(stand_ins.left)
        self.consents = Consents(ground, self.gateway, self.people)
        self.relay = Relay(ground)
        self.data = DataRights(ground)
        letters = LetterLines(ground, self.gateway, self.escalation.contents)
        mail = open_mail(settings.data, settings.smtp_url, settings.mail_from)
        self.reach = Reach(ground, mail)
        entry = Entry(ground, self.people, names, mail)
        notices = NoticesHttp(AccountNotices(ground.database, self.gateway, ground.notices, ground.clock))
        trail = Trail(ground, mail)
        self.endpoints = Endpoints(
            self.people.authenticator,
            self.people.authenticator.authenticate_waiting,
            Pacer(self.limiter, settings.rate_factor),
        )
        self.endpoints.add(notices)
        for part in (
            self.people,
            entry,
            self.consents,
            self.reach,
            self.pairs,
            self.duty,
            self.escalation,
            self.moderation,
            self.rooms,
            self.supervision,
            letters,
            self.relay,
            self.data,
            trail,
        ):
            self.endpoints.add(*part.endpoints)

    async def start(self) -> None:
        """Before the first request. Raises when the ground gives way, or the moderation's data cannot be read."""
        warm()
        load_metadata()
        self._running.callback(self.people.passwords.close)
        self._running.push_async_callback(self.limiter.close)
        self.reach.start(self._running)
        await self.rooms.start(self._running)
        self.escalation.start(self._running)
        self.moderation.start(self._running)
        self._running.push_async_callback(self.revocation.stop)
        self._running.push_async_callback(self.gateway.close)
        self.supervision.start(self._running)
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
