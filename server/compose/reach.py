"""How people are reached when they are not in front of the page."""

from contextlib import AsyncExitStack
from typing import Final

from server.escalation.duty.fallback import is_fallback
from server.ground import Ground
from server.infra.mail import Mail
from server.infra.push import HttpPush
from server.infra.secrets import InstanceKeyring
from server.infra.sms import open_sms
from server.pairs.holds_store import suspended
from server.people.reach.contacts import OutsideContacts
from server.people.reach.courier import Courier
from server.people.reach.http import ReachHttp
from server.people.reach.own import OwnReach
from server.people.reach.push_keys import PushKeys
from server.people.reach.reachable import Reachability
from server.people.reach.sending import Sending, Ways
from server.people.reach.who import Gateways

CONNECTIONS: Final = 3  # to the database: one looks, and what is on its way has one for moments only


class Reach:
    def __init__(self, ground: Ground, mail: Mail) -> None:
        database, clock, settings = ground.database, ground.clock, ground.settings
        # Connections of its own: who has taken up all the others keeps nothing from going out.
        self._aside = database.aside(CONNECTIONS)
        self._push = HttpPush(clock, settings.push_hosts)
        sms = open_sms(settings.sms_url, settings.sms_body, settings.sms_authorization)
        keys = PushKeys(
            self._aside, InstanceKeyring(settings.secret, settings.data), clock, settings.contact_of_push_services
        )
        ways = Ways(mail, sms, self._push, keys, settings.public_url)
        sending = Sending(self._aside, clock, ways, suspended)
        self.courier = Courier(self._aside, clock, ground.notices, sending)
        leaving = Gateways(mail=mail.leaves, sms=sms.available)
        self.endpoints = (
            ReachHttp(
                OwnReach(database, clock, ways, suspended),
                Reachability(database, clock, leaving, suspended),
                OutsideContacts(database, clock, is_fallback),
            ),
        )

    def start(self, running: AsyncExitStack) -> None:
        running.push_async_callback(self._aside.close)
        running.push_async_callback(self._push.close)
        running.push_async_callback(self.courier.stop)
        self.courier.start()
