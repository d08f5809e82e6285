"""HTTP around the help card of an organisation."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from server.kernel.errors import BadRequest
from server.kernel.identifiers import parse_id
from server.kernel.permissions import Permission
from server.people.helplines.helplines import Card, Helplines
from server.people.helplines.lines import Line
from server.people.helplines.rules import MAX_AGE, MAX_AUDIENCE, MAX_LINES, MAX_SOURCE, Entry, Word, to_check
from server.transport.endpoint import Call, endpoint
from server.transport.wire import ShortText

OfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Age = Annotated[int, Meta(ge=0, le=MAX_AGE)]
Day = Annotated[int, Meta(ge=1, le=7)]
LARGEST = 64 * 1024  # bytes of a whole card: 40 lines of the longest words in any script


class HelpLine(Struct, omit_defaults=True):
    """A line to call. Without ``hours`` it answers day and night, without ``days`` on every day (1 is Monday); both are
    of ``zone``. ``chat`` some: on the line's own site, at hours that we do not know. ``worried``: also for adults who
    are worried about somebody of that age. ``audience``: whom it is for, in the words of the organisation; without, the
    client words what is shipped, by ``id``."""

    id: str
    number: str
    checked: date
    danger: bool = False
    sms: bool = False
    free: bool = False
    hidden_from_bill: bool = False
    worried: bool = False
    hours: tuple[str, str] | UnsetType = UNSET
    days: list[int] | UnsetType = UNSET
    chat: tuple[str, str] | Literal["some"] | UnsetType = UNSET
    age_from: int | UnsetType = UNSET
    age_to: int | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    audience: str | UnsetType = UNSET


class Professional(Struct):
    """Somebody who answers for the one who asks. ``phone``: where they said that they may be called."""

    id: UUID
    name: str
    phone: str | UnsetType = UNSET


class HelpCard(Struct):
    """The lines in their order, those for danger first. ``phone``: the organisation's own. ``age``: of who asks, in
    years."""

    version: int
    organisation: str
    country: str
    lines: list[HelpLine]
    professionals: list[Professional]
    phone: str | UnsetType = UNSET
    age: int | UnsetType = UNSET


class KeptLine(HelpLine):
    """A line as the admin sees it. ``to_check``: its date of check is more than six months ago."""

    source: str = ""
    hidden: bool = False
    shipped: bool = False
    to_check: bool = False


class HelpLines(Struct):
    """All lines, also the hidden ones."""

    version: int
    country: str
    lines: list[KeptLine]
    phone: str | UnsetType = UNSET


class LineBody(Struct, forbid_unknown_fields=True):
    """What is said of a line that is ``shipped`` (that it is hidden, when it was last checked), or a line of the
    organisation's ``own``, with all that there is of it."""

    kind: Literal["shipped", "own"]
    id: Annotated[str, Meta(max_length=36)]
    checked: date
    hidden: bool = False
    number: Annotated[str, Meta(max_length=30)] | None = None
    audience: Annotated[str, Meta(max_length=MAX_AUDIENCE)] | None = None
    source: Annotated[str, Meta(max_length=MAX_SOURCE)] | None = None
    danger: bool = False
    sms: bool = False
    free: bool = False
    hours: tuple[OfDay, OfDay] | None = None
    days: Annotated[list[Day], Meta(min_length=1, max_length=7)] | None = None
    chat: tuple[OfDay, OfDay] | None = None
    age_from: Age | None = None
    age_to: Age | None = None


class HelpLinesBody(Struct, forbid_unknown_fields=True):
    """The whole card. ``after``: the version that this follows; 0 where nothing was written yet."""

    after: Annotated[int, Meta(ge=0, le=2**31 - 2)]
    lines: Annotated[list[LineBody], Meta(max_length=MAX_LINES)]
    phone: ShortText | None = None


