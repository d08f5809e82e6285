"""What staff keep of one person: read, corrected without undoing a colleague, closed and opened again; and the devices
that speak for the person, which staff can cut off.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people import rules, store
from server.people.accounts import Accounts, ScreenName, State, state_of
from server.people.caseload import Caseload
from server.people.consent.store import links_of
from server.people.entry import store as invitation_store
from server.people.entry.store import Invitation, Way
from server.people.factors import devices as known_devices
from server.people.notices import tell
from server.people.sessions import store as sessions
from server.people.sessions.signin import SignIn
from server.people.sessions.store import Listed
from server.people.standing import Standing
from server.people.tables import bound_sessions
from server.people.witnesses import Touched, Witnesses
from server.trail.acts import Act
from server.trail.readings import record_reading
from server.trail.record import record

_WAYS: Final[Mapping[str, Way]] = {"email": "mail", "phone": "sms"}
_TOUCHES: Final[Mapping[str, Touched]] = {
    "email": Touched.ADDRESS,
    "phone": Touched.ADDRESS,
    "birth_date": Touched.BIRTH_DATE,
}


@dataclass(frozen=True, slots=True)
class Correction:
    """All that may be corrected, as it is to be from now on. ``version`` is the one that whoever writes has seen."""

    version: int
    name: str
    language: str
    zone: str
    email: str | None
    phone: str | None
    birth_date: date | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Device:
    """``bound``: by a code or a link, without a password; ``pin``: asks for one."""

    session: Listed
    bound: bool
    pin: bool


@dataclass(frozen=True, slots=True)
class File:
    """As of ``at``."""

    at: datetime
    account: store.Account
    state: State
    invitation: Invitation | None
    devices: list[Device]


class PersonFiles:
    """Use cases of an admin around one person of their organisation; of another one, NotFound. Devices are cut off by
    whoever lets the person in, too (``Caseload.lets_in``)."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        sign_in: SignIn,
        standing: Standing,
        caseload: Caseload,
        witnesses: Witnesses,
        clock: Clock,
        screen_name: ScreenName | None = None,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._sign_in = sign_in
        self._standing = standing
        self._caseload = caseload
        self._witnesses = witnesses
        self._clock = clock
        self._screen_name = screen_name

    async def read(self, principal: Principal, account_id: UUID) -> File:
        """It stands in the person's journal who looked. Raises Forbidden, NotFound."""
        principal.require(Permission.ACCOUNT_LIST)
        now, me, organisation = self._clock.now(), principal.account_id, principal.organisation_id
        async with self._database.begin(organisation) as conn:
            found = await self._file(conn, principal, account_id)
            if me != account_id:
                await record_reading(conn, organisation, now, Act.ACCOUNT_READ, by=me, about=[account_id])
            return found

    async def correct(self, principal: Principal, account_id: UUID, wanted: Correction) -> File:
        """Raises Forbidden, NotFound, BadRequest, and Conflict("person_changed") when a colleague was faster: then
        nothing is written, and theirs is there to be read."""
        principal.require(Permission.ACCOUNT_CORRECT)
        now = self._clock.now()
        name = rules.checked_name(wanted.name)
        rules.check_zone(wanted.zone)
        async with self._database.begin(principal.organisation_id) as conn:
            before = await self._account(conn, principal, account_id, lock=False)
        if self._screen_name is not None and name != before.person.name:
            await self._screen_name(principal.organisation_id, name, wanted.confirmed)
        async with self._database.begin(principal.organisation_id) as conn:
            before = await self._account(conn, principal, account_id, lock=True)
            if before.version != wanted.version:
                raise Conflict("person_changed", field="version")
            organisation = await store.organisation(conn, principal.organisation_id)
            changed = self._changed(before, wanted, name, organisation.country)
            if changed:
                await store.correct_account(conn, account_id, changed)
                detail = {"fields": sorted(changed), "version": before.version + 1}
                await record(
                    conn,
                    principal.organisation_id,
                    now,
                    Act.ACCOUNT_CORRECTED,
                    by=principal.account_id,
                    about=[account_id],
                    detail=detail,
                )
            for field, way in _WAYS.items():
                if field in changed:
                    await invitation_store.void_sent(conn, account_id, way, now)
            await self._tell(conn, before.person, changed, now, principal.account_id)
            if "birth_date" in changed:
                await self._standing.changed(conn, [account_id], now)
            return await self._file(conn, principal, account_id)

    async def _tell(
        self, conn: AsyncConnection, person: store.Person, changed: Collection[str], at: datetime, by: UUID
    ) -> None:
        """The person, those who may see it, and of a birth date, which decides who consents, the guardians."""
        touched = sorted({_TOUCHES[field] for field in changed if field in _TOUCHES})
        for what in touched:
            await tell(conn, person.organisation_id, person.id, "account_corrected", at, what=what.value)
        await self._witnesses.tell(conn, person, touched, at, by)
        if Touched.BIRTH_DATE in touched and person.role is Role.MENTEE:
            for link in await links_of(conn, mentee_ids=[person.id]):
                if link.until is None:
                    await tell(conn, person.organisation_id, link.guardian_id, "child_corrected", at, mentee=person.id)

    async def close(self, principal: Principal, account_id: UUID) -> None:
        """Sessions, sockets and calls end now. Raises Forbidden, NotFound, Conflict("own_account")."""
        principal.require(Permission.ACCOUNT_CLOSE)
        if account_id == principal.account_id:
            raise Conflict("own_account")
        await self._accounts.disable(principal.organisation_id, account_id, by=principal.account_id)

    async def reopen(self, principal: Principal, account_id: UUID) -> None:
        """The person may be invited again; no session comes back. Raises Forbidden, NotFound."""
        principal.require(Permission.ACCOUNT_CLOSE)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            account = await self._account(conn, principal, account_id, lock=True)
            if await store.set_open(conn, account_id):
                await self._witnesses.tell(conn, account.person, [Touched.REOPENED], now, principal.account_id)
                await self._record(conn, principal, Act.ACCOUNT_REOPENED, account_id)
                await self._standing.changed(conn, [account_id], now)

    async def revoke_devices(self, principal: Principal, account_id: UUID, session_id: UUID | None = None) -> None:
        """Ends this session of the person, or all: sockets and calls now. What was cut off is no known device any more,
        whoever has it. Raises Forbidden, NotFound."""
        principal.require(Permission.INVITATION_GIVE)
        async with self._database.begin(principal.organisation_id) as conn:
            account = await self._account(conn, principal, account_id, lock=True)
            if not await self._caseload.lets_in(conn, principal, account.person):
                raise NotFound
            if session_id is None:
                ended = await sessions.delete_of_account(conn, account_id)
                await known_devices.forget_all(conn, account_id)
            else:
                await known_devices.forget_of(conn, account_id, session_id)
                ended = await sessions.delete_own(conn, account_id, session_id)
                if not ended:
                    raise NotFound
            for session in ended:
                await self._record(conn, principal, Act.DEVICE_REVOKED, account_id, session=session.id)
        await self._sign_in.announce(ended, "session_expired")

    def _changed(self, before: store.Account, wanted: Correction, name: str, country: str) -> Mapping[str, Any]:
        person, today = before.person, self._clock.now().date()
        rules.check_birth_date(person.role, wanted.birth_date, today)
        values = {
            "name": name,
            "language": wanted.language,
            "zone": wanted.zone,
            "email": rules.checked_email(wanted.email) if wanted.email is not None else None,
            "phone": rules.checked_phone(wanted.phone, country) if wanted.phone is not None else None,
            "birth_date": wanted.birth_date,
        }
        stood = {
            "name": person.name,
            "language": person.language,
            "zone": person.zone,
            "email": before.email,
            "phone": before.phone,
            "birth_date": person.birth_date,
        }
        return {field: value for field, value in values.items() if value != stood[field]}

    async def _account(
        self, conn: AsyncConnection, principal: Principal, account_id: UUID, *, lock: bool
    ) -> store.Account:
        account = await (store.account_for_change if lock else store.account)(conn, account_id)
        if account is None or account.person.organisation_id != principal.organisation_id:
            raise NotFound
        return account

    async def _file(self, conn: AsyncConnection, principal: Principal, account_id: UUID) -> File:
        now = self._clock.now()
        account = await self._account(conn, principal, account_id, lock=False)
        invitation = await invitation_store.latest(conn, account_id)
        rows = await conn.execute(
            select(bound_sessions.c.session_id, bound_sessions.c.pin_hash.is_not(None).label("pin")).where(
                bound_sessions.c.account_id == account_id
            )
        )
        pins = {row.session_id: row.pin for row in rows}
        devices = [
            Device(session, session.id in pins, pins.get(session.id, False))
            for session in await sessions.listed(conn, account_id, now)
        ]
        return File(now, account, state_of(account, invitation, bool(devices), now), invitation, devices)

    async def _record(
        self, conn: AsyncConnection, principal: Principal, act: Act, account_id: UUID, **detail: UUID
    ) -> None:
        at = self._clock.now()
        await record(
            conn, principal.organisation_id, at, act, by=principal.account_id, about=[account_id], detail=detail
        )
