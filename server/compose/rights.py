"""The rights of people over what is held about them."""

from server.ground import Ground
from server.infra.secrets import InstanceKeyring
from server.rights.desk import Desk
from server.rights.desk_http import DeskHttp
from server.rights.erasure import Erasure
from server.rights.exports import Exports
from server.rights.holds import LegalHolds
from server.rights.http import DataHttp
from server.rights.reminders import Reminders
from server.rights.requests import Requests
from server.rights.retention import Retention


class DataRights:
    def __init__(self, ground: Ground) -> None:
        database, clock = ground.database, ground.clock
        keyring = InstanceKeyring(ground.settings.secret, ground.settings.data)
        self.erasure = Erasure(database, clock, keyring, ground.jobs)
        self.reminders = Reminders(database, clock)
        self.reminders.register(ground.jobs)
        self.holds = LegalHolds(database, clock)
        self.holds.register(ground.jobs)
        self.retention = Retention(database, clock, self.erasure)
        self.retention.register(ground.jobs)
        self.endpoints = (
            DataHttp(database, clock, Exports(database, clock), Requests(database, clock)),
            DeskHttp(database, Desk(database, clock, self.erasure), self.holds, self.retention),
        )
