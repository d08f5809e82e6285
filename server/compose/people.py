"""Accounts, sessions and second factors."""

from server.ground import Ground
from server.infra.secrets import InstanceKeyring
from server.moderation.names import Names
from server.pairs.professionals import professionals_of
from server.people.accounts import Accounts
from server.people.caseload import Caseload
from server.people.factors.second_factors import SecondFactors
from server.people.helplines.helplines import Helplines
from server.people.helplines.http import HelplinesHttp
from server.people.http import PeopleHttp
from server.people.passwords import Passwords
from server.people.policy import Policies
from server.people.policy_http import PolicyHttp
from server.people.sessions.authenticator import SessionAuthenticator
from server.people.sessions.guesses import Guesses
from server.people.sessions.purge import PurgeSessions
from server.people.sessions.signin import SignIn
from server.people.standing import Standing
from server.people.witnesses import Witnesses


class People:
    def __init__(self, ground: Ground, names: Names) -> None:
        database, clock = ground.database, ground.clock
        self.standing = Standing()
        self.authenticator = SessionAuthenticator(database, ground.notices, clock, ground.settings.rate_factor)
        self.passwords = Passwords()
        self.sign_in = SignIn(database, self.passwords, Guesses(clock), self.authenticator, ground.bus, clock)
        self.caseload, self.witnesses = Caseload(professionals_of), Witnesses(professionals_of)
        self.accounts = Accounts(
            database, self.passwords, self.sign_in, self.standing, self.witnesses, clock, names.check
        )
        factors = SecondFactors(
            database,
            self.passwords,
            self.sign_in,
            self.witnesses,
            InstanceKeyring(ground.settings.secret, ground.settings.data),
            clock,
        )
        factors.register(ground.jobs)
        PurgeSessions(database, clock).register(ground.jobs)
        policy = PolicyHttp(Policies(database, clock))
        helplines = HelplinesHttp(Helplines(database, clock, professionals_of))
        self.endpoints = (factors.session_http, factors.http, PeopleHttp(self.accounts), policy, helplines)
