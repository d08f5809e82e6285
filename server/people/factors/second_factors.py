"""Second factors, passwords and devices, put together: each part built once, with its endpoints and its jobs."""

from collections.abc import Mapping
from typing import Any

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import Clock
from server.people.factors.checks import Checks
from server.people.factors.colleagues import Colleagues
from server.people.factors.finish import Finish
from server.people.factors.http import FactorsHttp
from server.people.factors.own import Own
from server.people.factors.setting_up import SettingUp
from server.people.passwords import Passwords
from server.people.sessions.http import SessionHttp
from server.people.sessions.signin import SignIn
from server.people.witnesses import Witnesses

TELL = "people:tell_of_guessing"
EVERY_FIVE_MINUTES = "*/5 * * * *"
PURGE = "people:purge_challenges"
EACH_NIGHT = "41 3 * * *"  # UTC


class SecondFactors:
    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        sign_in: SignIn,
        witnesses: Witnesses,
        keyring: InstanceKeyring,
        clock: Clock,
    ) -> None:
        checks = Checks(database, passwords, keyring, clock)
        self.setting_up = SettingUp(database, passwords, keyring, clock)
        self.finish = Finish(database, sign_in, checks, keyring, clock)
        self.own = Own(database, passwords, checks, self.setting_up, sign_in, keyring, clock)
        self.colleagues = Colleagues(database, sign_in, witnesses, clock)
        self.session_http = SessionHttp(database, sign_in, self.finish, self.setting_up, keyring, clock)
        self.http = FactorsHttp(self.own, self.setting_up, self.colleagues)

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(TELL, EVERY_FIVE_MINUTES, self.colleagues.tell)
        jobs.schedule(PURGE, EACH_NIGHT, self._purge)

    async def _purge(self, _payload: Mapping[str, Any]) -> None:
        await self.finish.purge()
