"""What the moderation remembers of each room, kept while the room is talking. Rebuilt when needed: the last messages
from the log, what each author's messages add up to from the row that was written with the last that counted."""

import logging
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from uuid import UUID

from server.infra.database import Database
from server.kernel.clock import Clock
from server.moderation.conversation import TURNS, WINDOW, Conversation
from server.moderation.slips import held_before, is_slip
from server.moderation.verdict import Speaker, Verdict
from server.rooms import memories, reading
from server.rooms.store import Room

log = logging.getLogger(__name__)

MAX_ROOMS = 5_000  # conversations in memory, about 4 KB each

Key = tuple[UUID, Hashable]
"""An author, and what names one act of theirs."""


class Recent:
    """The conversation of one room, and the verdicts on its last messages, so that a message that is sent again is
    not taken for a second one."""

    __slots__ = ("_held", "_verdicts", "_written", "conversation")

    def __init__(self, conversation: Conversation, authors: Iterable[UUID] = (), held: Iterable[UUID] = ()) -> None:
        self.conversation = conversation
        self._held = set(held)
        self._verdicts: OrderedDict[Key, tuple[int, Verdict]] = OrderedDict()
        self._written = {author: conversation.state_of(author) for author in authors}

    def verdict(self, key: Key, text: str) -> Verdict | None:
        """The verdict already given on this very act."""
        known = self._verdicts.get(key)
        return known[1] if known is not None and known[0] == hash(text) else None

    def remember(self, key: Key, text: str, verdict: Verdict) -> None:
        self._verdicts[key] = hash(text), verdict
        if len(self._verdicts) > TURNS:
            self._verdicts.popitem(last=False)

    def first_slip(self, author_id: UUID, verdict: Verdict) -> bool:
        """Whether it is the first time that a message of this author is held here, and most likely a slip."""
        if verdict.action != "hold" or author_id in self._held:
            return False
        self._held.add(author_id)
        return is_slip(verdict)

    def changes(self, authors: Iterable[UUID]) -> dict[UUID, bytes]:
        """What is to be written of ``authors`` since this was last asked."""
        changed = {}
        for author in authors:
            state = self.conversation.state_of(author)
            if state is not None and state != self._written.get(author):
                changed[author] = self._written[author] = state
        return changed


class Conversations:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._rooms: OrderedDict[UUID, Recent] = OrderedDict()

    async def of(self, room: Room) -> Recent:
        """What is remembered of the room, read from the database the first time."""
        recent = self._rooms.get(room.id)
        if recent is None:
            # Somebody else may have been faster.
            recent = self._rooms.setdefault(room.id, await self._read(room))
            if len(self._rooms) > MAX_ROOMS:
                self._rooms.popitem(last=False)
        self._rooms.move_to_end(room.id)
        return recent

    def forget(self, room_id: UUID) -> None:
        """What was remembered may never have been written: the database knows."""
        self._rooms.pop(room_id, None)

    async def _read(self, room: Room) -> Recent:
        async with self._database.begin(room.organisation_id) as conn:
            turns = await reading.recent(conn, room.id, self._clock.now() - WINDOW, TURNS)
            kept = await memories.of_room(conn, room.id)
            held = await held_before(conn, room.id)
        conversation = Conversation()
        for author_id, text, at in turns:
            # The role is not known here and not needed: the key tells speakers apart.
            conversation.remember(Speaker("mentor", key=author_id), text, at)
        for memory in kept:
            try:
                conversation.restore(memory.account_id, memory.state, memory.at)
            except ValueError:  # of another version of the server: what it knew is lost, the messages are not
                log.exception("conversation_state_unreadable", extra={"room": room.id})
        return Recent(conversation, [memory.account_id for memory in kept], held)
