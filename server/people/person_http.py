"""HTTP around one person of an organisation: for its admin."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from server.kernel.permissions import Permission, Role
from server.people.accounts import State
from server.people.entry import codes
from server.people.entry.delivery import link
from server.people.entry.invitations import Invitations
from server.people.entry.store import Invitation
from server.people.person_file import Correction, File, PersonFiles
from server.people.qr import Qr, qr_of
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.reached import reached
from server.transport.wire import ShortText, Timestamp, timestamp


class InvitationCard(Struct):
    """The last way in that staff gave, without what opens it. ``failure``: why it has not arrived."""

    purpose: str
    state: Literal["open", "used", "revoked", "expired"]
    at: Timestamp
    until: Timestamp
    way: str | UnsetType = UNSET
    delivery: str | UnsetType = UNSET
    failure: str | UnsetType = UNSET


class DeviceCard(Struct):
    """``bound``: by a code or a link, without a password."""

    id: UUID
    system: str
    browser: str
    since: Timestamp
    bound: bool
    pin: bool
    used_on: date | UnsetType = UNSET


class PersonCard(Struct):
    """``state`` as in the list of accounts. ``version`` is what a correction must name."""

    id: UUID
    login: str
    name: str
    role: Role
    language: str
    zone: str
    state: State
    password: bool
    version: int
    devices: list[DeviceCard]
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    birth_date: date | UnsetType = UNSET
    invitation: InvitationCard | UnsetType = UNSET


class CorrectionBody(Struct, forbid_unknown_fields=True):
    """All that may be corrected: what is left out is taken away."""

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    name: ShortText
    language: Literal["fr", "en"]
    zone: ShortText
    email: ShortText | None = None
    phone: ShortText | None = None
    birth_date: date | None = None
    confirmed: bool = False


class InvitationBody(Struct, forbid_unknown_fields=True):
    password: bool = False
    send: Literal["mail", "sms"] | None = None


class IssuedCard(Struct):
    """Told once. ``code`` is there for who needs no password."""

    purpose: str
    link: str
    qr: Qr
    until: Timestamp
    code: str | UnsetType = UNSET


class PersonHttp:
    """``site``: what links begin with; without it, as the admin's own browser reached us."""

    def __init__(self, files: PersonFiles, invitations: Invitations, site: str | None) -> None:
        self._files = files
        self._invitations = invitations
        self._site = site

    @endpoint("GET", "/api/v1/accounts/{account}", answer=PersonCard, permission=Permission.ACCOUNT_LIST)
    async def read_person(self, call: Call) -> PersonCard:
        """What is kept of one person, how they come in, and on which devices they are."""
        return self._card(await self._files.read(call.principal, call.identifier("account")))

    @endpoint(
        "PUT",
        "/api/v1/accounts/{account}",
        body=CorrectionBody,
        answer=PersonCard,
        permission=Permission.ACCOUNT_CORRECT,
    )
    async def correct_person(self, call: Call) -> PersonCard:
        """Correct a person. `conflict` with the field `version` when a colleague was faster: nothing is written."""
        body: CorrectionBody = call.body
        wanted = Correction(
            body.version,
            body.name,
            body.language,
            body.zone,
            body.email,
            body.phone,
            body.birth_date,
            body.confirmed,
        )
        return self._card(await self._files.correct(call.principal, call.identifier("account"), wanted))

    @endpoint("POST", "/api/v1/accounts/{account}/close", permission=Permission.ACCOUNT_CLOSE)
    async def close_account(self, call: Call) -> None:
        """Close an account: sockets and calls end now."""
        await self._files.close(call.principal, call.identifier("account"))

    @endpoint("POST", "/api/v1/accounts/{account}/reopen", permission=Permission.ACCOUNT_CLOSE)
    async def reopen_account(self, call: Call) -> None:
        """Open a closed account again."""
        await self._files.reopen(call.principal, call.identifier("account"))

    @endpoint(
        "POST",
        "/api/v1/accounts/{account}/invitation",
        body=InvitationBody,
        answer=IssuedCard,
        permission=Permission.INVITATION_GIVE,
        status=201,
        pace=Pace.COSTLY,
    )
    async def invite(self, call: Call) -> IssuedCard:
        """A new way in, in the place of the last one; told this once."""
        body: InvitationBody = call.body
        here = reached(call.request)
        site = self._site or f"{here.scheme}://{here.host}"
        issued = await self._invitations.issue(
            call.principal, call.identifier("account"), password=body.password, way=body.send, site=site
        )
        url = link(site, issued.token)
        code = UNSET if issued.code is None else codes.shown(issued.code)
        until = timestamp(issued.invitation.expires_at)
        return IssuedCard(issued.invitation.purpose.value, url, qr_of(url), until, code)

    @endpoint("DELETE", "/api/v1/accounts/{account}/invitation", permission=Permission.INVITATION_GIVE)
    async def revoke_invitation(self, call: Call) -> None:
        """The open way in, if any, opens nothing any more."""
        await self._invitations.revoke(call.principal, call.identifier("account"))

    @endpoint("DELETE", "/api/v1/accounts/{account}/devices", permission=Permission.INVITATION_GIVE)
    async def revoke_devices(self, call: Call) -> None:
        """Cut off all devices of a person, now."""
        await self._files.revoke_devices(call.principal, call.identifier("account"))

    @endpoint("DELETE", "/api/v1/accounts/{account}/devices/{session}", permission=Permission.INVITATION_GIVE)
    async def revoke_device(self, call: Call) -> None:
        """Cut off one device of a person, now."""
        await self._files.revoke_devices(call.principal, call.identifier("account"), call.identifier("session"))

    def _card(self, file: File) -> PersonCard:
        account, person, now = file.account, file.account.person, file.at
        return PersonCard(
            id=person.id,
            login=account.login,
            name=person.name,
            role=person.role,
            language=person.language,
            zone=person.zone,
            state=file.state,
            password=account.password_hash is not None,
            version=account.version,
            devices=[
                DeviceCard(
                    id=device.session.id,
                    system=device.session.system or "other",
                    browser=device.session.browser or "other",
                    since=timestamp(device.session.since),
                    bound=device.bound,
                    pin=device.pin,
                    used_on=device.session.used_on or UNSET,
                )
                for device in file.devices
            ],
            email=account.email or UNSET,
            phone=account.phone or UNSET,
            birth_date=person.birth_date or UNSET,
            invitation=UNSET if file.invitation is None else _invitation(file.invitation, now),
        )


def _invitation(given: Invitation, now: datetime) -> InvitationCard:
    state: Literal["open", "used", "revoked", "expired"] = "open"
    if given.used_at is not None:
        state = "used"
    elif given.revoked_at is not None:
        state = "revoked"
    elif given.expires_at <= now:
        state = "expired"
    return InvitationCard(
        given.purpose.value,
        state,
        timestamp(given.created_at),
        timestamp(given.expires_at),
        given.way or UNSET,
        given.delivery or UNSET,
        given.failure or UNSET,
    )
