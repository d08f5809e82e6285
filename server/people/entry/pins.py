"""A PIN that a bound device asks for before it shows messages again. It keeps out who picks the telephone up, not who
opens it with tools (docs/decisions/0185). Five wrong ones unbind the device: then staff give another code.
"""

from typing import NoReturn

from sqlalchemy import delete, update

from server.infra.database import Database
from server.kernel.errors import BadRequest, Conflict, SessionExpired
from server.kernel.principal import Principal
from server.people.entry.bound import pin_of
from server.people.passwords import Passwords
from server.people.rules import check_pin
from server.people.sessions import store as sessions
from server.people.sessions.signin import SignIn
from server.people.tables import bound_sessions

TRIES = 5  # wrong ones, in a row, however long it takes


class Pins:
    """Use cases of the person whose device it is."""

    def __init__(self, database: Database, passwords: Passwords, sign_in: SignIn) -> None:
        self._database = database
        self._passwords = passwords
        self._sign_in = sign_in

    async def change(self, principal: Principal, pin: str | None, current: str | None) -> None:
        """From now on this device asks for ``pin``, or with None for nothing. Who has one says it first. Raises
        BadRequest, Conflict("pin_elsewhere") where no device is bound, SessionExpired after too many wrong ones."""
        if pin is not None:
            check_pin(pin)
        await self._prove(principal, current)
        hashed = None if pin is None else await self._passwords.hash(pin)
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(
                update(bound_sessions)
                .where(bound_sessions.c.session_id == principal.session_id)
                .values(pin_hash=hashed, pin_tries=0)
            )

    async def check(self, principal: Principal, pin: str) -> None:
        """Raises as ``change``."""
        await self._prove(principal, pin)

    async def _prove(self, principal: Principal, pin: str | None) -> None:
        """Counts the try before it is made: many at once are as many. Nothing is asked where there is no PIN."""
        own = bound_sessions.c.session_id == principal.session_id
        async with self._database.begin(principal.organisation_id) as conn:
            counted = await conn.execute(
                update(bound_sessions)
                .where(own, bound_sessions.c.pin_hash.is_not(None), bound_sessions.c.pin_tries < TRIES)
                .values(pin_tries=bound_sessions.c.pin_tries + 1)
                .returning(bound_sessions.c.pin_hash, bound_sessions.c.pin_tries)
            )
            taken = counted.first()
            asks = await pin_of(conn, principal.session_id)
        if asks is None:
            raise Conflict("pin_elsewhere")
        if taken is not None and pin is not None and await self._passwords.verify(taken.pin_hash, pin):
            await self._set_tries(principal, 0)
        elif taken is not None and taken.pin_tries < TRIES:
            raise BadRequest("pin_wrong", field="pin", left=TRIES - taken.pin_tries)
        elif asks:
            await self._unbind(principal)

    async def _unbind(self, principal: Principal) -> NoReturn:
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(delete(bound_sessions).where(bound_sessions.c.session_id == principal.session_id))
            ended = await sessions.delete_session(conn, principal.session_id)
        await self._sign_in.announce(ended, "signed_out")
        raise SessionExpired

    async def _set_tries(self, principal: Principal, tries: int) -> None:
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(
                update(bound_sessions)
                .where(bound_sessions.c.session_id == principal.session_id)
                .values(pin_tries=tries)
            )
