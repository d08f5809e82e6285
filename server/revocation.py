"""Promise 5 at the socket: a session that ended, or a person whose role changed or account was closed, is cut off now,
in every process."""

from uuid import UUID

from server.infra.database import Database
from server.infra.notices import Notices
from server.infra.rechecks import Rechecks
from server.kernel.clock import Clock
from server.kernel.events import Bus
from server.people.events import SessionEnded
from server.people.sessions.store import roles_of_live
from server.transport.gateway import Gateway


class Revocation:
    """Hears of ends on the bus when they are this process's own doing, by notice otherwise. After a gap in the notices
    it asks the database about everyone."""

    def __init__(self, database: Database, gateway: Gateway, notices: Notices, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock
        self._checks = Rechecks[UUID | None](self._check, "sessions")
        bus.subscribe(SessionEnded, self._ended)
        notices.on("rights", self._on_notice)
        notices.on_gap(self._on_gap)

    async def stop(self) -> None:
        await self._checks.stop()

    async def _ended(self, event: SessionEnded) -> None:
        await self._gateway.end_session(event.session_id, event.code)

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind == "session":  # its expiry never moves: a notice is its end
            await self._gateway.end_session(UUID(identifier))
        elif kind == "account":
            self._checks.ask([UUID(identifier)])

    async def _on_gap(self) -> None:
        self._checks.ask([None])

    async def _check(self, account_id: UUID | None) -> None:
        """Ends those connections of the account, or of everyone, whose session no longer holds for the role that they
        came with."""
        connections = self._gateway.everyone() if account_id is None else self._gateway.of_account(account_id)
        if not connections:
            return
        sessions = {connection.principal.session_id for connection in connections}
        organisations = {connection.principal.organisation_id for connection in connections}
        async with self._database.begin(*organisations) as conn:
            roles = await roles_of_live(conn, sessions, self._clock.now())
        for connection in connections:
            principal = connection.principal
            if roles.get(principal.session_id) is not principal.role:
                await self._gateway.end_session(principal.session_id)
