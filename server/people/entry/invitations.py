"""Staff let a person in: a link to choose a password, or a code and a link that bind a device. Told once, used once.

What a link opens is in ``joining.py``, how it is sent in ``delivery.py``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.sms import Sms
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, Forbidden, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people import store
from server.people.caseload import Caseload
from server.people.entry import codes
from server.people.entry import store as invitation_store
from server.people.entry.delivery import JOB
from server.people.entry.store import Delivered, Invitation, Purpose, Way
from server.people.passwords import Passwords
from server.people.sessions.tokens import hash_token, new_token
from server.people.witnesses import Touched, Witnesses
from server.trail.acts import Act
from server.trail.record import record

# docs/decisions/0183 and 0184 say why so long and no longer.
LASTS = {
    Purpose.DEVICE: timedelta(hours=72),
    Purpose.PASSWORD: timedelta(days=7),
    Purpose.RESET: timedelta(hours=24),
}


BY_DEVICE = frozenset({Role.MENTEE, Role.GUARDIAN})  # who needs no password


@dataclass(frozen=True, slots=True)
class Issued:
    """``token`` and ``code`` are told here, once."""

    invitation: Invitation
    token: str
    code: str | None


class Invitations:
    """Use cases of staff around the ways in of the people whom they let in (``Caseload.lets_in``)."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        jobs: Jobs,
        sms: Sms,
        caseload: Caseload,
        witnesses: Witnesses,
        clock: Clock,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._jobs = jobs
        self._sms = sms
        self._caseload = caseload
        self._witnesses = witnesses
        self._clock = clock

    async def issue(
        self, principal: Principal, account_id: UUID, *, password: bool, way: Way | None, site: str
    ) -> Issued:
        """A new way in for ``account_id``, in the place of the last one. ``password``: to choose one, also for somebody
        who needs none, which is for admins to give. ``way``: sent there, too, with a link that begins with ``site``.

        Raises Forbidden, NotFound, Conflict for a closed account, BadRequest when it cannot be sent there.
        """
        principal.require(Permission.INVITATION_GIVE)
        if password and principal.role is not Role.ADMIN:
            raise Forbidden
        token, code, now = new_token(), codes.new_code(), self._clock.now()
        code_hash = await self._passwords.hash_code(code)
        async with self._database.begin(principal.organisation_id) as conn:
            account = await self._account(conn, principal, account_id)
            if account.person.disabled:
                raise Conflict("account_closed")
            self._check_way(account, way)
            purpose = _purpose(account, password=password)
            hashes = {"shown_hash": hash_token(token)}
            if purpose is Purpose.DEVICE:
                hashes["code_hash"] = code_hash
            new = new_invitation(account.person, purpose, way, now, now + LASTS[purpose])
            await put(conn, self._jobs, new, by=principal.account_id, hashes=hashes, site=site)
            await self._witnesses.tell(conn, account.person, [Touched.WAY_IN], now, principal.account_id)
        return Issued(new, token, code if purpose is Purpose.DEVICE else None)

    async def revoke(self, principal: Principal, account_id: UUID) -> None:
        """The way in of ``account_id``, if any is open, opens nothing any more. Raises Forbidden, NotFound."""
        principal.require(Permission.INVITATION_GIVE)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            await self._account(conn, principal, account_id)
            if await invitation_store.revoke_open(conn, account_id, now):
                await record(
                    conn,
                    principal.organisation_id,
                    now,
                    Act.INVITATION_REVOKED,
                    by=principal.account_id,
                    about=[account_id],
                )

    async def _account(self, conn: AsyncConnection, principal: Principal, account_id: UUID) -> store.Account:
        """Locked first, whatever is then done with its invitations: so two of them have an order."""
        account = await store.account_for_change(conn, account_id)
        if (
            account is None
            or account.person.organisation_id != principal.organisation_id
            or not await self._caseload.lets_in(conn, principal, account.person)
        ):
            raise NotFound
        return account

    def _check_way(self, account: store.Account, way: Way | None) -> None:
        if way == "mail" and account.email is None:
            raise BadRequest("no_email", field="send")
        if way == "sms" and account.phone is None:
            raise BadRequest("no_phone", field="send")
        if way == "sms" and not self._sms.available:
            raise BadRequest("no_gateway", field="send")


def new_invitation(
    person: store.Person, purpose: Purpose, way: Way | None, now: datetime, until: datetime
) -> Invitation:
    delivery: Delivered | None = None if way is None else "queued"
    return Invitation(new_id(), person.organisation_id, person.id, purpose, now, until, None, None, way, delivery, None)


async def put(
    conn: AsyncConnection, jobs: Jobs, new: Invitation, *, by: UUID | None, hashes: dict[str, bytes], site: str
) -> None:
    """Stores ``new`` in the place of whatever was open, and queues its letter, in the caller's transaction, which holds
    the account's row."""
    await invitation_store.revoke_open(conn, new.account_id, new.created_at)
    await put_beside(conn, jobs, new, by=by, hashes=hashes, site=site)


async def put_beside(
    conn: AsyncConnection, jobs: Jobs, new: Invitation, *, by: UUID | None, hashes: dict[str, bytes], site: str
) -> None:
    """As ``put``; what is open stays open. For what a stranger may have asked for."""
    await invitation_store.insert_invitation(conn, new, by, hashes)
    detail = {"invitation": new.id, "purpose": new.purpose.value, "way": new.way or "shown"}
    await record(
        conn, new.organisation_id, new.created_at, Act.ACCOUNT_INVITED, by=by, about=[new.account_id], detail=detail
    )
    if new.way is not None:
        await jobs.enqueue(conn, JOB, {"invitation": new.id, "site": site})


def _purpose(account: store.Account, *, password: bool) -> Purpose:
    if account.person.role in BY_DEVICE and not password:
        return Purpose.DEVICE
    return Purpose.PASSWORD if account.password_hash is None else Purpose.RESET
