"""HTTP around one's own access journal."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.kernel.permissions import Role
from server.people.journal import Journal, Line
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Timestamp, moment, timestamp

LAST = 2**53 - 1  # what JSON readers count to


class JournalQuery(Struct, forbid_unknown_fields=True):
    before: Annotated[int, Meta(ge=1, le=LAST)] | None = None


class ReaderCard(Struct, frozen=True):
    name: str
    role: Role


class JournalLine(Struct, frozen=True):
    """``id`` goes into ``before`` for the page behind it. ``others`` are those whose conversation it was. ``why`` and
    ``how`` are codes of ``act``; ``told``: when it was said that this happened, where that was put off."""

    id: int
    at: Timestamp
    act: str
    reader: ReaderCard | UnsetType = UNSET
    others: list[str] | UnsetType = UNSET
    why: str | UnsetType = UNSET
    how: str | UnsetType = UNSET
    left: Timestamp | UnsetType = UNSET
    told: Timestamp | UnsetType = UNSET


class JournalPage(Struct, frozen=True):
    lines: list[JournalLine]
    more: bool


class JournalHttp:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @endpoint("GET", "/api/v1/journal", query=JournalQuery, answer=JournalPage)
    async def journal(self, call: Call) -> JournalPage:
        """Who read what about oneself, when and why: fifty at a time, the newest first."""
        query: JournalQuery = call.query
        lines, more = await self._journal.of(call.principal, query.before)
        return JournalPage([_line(line) for line in lines], more)


def _line(line: Line) -> JournalLine:
    return JournalLine(
        line.sequence,
        timestamp(line.at),
        line.act,
        ReaderCard(line.reader.name, line.reader.role) if line.reader is not None else UNSET,
        line.others or UNSET,
        line.why or UNSET,
        line.how or UNSET,
        moment(line.left),
        moment(line.told),
    )
