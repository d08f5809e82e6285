"""An author asks for another look at what was hidden, held or sent back of their own words."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, Forbidden, NotFound
from server.moderation.appeals import Appealed, appeal, appeals_of
from server.moderation.flags import Flags
from server.rooms import reading
from server.rooms.access import Rights
from server.rooms.appeal_news import AppealNews, appeal_card
from server.rooms.log import instant
from server.trail.acts import Act
from server.trail.record import record
from server.transport.gateway import Connection
from server.transport.wire import Timestamp

MAX_WORDS: Final = 1_000  # code points: enough to say why, not a letter

Words = Annotated[str, Meta(max_length=MAX_WORDS)]


class AppealAnswer(Struct, frozen=True):
    """When another look was first asked for, and when it was answered, if it was. ``kept`` as in ``AppealCard``."""

    at: Timestamp
    decided: Timestamp | UnsetType = UNSET
    kept: bool | UnsetType = UNSET


class Appeals:
    """``chat:appeal``. Open also while the room is closed: that is when it is needed most."""

    def __init__(self, database: Database, rights: Rights, flags: Flags, news: AppealNews, clock: Clock) -> None:
        self._database = database
        self._rights = rights
        self._flags = flags
        self._news = news
        self._clock = clock

    async def ask(self, connection: Connection, room: str | int, seq: int, words: str | None) -> AppealAnswer:
        """Asks a professional to look again at a message of one's own. Asked twice, the first answer.

        Raises BadRequest, NotFound, Forbidden for what somebody else has said, Conflict("appeal_impossible") for what
        everyone reads as it was written.
        """
        if words is not None and "\x00" in words:
            raise BadRequest("nul", field="words")
        access = await self._rights.present(room, connection)
        async with self._database.begin(access.room.organisation_id) as conn:
            message = await reading.message(conn, access.room_id, seq)
            if message is None or not message.visible_to(access.account_id, staff=access.staff):
                raise NotFound
            if message.author_id != access.account_id:
                raise Forbidden("not_author")
            if message.state == "delivered" and message.edit_state is None:
                raise Conflict("appeal_impossible")
            about = Appealed(
                access.room.organisation_id,
                access.pair.supervisor_id,
                access.pair.id,
                access.room_id,
                seq,
                message.last_change,
                access.account_id,
                message.edit_state or message.state,
                message.edit_body or message.body,
            )
            now = instant(self._clock)
            flag_id = await appeal(conn, about, (words or "").strip() or None, now)
            detail = {"flag": flag_id, "room": access.room_id, "seq": seq}
            me, organisation_id = access.account_id, access.room.organisation_id
            await record(conn, organisation_id, now, Act.APPEAL_MADE, by=me, about=[me], detail=detail)
            (state,) = await appeals_of(conn, access.account_id, [access.room_id], seq=seq, limit=1)
        await self._flags.tell(access.room.organisation_id, [flag_id])
        if state.at == now:  # else it had been made before, and the other devices know of it
            await self._news.tell(access.room.organisation_id, access.room_id, seq, access.account_id, skip=connection)
        card = appeal_card(state)
        return AppealAnswer(card.at, card.decided, card.kept)
