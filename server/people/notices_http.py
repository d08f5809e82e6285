"""HTTP around one's own notices."""

from typing import Annotated

from msgspec import Meta, Struct

from server.people.notices import LISTED, AccountNotices, Notice
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier


class NoticeList(Struct):
    notices: list[Notice]


class SeenBody(Struct, forbid_unknown_fields=True):
    ids: Annotated[list[Identifier], Meta(max_length=LISTED)]


class NoticesHttp:
    def __init__(self, notices: AccountNotices) -> None:
        self._notices = notices

    @endpoint("GET", "/api/v1/notices", answer=NoticeList)
    async def list_notices(self, call: Call) -> NoticeList:
        """What one was told and has not seen, and what one saw lately, the newest first."""
        return NoticeList(await self._notices.of(call.principal))

    @endpoint("POST", "/api/v1/notices/seen", body=SeenBody)
    async def see_notices(self, call: Call) -> None:
        """These of one's own are seen."""
        body: SeenBody = call.body
        await self._notices.seen(call.principal, body.ids)
