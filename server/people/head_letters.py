"""The head of the audit trail by letter, to the admin who asks for it: their mailbox is a place that whoever holds the
database does not reach."""

import logging
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.mail import Letter, Mail, NotDelivered
from server.kernel.errors import Conflict
from server.kernel.permissions import Permission, allows
from server.people import store
from server.trail import heads
from server.transport.endpoint import Call, endpoint
from server.transport.messages import catalogue, known_language
from server.transport.pace import Pace

JOB: Final = "people:send_head"

log = logging.getLogger(__name__)


class HeadLetters:
    """The endpoint, and the job that it queues."""

    def __init__(self, database: Database, jobs: Jobs, mail: Mail) -> None:
        self._database = database
        self._jobs = jobs
        self._mail = mail
        jobs.register(JOB, self.send)

    @endpoint("POST", "/api/v1/audit/heads/letter", permission=Permission.AUDIT_READ, pace=Pace.COSTLY)
    async def ask(self, call: Call) -> None:
        """Have the head of the audit trail sent to one's own mail address."""
        principal = call.principal
        async with self._database.begin(principal.organisation_id) as conn:
            account = await store.account(conn, principal.account_id)
            if account is None or account.email is None:
                raise Conflict("no_own_email")
            await self._jobs.enqueue(
                conn, JOB, {"account": str(principal.account_id)}, once=f"{JOB}:{account.person.id}"
            )

    async def send(self, payload: Mapping[str, Any]) -> None:
        """Raises NotDelivered when it is worth another try."""
        async with self._database.everywhere() as conn:
            account = await store.account(conn, UUID(payload["account"]))
            if account is None or account.email is None or account.person.disabled:
                return
            if not allows(account.person.role, Permission.AUDIT_READ):  # no admin any more
                return
            organisation = await store.organisation(conn, account.person.organisation_id)
            head = await heads.head_of(conn, organisation.id)
        if head is None:
            return
        texts = catalogue(known_language(account.person.language))["letters"]
        printed = f"{head[0]}:{head[1].hex()}"
        text = texts["heads.text"].format(head=printed, organisation=organisation.id)
        try:
            await self._mail.send(Letter(account.email, texts["heads.subject"], text))
        except NotDelivered as error:
            log.warning("head_not_sent", extra={"account": account.person.id, "code": error.reason})
            if not error.final:
                raise
