"""A letter to who has an address when a device that was never seen signs in as them: it may not be theirs, and then a
notice in the app is read by the wrong person."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.mail import Letter, Mail, NotDelivered
from server.people import store
from server.transport.messages import catalogue, known_language

JOB = "people:tell_of_device"

log = logging.getLogger(__name__)


class DeviceLetters:
    """``register`` makes it the handler of the job; ``post`` queues one in the transaction of the sign-in."""

    def __init__(self, database: Database, mail: Mail, jobs: Jobs) -> None:
        self._database = database
        self._mail = mail
        self._jobs = jobs
        jobs.register(JOB, self.run)

    async def post(self, conn: AsyncConnection, account_id: UUID) -> None:
        await self._jobs.enqueue(conn, JOB, {"account": str(account_id)})

    async def run(self, payload: Mapping[str, Any]) -> None:
        """Raises NotDelivered when it is worth another try. The letter says neither whose account it is nor where."""
        async with self._database.everywhere() as conn:
            account = await store.account(conn, UUID(payload["account"]))
        if account is None or account.person.disabled or account.email is None:
            return
        texts = catalogue(known_language(account.person.language))["letters"]
        try:
            await self._mail.send(Letter(account.email, texts["new_device.subject"], texts["new_device.text"]))
        except NotDelivered as error:
            log.warning("letter_not_sent", extra={"account": account.person.id, "code": error.reason})
            if not error.final:
                raise
