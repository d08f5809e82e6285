"""HTTP around the child-welfare track of young people."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.pairs.card import PersonName
from server.pairs.welfare import Outcome, Step
from server.pairs.welfare_files import WelfareFile, WelfareFiles
from server.people.standing import Standing
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Timestamp, timestamp

Note = Annotated[str, Meta(max_length=2000)]


class EntryCard(Struct, frozen=True):
    step: Step
    on: str
    at: Timestamp
    outcome: Outcome | UnsetType = UNSET
    note: str | UnsetType = UNSET


class WelfareCard(Struct, frozen=True):
    """``refused``: the child's own opinion or adhesion is a no. ``due_on``: the day of the next evaluation."""

    mentee: PersonName
    open: bool
    missing: list[Step]
    refused: bool
    entries: list[EntryCard]
    due_on: str | UnsetType = UNSET
    days: int | UnsetType = UNSET


class EntryBody(Struct, forbid_unknown_fields=True):
    step: Step
    on: date
    outcome: Outcome | None = None
    note: Note | None = None


class WelfareHttp:
    """Endpoints of the track."""

    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._files = WelfareFiles(database, clock, standing)

    @endpoint("GET", "/api/v1/mentees/{mentee}/welfare", answer=WelfareCard, permission=Permission.WELFARE_KEEP)
    async def welfare_of(self, call: Call) -> WelfareCard:
        """The child-welfare track of a young person whom one answers for."""
        return _welfare(await self._files.of(call.principal, call.identifier("mentee")))

    @endpoint(
        "POST",
        "/api/v1/mentees/{mentee}/welfare",
        body=EntryBody,
        answer=WelfareCard,
        permission=Permission.WELFARE_KEEP,
        status=201,
    )
    async def record_welfare(self, call: Call) -> WelfareCard:
        """Write down a step of the track: `opened` first, `ended` last."""
        body: EntryBody = call.body
        mentee = call.identifier("mentee")
        return _welfare(await self._files.add(call.principal, mentee, body.step, body.on, body.outcome, body.note))


def _welfare(file: WelfareFile) -> WelfareCard:
    due_on = file.track.due_on
    return WelfareCard(
        mentee=PersonName(file.mentee.id, file.mentee.name),
        open=file.track.open,
        missing=list(file.track.missing),
        refused=file.track.refused,
        entries=[
            EntryCard(
                entry.step, entry.on.isoformat(), timestamp(entry.at), entry.outcome or UNSET, entry.note or UNSET
            )
            for entry in file.entries
        ],
        due_on=due_on.isoformat() if due_on is not None else UNSET,
        days=(due_on - file.today).days if due_on is not None else UNSET,
    )
