"""People on a real database with all that carries messages to them: a mail server, a gateway of short messages and a
push service, each on a real socket; and couriers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from server.infra.database import Database
from server.infra.mail import SmtpMail
from server.infra.notices import Notices
from server.infra.push import HttpPush
from server.infra.secrets import InstanceKeyring
from server.infra.sms import HttpSms, NoSms
from server.kernel.clock import ManualClock
from server.kernel.permissions import Role
from server.pairs.holds_store import suspended
from server.people.reach.courier import Courier
from server.people.reach.own import OwnReach
from server.people.reach.push_keys import PushKeys
from server.people.reach.queueing import Outcome, outcomes, queue
from server.people.reach.rules import Urgency
from server.people.reach.sending import Sending, Ways
from server.people.store import Organisation
from tests.support.push_service import Browser, PushService, anywhere, push_service
from tests.support.roles import bound
from tests.support.rooms import NOW, Person, organisation, person, sql
from tests.support.sms_gateway import BODY, SmsGateway, sms_gateway
from tests.support.smtp import MailServer, mail_server

SITE = "https://binome.example.org"


class JumpingClock(ManualClock):
    """One whose time on the wall can be put forward or back; the monotonic one cannot."""

    def jump(self, seconds: float) -> None:
        monotonic = self._monotonic
        self.advance(seconds)
        self._monotonic = monotonic


@dataclass
class Post:
    """``courier`` is not started: ``carry`` has it look once, and waits until nothing is on its way."""

    owner: Database
    database: Database
    clock: JumpingClock
    mail: MailServer
    sms: SmsGateway
    push: PushService
    ways: Ways
    own: OwnReach
    notices: Notices
    courier: Courier
    north: Organisation
    keys: int = 0
    browsers: dict[UUID, list[Browser]] = field(default_factory=dict)

    def another(self, **more: Any) -> Courier:
        """As another process has it; ``more`` is for ``Sending``."""
        sending = Sending(self.database, self.clock, self.ways, suspended, **more)
        return Courier(self.database, self.clock, self.notices, sending)

    async def person(
        self, role: Role = Role.SUPERVISOR, *, mail: bool = True, sms: bool = True, push: bool = True, **how: Any
    ) -> Person:
        """Somebody with an address, a number and a browser, or without those that are left out."""
        made = await person(self.owner, how.pop("where", self.north), role, how.pop("name", "Claire"), **how)
        email, phone = f"{made.id}@example.org" if mail else None, f"+336{made.id.int % 10**8:08}" if sms else None
        await self.sql(
            "update accounts set email = :email, phone = :phone where id = :id", email=email, phone=phone, id=made.id
        )
        if push:
            await self.browser(made)
        return made

    async def browser(self, who: Person) -> Browser:
        browser = self.push.subscribe()
        await self.own.add_device(who.principal, **self.push.given(browser))
        self.browsers.setdefault(who.id, []).append(browser)
        return browser

    async def tell(
        self,
        to: Person | UUID,
        urgency: Urgency = Urgency.CRITICAL,
        kind: str = "page",
        *,
        key: str | None = None,
        link: str | None = "/#/cases",
        where: Organisation | None = None,
        every_channel: bool = False,
        at: datetime | None = None,
    ) -> str:
        """Queues it, commits, and returns its key."""
        self.keys += 1
        key = key or f"key {self.keys}"
        to_id = to if isinstance(to, UUID) else to.id
        now = at or self.clock.now()
        organisation_id = (where or self.north).id
        async with self.database.begin(organisation_id) as conn:
            await queue(conn, organisation_id, to_id, key, kind, urgency, now, link=link, every_channel=every_channel)
        return key

    async def carry(self, *couriers: Courier) -> None:
        for courier in couriers or (self.courier,):
            await courier.look()
        await self.arrived(*couriers)

    async def arrived(self, *couriers: Courier) -> None:
        async with asyncio.timeout(30):
            for courier in couriers or (self.courier,):
                while courier._carrying:
                    await asyncio.wait(courier._carrying.values())

    async def outcome(self, key: str, where: Organisation | None = None) -> Outcome:
        async with self.database.begin((where or self.north).id) as conn:
            (found,) = await outcomes(conn, [key])
        return found

    async def became(self, key: str) -> tuple[str, str | None, list[tuple[str, str, str | None]]]:
        """(state, reason, attempts as (channel, result, reason)) of a delivery."""
        found = await self.outcome(key)
        return found.state, found.reason, [(one.channel, one.result, one.reason) for one in found.attempts]

    async def sql(self, statement: str, **parameters: Any) -> list[Any]:
        return await sql(self.owner, statement, **parameters)


@asynccontextmanager
async def post(
    database: Database, folder: Path, *, gateway: bool = True, start: datetime = NOW, mail_url: str | None = None
) -> AsyncIterator[Post]:
    """Midday in Paris is 12:00 UTC at NOW plus one: no quiet hours, unless the clock is moved."""
    clock = JumpingClock(start)
    async with AsyncExitStack() as running:
        mail = await running.enter_async_context(mail_server())
        sms = await running.enter_async_context(sms_gateway())
        service = await running.enter_async_context(push_service(folder))
        server = bound(database)
        running.push_async_callback(server.close)
        notices = Notices(server)
        push = HttpPush(clock, [service.host], may_reach=anywhere, context=service.context)
        running.push_async_callback(push.close)
        keys = PushKeys(server, InstanceKeyring("of these tests alone " * 2, folder), clock, "mailto:tech@example.org")
        service.key = (await keys.current())[1].public
        ways = Ways(
            SmtpMail(mail_url or mail.url, "binome@example.org"),
            HttpSms(sms.url, BODY) if gateway else NoSms(),
            push,
            keys,
            SITE,
        )
        courier = Courier(server, clock, notices, Sending(server, clock, ways, suspended))
        running.push_async_callback(courier.stop)
        await notices.start()
        running.push_async_callback(notices.stop)
        own = OwnReach(server, clock, ways, suspended)
        north = await organisation(database)
        yield Post(database, server, clock, mail, sms, service, ways, own, notices, courier, north)