class HelplinesHttp:
    """Endpoints of the help card."""

    def __init__(self, helplines: Helplines) -> None:
        self._helplines = helplines

    @endpoint("GET", "/api/v1/help/card", answer=HelpCard, permission=Permission.HELP_ASK)
    async def card(self, call: Call) -> HelpCard:
        """Whom to call for help, for the one who asks. Clients keep it for when there is no network."""
        found = await self._helplines.card(call.principal)
        return HelpCard(
            version=found.version,
            organisation=found.organisation.name,
            country=found.organisation.country,
            lines=[_line(line) for line in found.lines],
            professionals=[
                Professional(one.id, one.name, found.phones.get(one.id, UNSET)) for one in found.professionals
            ],
            phone=found.phone if found.phone is not None else UNSET,
            age=found.age if found.age is not None else UNSET,
        )

    @endpoint("GET", "/api/v1/help/lines", answer=HelpLines, permission=Permission.HELPLINE_SET)
    async def read(self, call: Call) -> HelpLines:
        """The help card as its admin keeps it."""
        return _lines(await self._helplines.read(call.principal))

    @endpoint(
        "PUT",
        "/api/v1/help/lines",
        body=HelpLinesBody,
        answer=HelpLines,
        permission=Permission.HELPLINE_SET,
        max_body=LARGEST,
    )
    async def change(self, call: Call) -> HelpLines:
        """Write the help card anew, whole and in its order. Numbers for danger can be added to, never hidden."""
        body: HelpLinesBody = call.body
        entries = [_entry(given, place) for place, given in enumerate(body.lines)]
        return _lines(await self._helplines.change(call.principal, body.after, body.phone, entries))


def _entry(given: LineBody, place: int) -> Entry:
    at = f"lines[{place}]"
    if given.kind == "shipped":
        if given.number is not None:
            raise BadRequest("unexpected", field=f"{at}.number")
        return Word(given.id, given.checked, given.hidden)
    for name in ("number", "audience", "source"):
        if getattr(given, name) is None:
            raise BadRequest("missing", field=f"{at}.{name}")
    if given.days is not None and len(set(given.days)) < len(given.days):
        raise BadRequest("twice", field=f"{at}.days")
    try:
        identifier = str(parse_id(given.id))
    except ValueError:
        raise BadRequest("identifier", field=f"{at}.id") from None
    return Line(
        id=identifier,
        number=" ".join((given.number or "").replace(".", " ").split()),
        danger=given.danger,
        sms=given.sms,
        free=given.free,
        hours=given.hours,
        days=tuple(sorted(given.days)) if given.days is not None else None,
        chat=given.chat,
        age_from=given.age_from,
        age_to=given.age_to,
        audience=(given.audience or "").strip(),
        source=(given.source or "").strip(),
        checked=given.checked,
        hidden=given.hidden,
    )


def _lines(card: Card) -> HelpLines:
    kept = []
    for line in card.lines:
        more: dict[str, Any] = {"source": line.source, "hidden": line.hidden, "to_check": to_check(line, card.today)}
        kept.append(KeptLine(**_told(line), **more, shipped=line.audience is None))
    return HelpLines(card.version, card.organisation.country, kept, card.phone if card.phone is not None else UNSET)


def _line(line: Line) -> HelpLine:
    return HelpLine(**_told(line))


def _told(line: Line) -> dict[str, Any]:
    """What is there of it, by the names of ``HelpLine``."""
    told: dict[str, Any] = {
        "id": line.id,
        "number": line.number,
        "checked": line.checked,
        "danger": line.danger,
        "sms": line.sms,
        "free": line.free,
        "hidden_from_bill": line.hidden_from_bill,
        "worried": line.worried,
    }
    if line.hours is not None:
        told["hours"] = line.hours
    if line.days is not None:
        told["days"] = list(line.days)
    if line.chat is not None:
        told["chat"] = line.chat
    if line.age_from is not None:
        told["age_from"] = line.age_from
    if line.age_to is not None:
        told["age_to"] = line.age_to
    if line.audience is not None:
        told["audience"] = line.audience
    if line.zone and (line.hours is not None or isinstance(line.chat, tuple)):
        told["zone"] = line.zone
    return told
