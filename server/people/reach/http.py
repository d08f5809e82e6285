"""HTTP around how people are reached: one's own, and what admins keep."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.infra.vapid import unpadded
from server.kernel.permissions import Permission, Role
from server.people.reach.contacts import OutsideContacts, Wanted
from server.people.reach.own import Chosen, Mine, OwnReach
from server.people.reach.queueing import Outcome
from server.people.reach.reachable import Reachability
from server.people.reach.rules import PROFESSIONALS, Channel, Quiet
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.wire import Identifier, ShortText, Timestamp, timestamp

WallTime = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
"""A time of the day as clocks on walls show it, where the person lives."""

Endpoint = Annotated[str, Meta(max_length=1_000)]


class QuietHours(msgspec.Struct, forbid_unknown_fields=True):
    start: WallTime
    end: WallTime


class ReachBody(msgspec.Struct, forbid_unknown_fields=True):
    """``shown_phone``: the number at work that a professional shows to the people they answer for."""

    push: bool
    mail: bool
    sms: bool
    quiet: QuietHours | None
    shown_phone: ShortText | None = None


class DeviceBody(msgspec.Struct, forbid_unknown_fields=True):
    """What ``PushSubscription`` of a browser says of itself."""

    endpoint: Endpoint
    p256dh: ShortText
    auth: ShortText


class ChannelState(msgspec.Struct):
    """``there``: whether there is such a way; ``on``: whether one leaves it on; ``at``: the address or number."""

    there: bool
    on: bool
    at: str | UnsetType = UNSET


class PushDevice(msgspec.Struct):
    id: UUID
    since: Timestamp
    here: bool


class TriedChannel(msgspec.Struct):
    channel: Channel
    result: Literal["sending", "sent", "failed", "unknown"]
    reason: str | UnsetType = UNSET


class Tried(msgspec.Struct):
    """The last try: ``waiting`` also through the quiet hours."""

    at: Timestamp
    state: Literal["waiting", "sent", "failed", "dropped"]
    attempts: list[TriedChannel]
    reason: str | UnsetType = UNSET


class MyReach(msgspec.Struct):
    """``why`` nothing at all goes out to one; ``must``: whether one channel must stay on; ``push_key``: what browsers
    subscribe to (``applicationServerKey``)."""

    push: ChannelState
    mail: ChannelState
    sms: ChannelState
    zone: str
    must: bool
    devices: list[PushDevice]
    push_key: str
    quiet: QuietHours | None = None
    shown_phone: str | UnsetType = UNSET
    why: str | UnsetType = UNSET
    tried: Tried | UnsetType = UNSET


class Professional(msgspec.Struct):
    """By which channels somebody hears of what is critical."""

    id: UUID
    name: str
    role: Role
    channels: list[Channel]


class ProfessionalList(msgspec.Struct):
    professionals: list[Professional]


class YoungBody(msgspec.Struct, forbid_unknown_fields=True):
    push: bool
    mail: bool
    sms: bool


class ContactBody(msgspec.Struct, forbid_unknown_fields=True):
    name: ShortText
    works_for: ShortText = ""
    email: ShortText | None = None
    phone: ShortText | None = None
    language: Literal["fr", "en"] = "fr"


class NewContactBody(ContactBody, forbid_unknown_fields=True, kw_only=True):
    id: Identifier


class ContactRow(msgspec.Struct):
    id: UUID
    name: str
    works_for: str
    language: str
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET


class ContactList(msgspec.Struct):
    contacts: list[ContactRow]


class ReachHttp:
    def __init__(self, own: OwnReach, reachability: Reachability, contacts: OutsideContacts) -> None:
        self._own = own
        self._reachability = reachability
        self._contacts = contacts

    @endpoint("GET", "/api/v1/reach", answer=MyReach)
    async def mine(self, call: Call) -> MyReach:
        """How one is reached oneself."""
        return _mine(await self._own.read(call.principal), call.principal.role)

    @endpoint("PUT", "/api/v1/reach", body=ReachBody, answer=MyReach)
    async def choose(self, call: Call) -> MyReach:
        """Choose by what one is told, and the hours in which one is left alone."""
        body: ReachBody = call.body
        wants = frozenset(channel for channel in Channel if getattr(body, channel.value))
        quiet = Quiet(_minutes(body.quiet.start), _minutes(body.quiet.end)) if body.quiet is not None else None
        await self._own.choose(call.principal, Chosen(wants, quiet, body.shown_phone or None))
        return _mine(await self._own.read(call.principal), call.principal.role)

    @endpoint("POST", "/api/v1/reach/devices", body=DeviceBody)
    async def add_device(self, call: Call) -> None:
        """Have notifications shown by this browser, as long as one is signed in there."""
        body: DeviceBody = call.body
        await self._own.add_device(call.principal, body.endpoint, body.p256dh, body.auth)

    @endpoint("DELETE", "/api/v1/reach/devices/{device}")
    async def remove_device(self, call: Call) -> None:
        """Have no more of them shown there. What is not one's own stays."""
        await self._own.remove_device(call.principal, call.identifier("device"))

    @endpoint("POST", "/api/v1/reach/try", pace=Pace.COSTLY)
    async def try_out(self, call: Call) -> None:
        """Have a try sent to oneself, by all channels."""
        await self._own.try_out(call.principal)

    @endpoint("GET", "/api/v1/reach/professionals", answer=ProfessionalList, permission=Permission.REACH_MANAGE)
    async def professionals(self, call: Call) -> ProfessionalList:
        """By which channels the professionals of one's organisation can be reached, those first who cannot."""
        ways = await self._reachability.professionals(call.principal)
        return ProfessionalList(
            [Professional(way.person.id, way.person.name, way.person.role, sorted(way.channels)) for way in ways]
        )

    @endpoint("GET", "/api/v1/reach/young", answer=YoungBody, permission=Permission.REACH_MANAGE)
    async def young(self, call: Call) -> YoungBody:
        """By what young people may be told, where they consent."""
        allowed = await self._reachability.young(call.principal)
        return YoungBody(**{channel.value: channel in allowed for channel in Channel})

    @endpoint("PUT", "/api/v1/reach/young", body=YoungBody, permission=Permission.REACH_MANAGE)
    async def let_young(self, call: Call) -> None:
        """Decide otherwise."""
        body: YoungBody = call.body
        allowed = frozenset(channel for channel in Channel if getattr(body, channel.value))
        await self._reachability.let_young(call.principal, allowed)

    @endpoint("GET", "/api/v1/reach/contacts", answer=ContactList, permission=Permission.REACH_MANAGE)
    async def contacts(self, call: Call) -> ContactList:
        """The people outside who can be told."""
        return ContactList(
            [
                ContactRow(one.id, one.name, one.works_for, one.language, one.email or UNSET, one.phone or UNSET)
                for one in await self._contacts.listed(call.principal)
            ]
        )

    @endpoint("POST", "/api/v1/reach/contacts", body=NewContactBody, permission=Permission.REACH_MANAGE)
    async def add_contact(self, call: Call) -> None:
        """Add one."""
        body: NewContactBody = call.body
        await self._contacts.add(call.principal, body.id, _wanted(body))

    @endpoint("PUT", "/api/v1/reach/contacts/{contact}", body=ContactBody, permission=Permission.REACH_MANAGE)
    async def change_contact(self, call: Call) -> None:
        """Correct one."""
        await self._contacts.change(call.principal, call.identifier("contact"), _wanted(call.body))

    @endpoint("DELETE", "/api/v1/reach/contacts/{contact}", permission=Permission.REACH_MANAGE)
    async def remove_contact(self, call: Call) -> None:
        """Take one out: nothing is sent to them any more. Not the one whom the plan of who is on call names."""
        await self._contacts.remove(call.principal, call.identifier("contact"))


