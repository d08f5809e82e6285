"""Ways in: invitations, codes, links by letter and short message, and what staff keep of a person."""

from server.compose.people import People
from server.ground import Ground
from server.infra.mail import Mail
from server.infra.sms import open_sms
from server.moderation.names import Names
from server.people.entry.delivery import Delivery
from server.people.entry.http import JoiningHttp
from server.people.entry.invitations import Invitations
from server.people.entry.joining import Joining
from server.people.entry.pins import Pins
from server.people.entry.reset import Resets
from server.people.factors.letters import DeviceLetters
from server.people.person_file import PersonFiles
from server.people.person_http import PersonHttp


class Entry:
    def __init__(self, ground: Ground, people: People, names: Names, mail: Mail) -> None:
        database, clock, settings = ground.database, ground.clock, ground.settings
        sms = open_sms(settings.sms_url, settings.sms_body, settings.sms_authorization)
        Delivery(database, mail, sms, clock).register(ground.jobs)
        people.sign_in.on_new_device = DeviceLetters(database, mail, ground.jobs).post
        files = PersonFiles(
            database,
            people.accounts,
            people.sign_in,
            people.standing,
            people.caseload,
            people.witnesses,
            clock,
            names.check,
        )
        invitations = Invitations(
            database, people.passwords, ground.jobs, sms, people.caseload, people.witnesses, clock
        )
        joining = JoiningHttp(
            database,
            Joining(database, people.passwords, people.sign_in, clock),
            Resets(database, ground.jobs, clock, settings.public_url),
            Pins(database, people.passwords, clock),
            clock,
        )
        self.endpoints = (PersonHttp(files, invitations, settings.public_url), joining)
