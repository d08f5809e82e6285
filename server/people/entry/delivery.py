"""The job that sends an invitation by letter or short message, tried again while it fails, once when it does not.

Each attempt writes a link of its own into the invitation before it sends it: what the job queue holds opens nothing,
and of two letters of one invitation the later one works.
"""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.mail import Letter, Mail, NotDelivered
from server.infra.sms import Sms
from server.kernel.clock import Clock
from server.people import store
from server.people.entry import store as invitation_store
from server.people.entry.store import Invitation
from server.people.sessions.tokens import hash_token, new_token
from server.transport.messages import catalogue, known_language

JOB = "people:send_invitation"

log = logging.getLogger(__name__)


def link(site: str, token: str) -> str:
    """The secret stands behind ``#``: browsers send that to nobody, so it reaches no log of a server or a proxy."""
    return f"{site}/#/join/{token}"


class Delivery:
    """``register`` makes it the handler of the job."""

    def __init__(self, database: Database, mail: Mail, sms: Sms, clock: Clock) -> None:
        self._database = database
        self._mail = mail
        self._sms = sms
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.register(JOB, self.run)

    async def run(self, payload: Mapping[str, Any]) -> None:
        """Raises NotDelivered when it is worth another try."""
        token = new_token()
        async with self._database.everywhere() as conn:
            invitation = await invitation_store.for_sending(conn, UUID(payload["invitation"]), self._clock.now())
            if invitation is None:  # sent, used, revoked or too old meanwhile
                return
            account = await store.account(conn, invitation.account_id)
            if account is None or account.person.disabled:
                return
            await invitation_store.set_sent_hash(conn, invitation.id, hash_token(token))
            organisation = (await store.organisation(conn, invitation.organisation_id)).name
        failed: NotDelivered | None = None
        try:
            await self._send(invitation, account, organisation, link(payload["site"], token))
        except NotDelivered as error:
            failed = error
        async with self._database.begin(invitation.organisation_id) as conn:
            outcome = ("sent", None) if failed is None else ("failed", failed.reason)
            await invitation_store.set_delivery(conn, invitation.id, *outcome)
        if failed is not None:
            log.warning("invitation_not_sent", extra={"account": invitation.account_id, "code": failed.reason})
            if not failed.final:
                raise failed

    async def _send(self, invitation: Invitation, account: store.Account, organisation: str, url: str) -> None:
        texts = catalogue(known_language(account.person.language))["letters"]
        kind = invitation.purpose.value
        if invitation.way == "mail" and account.email is not None:
            text = texts[f"{kind}.text"].format(link=url, organisation=organisation)
            await self._mail.send(Letter(account.email, texts[f"{kind}.subject"], text))
        elif invitation.way == "sms" and account.phone is not None:
            await self._sms.send(account.phone, texts[f"{kind}.sms"].format(link=url, organisation=organisation))
        else:  # taken away since
            raise NotDelivered("no_address", final=True)
