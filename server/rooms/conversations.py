"""What the moderation remembers of each room, kept while the room is talking and rebuilt from the log when needed."""

from collections import OrderedDict
from uuid import UUID

from server.infra.database import Database
from server.kernel.clock import Clock
from server.moderation.conversation import TURNS, WINDOW, Conversation
from server.moderation.verdict import Speaker, Verdict
from server.rooms import reading

MAX_ROOMS = 5_000  # conversations in memory, about 4 KB each

_Key = tuple[UUID, UUID]


class Recent:
    """The conversation of one room, and the verdicts on its last messages, so that a message that is sent again is
    not taken for a second one."""

    __slots__ = ("_verdicts", "conversation")

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self._verdicts: OrderedDict[_Key, tuple[int, Verdict]] = OrderedDict()

    def verdict(self, author_id: UUID, message_id: UUID, text: str) -> Verdict | None:
        """The verdict already given on this very message."""
        known = self._verdicts.get((author_id, message_id))
        return known[1] if known is not None and known[0] == hash(text) else None

    def remember(self, author_id: UUID, message_id: UUID, text: str, verdict: Verdict) -> None:
        self._verdicts[author_id, message_id] = hash(text), verdict
        if len(self._verdicts) > TURNS:
            self._verdicts.popitem(last=False)


class Conversations:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._rooms: OrderedDict[UUID, Recent] = OrderedDict()

    async def of(self, room_id: UUID) -> Recent:
        """What is remembered of the room, read from the log the first time."""
        recent = self._rooms.get(room_id)
        if recent is None:
            async with self._database.begin() as conn:
                turns = await reading.recent(conn, room_id, self._clock.now() - WINDOW, TURNS)
            conversation = Conversation()
            for author_id, text, at in turns:
                # The role is not known here and not needed: the key tells speakers apart.
                conversation.remember(Speaker("mentor", key=author_id), text, at)
            recent = self._rooms.setdefault(room_id, Recent(conversation))  # somebody else may have been faster
            if len(self._rooms) > MAX_ROOMS:
                self._rooms.popitem(last=False)
        self._rooms.move_to_end(room_id)
        return recent

    def forget(self, room_id: UUID) -> None:
        """What was remembered may never have been written: the log knows."""
        self._rooms.pop(room_id, None)