def _wanted(body: ContactBody) -> Wanted:
    return Wanted(body.name, body.works_for, body.email, body.phone, body.language)


def _mine(mine: Mine, role: Role) -> MyReach:
    to = mine.reached.recipient
    at = {Channel.MAIL: mine.reached.email, Channel.SMS: mine.reached.phone}
    states = {one.value: ChannelState(one in to.has, one in to.wants, at.get(one) or UNSET) for one in Channel}
    return MyReach(
        **states,
        zone=str(to.zone),
        must=role in PROFESSIONALS,
        devices=[PushDevice(one.id, timestamp(one.since), one.here) for one in mine.devices],
        push_key=unpadded(mine.push_key),
        quiet=QuietHours(_wall(to.quiet.start), _wall(to.quiet.end)) if to.quiet is not None else None,
        shown_phone=mine.reached.shown_phone or UNSET,
        why=mine.why.value if mine.why is not None else UNSET,
        tried=_tried(mine.last_try) if mine.last_try is not None else UNSET,
    )


def _tried(outcome: Outcome) -> Tried:
    attempts = [TriedChannel(Channel(one.channel), one.result, one.reason or UNSET) for one in outcome.attempts]  # type: ignore[arg-type]  # as the table's check has it
    return Tried(timestamp(outcome.at), outcome.state, attempts, outcome.reason or UNSET)  # type: ignore[arg-type]  # likewise


def _minutes(wall: str) -> int:
    return int(wall[:2]) * 60 + int(wall[3:])


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
