"""A person has forgotten their password and asks for a link by mail. The answer is the same, and takes as long, whether
or not there is such a person; who cannot read the mailbox gains nothing, and takes nothing away: what is open stays
open, a code from staff as well as the link of a letter of before.
"""

from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.limits import Buckets, Rate, site_of
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, TooFast
from server.people import store
from server.people.entry import store as invitation_store
from server.people.entry.invitations import new_invitation, put_beside
from server.people.entry.store import Purpose
from server.people.rules import login_key
from server.people.sessions.guesses import MAX_KEYS

JOB = "people:reset_password"
LASTS = timedelta(hours=1)
AGAIN = timedelta(minutes=5)  # between two letters to one person, whoever asks for them
MOST = 5  # accounts of one mailbox that are written to

BY_ADDRESS = Rate(per_second=1 / 60, burst=10)
BY_NAME = Rate(per_second=1 / 300, burst=3)


class Resets:
    """``site``: what links begin with, unless the request came to this very machine; None: nobody knows, so nothing is
    sent (a stranger could have written another host into the request)."""

    def __init__(self, database: Database, jobs: Jobs, clock: Clock, site: str | None) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._site = site
        self._addresses = Buckets(clock, MAX_KEYS)
        self._names = Buckets(clock, MAX_KEYS)
        jobs.register(JOB, self.run)

    async def ask(self, name: str, address: str, local_site: str | None) -> None:
        """``name`` is a login or a mail address. Raises TooFast, alike for names that nobody has;
        Conflict("reset_unavailable") to everybody when no link could be sent."""
        site = self._site or local_site
        if site is None:
            raise Conflict("reset_unavailable")
        key = login_key(name)
        wait = max(self._addresses.take(site_of(address), BY_ADDRESS), self._names.take(key, BY_NAME))
        if wait:
            raise TooFast("signin", retry_in_ms=ceil(wait * 1000))
        # One query for identifiers and one job, whoever is found: all that depends on who it is happens in the job, and
        # who waits for the answer learns nothing from how long it takes. The name itself is not put into the queue.
        async with self._database.everywhere() as conn:
            ids = await store.named(conn, key, MOST)
            await self._jobs.enqueue(conn, JOB, {"accounts": list(map(str, ids)), "site": site})

    async def run(self, payload: Mapping[str, Any]) -> None:
        """Safe to repeat: who was written to a moment ago is not written to again."""
        for account_id in payload["accounts"]:
            await self._write(UUID(account_id), payload["site"])

    async def _write(self, account_id: UUID, site: str) -> None:
        now = self._clock.now()
        async with self._database.everywhere() as conn:
            account = await store.account_for_change(conn, account_id)
            if account is None or account.person.disabled or account.email is None or account.password_hash is None:
                return
            if await invitation_store.asked_since(conn, account_id, now - AGAIN):
                return
            new = new_invitation(account.person, Purpose.RESET, "mail", now, now + LASTS)
            await put_beside(conn, self._jobs, new, by=None, hashes={}, site=site)
