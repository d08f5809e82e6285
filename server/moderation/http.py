"""HTTP around flags: the supervisor's queue. Release and refuse change a message too, so they are with the rooms."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from server.kernel.permissions import Permission
from server.moderation.cards import FlagCard
from server.moderation.flags import Flags
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier

PAGE = 50  # flags of one answer: more than a screen, 200 KB of the longest messages
Note = Annotated[str, Meta(max_length=2000)]


class FlagQuery(msgspec.Struct, forbid_unknown_fields=True):
    state: Literal["open", "closed"] = "open"
    before: Identifier | None = None


class FlagPage(msgspec.Struct):
    flags: list[FlagCard]
    more: bool


class DecisionBody(msgspec.Struct, forbid_unknown_fields=True):
    note: Note | None = None


class FlagsHttp:
    """Endpoints of the queue."""

    def __init__(self, flags: Flags) -> None:
        self._flags = flags

    @endpoint("GET", "/api/v1/flags", query=FlagQuery, answer=FlagPage, permission=Permission.FLAG_REVIEW)
    async def list_flags(self, call: Call) -> FlagPage:
        """The flags of one's own caseload: open by severity, then age; closed by when they were decided."""
        query: FlagQuery = call.query
        flags, more = await self._flags.page(
            call.principal, closed=query.state == "closed", before=query.before, limit=PAGE
        )
        return FlagPage(flags, more)

    @endpoint(
        "POST",
        "/api/v1/flags/{flag}/acknowledge",
        body=DecisionBody,
        answer=FlagCard,
        permission=Permission.FLAG_REVIEW,
    )
    async def acknowledge(self, call: Call) -> FlagCard:
        """Seen, nothing to decide. Not for held messages: those are released or refused."""
        body: DecisionBody = call.body
        return await self._flags.acknowledge(call.identifier("flag"), call.principal, body.note)
