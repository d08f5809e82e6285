"""A PIN that a bound device asks for before it shows messages again. It keeps out who picks the telephone up, not who
opens it with tools (docs/decisions/0185). Wrong ones cost a wait, never the way in: a child is shut out by nobody.
"""

from sqlalchemy import select, update

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.principal import Principal
from server.people.passwords import Passwords
from server.people.rules import check_pin
from server.people.sessions.lasting import LastingGuesses
from server.people.tables import bound_sessions


class Pins:
    """Use cases of the person whose device it is."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._lasting = LastingGuesses(database, clock)

    async def change(self, principal: Principal, pin: str | None, current: str | None) -> None:
        """From now on this device asks for ``pin``, or with None for nothing. Who has one says it first. Raises
        BadRequest, Conflict("pin_elsewhere") where no device is bound, TooFast after too many wrong ones."""
        if pin is not None:
            check_pin(pin)
        await self.check(principal, current)
        hashed = None if pin is None else await self._passwords.hash(pin)
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(
                update(bound_sessions)
                .where(bound_sessions.c.session_id == principal.session_id)
                .values(pin_hash=hashed)
            )

    async def check(self, principal: Principal, pin: str | None) -> None:
        """Nothing is asked where there is no PIN. Raises as ``change``."""
        query = select(bound_sessions.c.pin_hash).where(bound_sessions.c.session_id == principal.session_id)
        async with self._database.begin(principal.organisation_id) as conn:
            row = (await conn.execute(query)).first()
        if row is None:
            raise Conflict("pin_elsewhere")
        if row.pin_hash is None:
            return
        await self._lasting.take_pin(principal.session_id)
        if pin is None or not await self._passwords.verify(row.pin_hash, pin):
            raise BadRequest("pin_wrong", field="pin")
        await self._lasting.pin_succeeded(principal.session_id)
