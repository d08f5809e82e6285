"""A client of one room as docs/protocol.md tells one to be written: a cursor, what it holds, and questions on a gap.

Reads both wire forms into the same values, so that what was told live can be held against a fresh fetch.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from server.kernel.identifiers import parse_id
from server.rooms.rules import STATES
from server.transport.wire import timestamp
from tests.support.rooms import Client, Person, Room


@dataclass(frozen=True)
class Held:
    """One message as one person sees it. ``id`` is known of one's own only. ``at`` is in whole seconds. ``edit`` is the
    state and the text of what others do not read."""

    seq: int
    changed: int
    author: UUID
    at: int
    body: str
    state: str
    id: UUID | None
    edited: bool = False
    advice: str = ""
    edit: tuple[str, str] | None = None


@dataclass
class Reader:
    """What one device of ``who`` holds of ``room``; lives on when its connection does not."""

    who: Person
    room: Room
    compact: bool
    cursor: int | None = None
    messages: dict[int, Held] = field(default_factory=dict)
    ahead: set[int] = field(default_factory=set)  # numbers heard of beyond the cursor
    client: Client | None = None
    read: int = 0  # frames of the client that were looked at

    def auth(self) -> dict[str, Any]:
        name = str(self.room.number) if self.compact else str(self.room.id)
        cursors = {} if self.cursor is None else {name: self.cursor}
        return {"cursors": cursors, **({"compact": 1} if self.compact else {})}

    def message(self, told: Any, *, live: bool) -> Held:
        if not self.compact:
            assert UUID(told["room"]) == self.room.id
            assert told["kind"] == "text"
            mine = UUID(told["author"]) == self.who.id
            at = told["at"]
            return Held(
                told["seq"],
                told.get("changed", told["seq"]),
                UUID(told["author"]),
                seconds(at),
                told["body"],
                told["state"],
                UUID(told["id"]) if mine else None,
                told.get("edited", False),
                told.get("advice", ""),
                (told["edit"]["state"], told["edit"]["body"]) if "edit" in told else None,
            )
        if live:
            assert told[0] == self.room.number
            told = told[1:]
        seq, seat, at, body = told[:4]
        rest: list[Any] = told[4:]
        state, changed, name, kind, edited, advice, edit = rest + [0, 0, "", 0, 0, "", 0][len(rest) :]
        author = {1: self.room.mentor, 2: self.room.mentee, 3: self.room.supervisor}[seat]
        assert (name != "") == (author.id == self.who.id)
        assert kind == 0
        return Held(
            seq,
            changed or seq,
            author.id,
            at,
            body,
            STATES[state],
            parse_id(name) if name else None,
            edited == 1,
            advice,
            (STATES[edit[0]], edit[1]) if edit else None,
        )

    def hold(self, message: Held) -> None:
        known = self.messages.get(message.seq)
        if known is None or known.changed <= message.changed:
            self.messages[message.seq] = message

    def heard(self, number: int) -> None:
        """A number of the room is known; the cursor moves over all that are known without a gap."""
        if self.cursor is None or number > self.cursor:
            self.ahead.add(number)
        self._advance()

    def move(self, upto: int) -> None:
        self.cursor = max(self.cursor or 0, upto)
        self._advance()

    def _advance(self) -> None:
        while self.cursor is not None and self.cursor + 1 in self.ahead:
            self.cursor += 1
        self.ahead = {number for number in self.ahead if self.cursor is None or number > self.cursor}

    def answered(self, answer: Any, message_id: UUID, body: str) -> None:
        """The acknowledgement of one's own message stands for it."""
        at = answer["at"] if self.compact else seconds(answer["at"])
        seq = answer["seq"]
        self.hold(Held(seq, seq, self.who.id, at, body, answer.get("state", "delivered"), message_id))
        self.heard(seq)

    def look(self) -> None:
        """Takes in what has arrived."""
        assert self.client is not None
        frames, self.read = self.client.frames[self.read :], len(self.client.frames)
        for name, told in self.client.told(frames):
            if name == "chat:message":
                message = self.message(told, live=True)
                self.hold(message)
                self.heard(message.changed)
            elif name == "room:sync":
                self._sync(told)

    def _sync(self, told: Any) -> None:
        if self.compact:
            pages = [(upto, messages) for number, upto, _, messages in told if number == self.room.number]
        else:
            pages = [(one["upto"], one["messages"]) for one in told["rooms"] if UUID(one["room"]) == self.room.id]
        for upto, messages in pages:
            for message in messages:
                self.hold(self.message(message, live=False))
            self.move(upto)

    async def ask(self, **what: Any) -> Any:
        assert self.client is not None
        answer = await self.client.call("chat:history", {"room": self.room.number, **what})
        assert answer.pop("ok"), answer
        answer["messages"] = [self.message(message, live=False) for message in answer["messages"]]
        return answer

    async def catch_up(self, page: int = 200) -> None:
        """Takes in what has arrived, and asks until no gap is left."""
        assert self.client is not None
        await self.client.quiet()
        self.look()
        while True:
            answer = await self.ask(after=self.cursor or 0, limit=page)
            for message in answer["messages"]:
                self.hold(message)
            self.move(answer["upto"])
            if not answer["more"]:
                return

    async def fetch(self, page: int) -> dict[int, Held]:
        """Everything, from the newest page backwards."""
        found: dict[int, Held] = {}
        before: dict[str, int] = {}
        while True:
            answer = await self.ask(limit=page, **before)
            assert [message.seq for message in answer["messages"]] == sorted(m.seq for m in answer["messages"])
            found |= {message.seq: message for message in answer["messages"]}
            if not answer["more"]:
                return found
            before = {"before": answer["messages"][0].seq}


def seconds(at: str) -> int:
    """An instant of the full form, as the compact form has it."""
    moment = datetime.fromisoformat(at)
    assert timestamp(moment) == at
    return int(moment.timestamp())
