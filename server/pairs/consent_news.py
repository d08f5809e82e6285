"""Who looks at a young person's consents hears at once that they have changed, whichever process changed them."""

import logging
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.pairs.professionals import professionals_of
from server.people.consent import store as consent_store
from server.transport.gateway.gateway import Gateway

LATELY = timedelta(minutes=1)
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
        mentee_id, organisation_id = UUID(mentee), UUID(organisation)
        present = [one for one in self._gateway.everyone() if one.principal.organisation_id == organisation_id]
        if not present:
            return
        try:
            async with self._database.begin(organisation_id) as conn:
                links = await consent_store.links_of(conn, mentee_ids=[mentee_id])
                professionals = (await professionals_of(conn, [mentee_id]))[mentee_id]
        except Exception as error:  # the page asks again when it is opened
            log.warning("consent_not_told", extra={"error": type(error).__name__})
            return
        concerned = {mentee_id, *professionals, *(link.guardian_id for link in links if self._lately_open(link))}
        roles = {Role.ADMIN} if professionals else {Role.ADMIN, Role.SUPERVISOR}
        for connection in present:
            if connection.principal.account_id in concerned or connection.principal.role in roles:
                connection.send("consent:changed", ConsentChanged(mentee_id))

    def _lately_open(self, link: consent_store.GuardianLink) -> bool:
        """Also who has just ceased to be a guardian looks again."""
        return link.until is None or link.until >= self._clock.now() - LATELY

    async def _on_gap(self) -> None:
        self._tell_young(None)

    def _tell_young(self, organisation_id: UUID | None) -> None:
        """Texts that ask again, or anything: the young people of the organisation look again at what is theirs."""
        for connection in self._gateway.everyone():
            principal = connection.principal
            if principal.role in (Role.MENTEE, Role.GUARDIAN) and organisation_id in (None, principal.organisation_id):
                connection.send("consent:changed", ConsentChanged(principal.account_id))
