"""Who looks at a young person's consents hears at once that they have changed, whichever process changed them."""

import logging
from uuid import UUID

from msgspec import Struct

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.pairs.professionals import professionals_of
from server.people import consent_store
from server.transport.gateway.gateway import Gateway

CHANNEL = "consents"  # of NOTIFY: organisation:mentee, or organisation: for all of it, by triggers (0010)

log = logging.getLogger(__name__)


class ConsentChanged(Struct, frozen=True):
    """Ask again for what is shown of this young person."""

    mentee: UUID


class ConsentNews:
    def __init__(self, database: Database, gateway: Gateway, notices: Notices, clock: Clock) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock
        gateway.declare("consent:changed", ConsentChanged)
        notices.on(CHANNEL, self._on_notice)
        notices.on_gap(self._on_gap)

    async def _on_notice(self, payload: str) -> None:
        organisation, _, mentee = payload.partition(":")
        if not mentee:
            self._tell_young(UUID(organisation))
            return
        mentee_id, now = UUID(mentee), self._clock.now()
        receivers = {mentee_id}
        if self._gateway.everyone():
            try:
                async with self._database.begin(UUID(organisation)) as conn:
                    links = await consent_store.links_of(conn, mentee_ids=[mentee_id])
                    receivers |= {link.guardian_id for link in links if link.until is None or link.until >= now}
                    receivers |= (await professionals_of(conn, [mentee_id]))[mentee_id]
            except Exception as error:  # the page asks again when it is opened
                log.warning("consent_not_told", extra={"error": type(error).__name__})
        for account_id in receivers:
            for connection in self._gateway.of_account(account_id):
                connection.send("consent:changed", ConsentChanged(mentee_id))

    async def _on_gap(self) -> None:
        self._tell_young(None)

    def _tell_young(self, organisation_id: UUID | None) -> None:
        """Texts that ask again, or anything: the young people of the organisation look again at what is theirs."""
        for connection in self._gateway.everyone():
            principal = connection.principal
            if principal.role in (Role.MENTEE, Role.GUARDIAN) and organisation_id in (None, principal.organisation_id):
                connection.send("consent:changed", ConsentChanged(principal.account_id))
