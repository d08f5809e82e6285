"""What an admin sees and does of others' keys: who is being guessed at, and a second factor that is lost."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Forbidden, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people import notices
from server.people import store as people
from server.people.factors import store
from server.people.rules import login_key
from server.people.sessions import lasting
from server.people.sessions import store as sessions
from server.people.sessions.signin import SignIn
from server.people.witnesses import Touched, Witnesses
from server.trail.acts import Act
from server.trail.record import record

log = logging.getLogger(__name__)


class Colleagues:
    """Use cases of staff."""

    def __init__(self, database: Database, sign_in: SignIn, witnesses: Witnesses, clock: Clock) -> None:
        self._database = database
        self._sign_in = sign_in
        self._witnesses = witnesses
        self._clock = clock

    async def reset(self, principal: Principal, account_id: UUID) -> None:
        """Takes all second factors away from somebody who cannot use them any more: their sessions end, and who must
        have one sets it up at the next sign-in. They are told, and so are others. Raises NotFound; Forbidden for one's
        own, which asks for a proof."""
        principal.require(Permission.SECOND_FACTOR_RESET)
        async with self._database.begin(principal.organisation_id) as conn:
            person = await sessions.open_account(conn, account_id)
            if person is None or person.organisation_id != principal.organisation_id:
                raise NotFound
            if person.id == principal.account_id:
                raise Forbidden("own_second_factor")
            now = self._clock.now()
            ended = await _reset(conn, person, principal.account_id, now)
            await self._witnesses.tell(conn, person, [Touched.SECOND_STEP], now, principal.account_id)
        await self._sign_in.announce(ended, "second_factor_reset")

    async def guessed_at(self, principal: Principal) -> list[lasting.Guessed]:
        """The people of one's organisation whose secrets strangers guess at, the latest first."""
        principal.require(Permission.ACCOUNT_LIST)
        since = self._clock.now() - lasting.KEPT
        async with self._database.everywhere() as conn:  # what guessing costs is about no organisation; the query is
            return await lasting.guessed_at(conn, principal.organisation_id, since)

    async def tell(self, _payload: Mapping[str, Any]) -> None:
        """The job: admins hear of who is being guessed at, once a day for each."""
        now = self._clock.now()
        async with self._database.everywhere() as conn:
            for organisation_id, account_id in await lasting.untold(conn, now):
                for admin in await people.people_in_role(conn, organisation_id, Role.ADMIN):
                    await notices.tell(conn, organisation_id, admin.id, "account_guessed", now, account=account_id)
                log.warning("account_guessed", extra={"organisation": organisation_id, "account": account_id})


async def reset_by_operator(database: Database, clock: Clock, login: str) -> None:
    """``binome admin reset``: for the one admin who has lost everything. Raises NotFound."""
    async with database.everywhere() as conn:  # a login is unique on the instance, and tells whose it is
        account = await people.account_by_login(conn, login_key(login))
        person = await sessions.open_account(conn, account.person.id) if account is not None else None
        if person is None:
            raise NotFound
        await _reset(conn, person, None, clock.now())


async def _reset(
    conn: AsyncConnection, person: people.Person, by: UUID | None, now: datetime
) -> list[sessions.EndedSession]:
    await store.delete_all(conn, person.id)
    ended = await sessions.delete_of_account(conn, person.id)
    await notices.tell(conn, person.organisation_id, person.id, "second_factor_reset", now)
    await record(conn, person.organisation_id, now, Act.FACTOR_RESET, by=by, about=[person.id])
    log.info("second_factor_reset", extra={"organisation": person.organisation_id, "account": person.id})
    return ended
