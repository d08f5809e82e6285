"""State + events = fresh fetch (promise 1), and what is held is nowhere before it is released (promise 2): Hypothesis
drives people who write, edit, repeat, lose their lines and come back, and a professional who releases, returns and
refuses."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
from hypothesis.stateful import invariant, precondition, rule

from server.infra.database import Database
from server.kernel.identifiers import new_id, shorten
from server.moderation.verdict import DELIVER, Label, Verdict
from server.rooms import rules as room_rules
from tests.conftest import Postgres
from tests.support.room_reader import Reader
from tests.support.rooms import House, Room, served
from tests.support.state_machine import StateMachine, run_on

LABEL = Label("contact", 3, 1.0, 0, 4, "test")
VERDICTS = {
    "fine": DELIVER,
    "mask": Verdict("mask", 2, (LABEL,), masked_text="•••• is hidden", flag=True),
    "hold": Verdict("hold", 3, (LABEL,), flag=True),
    "stop": Verdict("block", 3, (LABEL,), flag=True),
}
WORDS = st.sampled_from(sorted(VERDICTS))


def scripted(text: str, *_: Any, **__: Any) -> Verdict:
    """The first word of a message says what becomes of it."""
    return VERDICTS[text.split()[0]]


@dataclass
class Said:
    """A message that somebody has sent at least once."""

    id: UUID
    reader: Reader
    body: str
    waiting: list[asyncio.Future[Any]] = field(default_factory=list)
    answer: Any = None
    wanted: set[str] = field(default_factory=set)  # texts that its author has asked for instead


class Conversation(StateMachine):
    """Two devices each of mentor and mentee, one in each wire form; a supervisor who comes and goes."""

    async def begin_on(self, database: Database) -> None:
        self.house: House = await self.stack.enter_async_context(served(database))
        self.house.capabilities.rooms.judge.assess = scripted
        self.room: Room = await self.house.room()
        self.readers = [
            Reader(who, self.room, compact) for who in (self.room.mentor, self.room.mentee) for compact in (False, True)
        ]
        self.said: list[Said] = []
        self.count = 0
        self.changes = 0
        for reader in self.readers:
            await self._connect(reader)

    async def _connect(self, reader: Reader) -> None:
        reader.client = await self.house.open(reader.who, **reader.auth())
        reader.read = 0
        await reader.client.wait("room:sync")
        reader.look()

    def _online(self) -> list[Reader]:
        return [reader for reader in self.readers if reader.client is not None]

    def _write(self, reader: Reader, said: Said) -> None:
        assert reader.client is not None
        payload: Any = {"room": str(self.room.id), "id": str(said.id), "body": said.body}
        if reader.compact:
            payload = [self.room.number, shorten(said.id), said.body]
        said.waiting.append(reader.client.send("chat:send", payload))

    async def _answers(self, said: Said) -> None:
        """Every answer to the same message is the same; an answer may also be lost with its line."""
        for waiting in said.waiting:
            try:
                answer = await asyncio.wait_for(asyncio.shield(waiting), 10)
            except asyncio.CancelledError:
                if not waiting.cancelled():
                    raise
                continue
            assert answer["ok"], answer
            known = said.answer or answer
            assert answer == known
            said.answer = known
            if said.reader.messages.get(answer["seq"]) is None:
                said.reader.answered(answer, said.id, said.body)
        said.waiting.clear()

    @precondition(lambda self: self._online())
    @rule(data=st.data(), burst=st.lists(st.tuples(st.integers(0, 3), WORDS), min_size=1, max_size=6))
    def write(self, data: st.DataObject, burst: list[tuple[int, str]]) -> None:
        """Several devices write at once; some of them lose their line before the answer."""
        cut = data.draw(st.sets(st.integers(0, 3), max_size=2))
        self.run(self._burst(burst, cut))

    async def _burst(self, burst: list[tuple[int, str]], cut: set[int]) -> None:
        new = []
        for place, word in burst:
            reader = self.readers[place]
            if reader.client is not None:
                self.count += 1
                said = Said(new_id(), reader, f"{word} secret{self.count:04d}")
                new.append(said)
                self._write(reader, said)
        self.said += new
        await asyncio.sleep(0)
        for place in cut:
            await self._cut(self.readers[place])
        for said in new:
            await self._answers(said)

    @precondition(lambda self: any(said.reader.client is not None for said in self.said))
    @rule(data=st.data(), same=st.booleans(), times=st.integers(1, 2))
    def repeat(self, data: st.DataObject, same: bool, times: int) -> None:
        """A message is sent again from the device it was written on, perhaps with other words by mistake."""
        said = data.draw(st.sampled_from([said for said in self.said if said.reader.client is not None]))
        words = said.body if same or said.answer is None else "fine other words"
        self.run(self._repeat(said, words, times))

    async def _repeat(self, said: Said, words: str, times: int) -> None:
        for _ in range(times):
            self._write(said.reader, Said(said.id, said.reader, words, said.waiting))
        await self._answers(said)

    async def _cut(self, reader: Reader) -> None:
        if reader.client is not None:
            reader.look()
            await reader.client.close()
            reader.client = None

    @rule(place=st.integers(0, 3))
    def lose(self, place: int) -> None:
        self.run(self._cut(self.readers[place]))

    @rule(place=st.integers(0, 3), forget=st.booleans())
    def come_back(self, place: int, forget: bool) -> None:
        """With its cursor, or as a new device; whatever was not answered is sent again, in order."""
        self.run(self._come_back(self.readers[place], forget))

    async def _come_back(self, reader: Reader, forget: bool) -> None:
        await self._cut(reader)
        if forget:
            reader.cursor, reader.messages, reader.ahead = None, {}, set()
        await self._connect(reader)
        for said in self.said:
            if said.reader is reader and said.answer is None:
                self._write(reader, said)
                await self._answers(said)

    @rule(data=st.data(), ruling=st.sampled_from(["release", "release_masked", "return", "refuse"]))
    def decide(self, data: st.DataObject, ruling: str) -> None:
        self.run(self._decide(data, ruling))

    async def _decide(self, data: st.DataObject, ruling: str) -> None:
        flags = await self.house.sql("select id from flags where state = 'open' and action = 'hold' order by seq, id")
        if not flags:
            return
        (flag_id,) = data.draw(st.sampled_from(flags))
        path = f"/api/v1/flags/{flag_id}/decide"
        body = {"decision": ruling, "reason": "other", "note": "x", "advice": "otherwise?"}
        if ruling != "return":
            del body["advice"]
        made = await self.house.ask(self.room.supervisor, "POST", path, body)
        assert made.status == 200, made.body
        assert (await self.house.ask(self.room.supervisor, "POST", path, body)).status == 200  # told again, made once
        other = {**body, "decision": "refuse" if ruling == "release" else "release"}
        other.pop("advice", None)
        assert (await self.house.ask(self.room.supervisor, "POST", path, other)).status == 409
        self.changes += 1

    @precondition(lambda self: any(said.answer and said.reader.client is not None for said in self.said))
    @rule(data=st.data(), word=WORDS, times=st.integers(1, 2), others=st.lists(WORDS, max_size=1))
    def edit(self, data: st.DataObject, word: str, times: int, others: list[str]) -> None:
        """From any device of its author, perhaps twice at once, perhaps with another text at the same time."""
        said = data.draw(st.sampled_from([said for said in self.said if said.answer]))
        devices = [reader for reader in self._online() if reader.who is said.reader.who]
        if devices:
            self.run(self._edit(said, data.draw(st.sampled_from(devices)), [word] * times, others))

    async def _edit(self, said: Said, device: Reader, words: list[str], others: list[str]) -> None:
        assert device.client is not None
        texts = dict[str, str]()
        for word in (*words, *others):
            self.count += 1
            texts.setdefault(word, f"{word} secret{self.count:04d}")
        said.wanted |= set(texts.values())
        payloads = [
            {"room": str(self.room.id), "seq": said.answer["seq"], "body": texts[word]} for word in (*words, *others)
        ]
        answers = await asyncio.gather(*(device.client.call("chat:edit", payload) for payload in payloads))
        assert len({str(answer) for answer in answers[: len(words)]}) == 1  # the same request, the same answer
        told = {answer["changed"] for answer in answers if answer["ok"] and answer.get("state") != "blocked"}
        self.changes += len(told)
        assert all(answer["ok"] or answer["error"]["code"] == "conflict" for answer in answers)

    @rule(seconds=st.integers(0, 3))
    def time_passes(self, seconds: int) -> None:
        self.house.clock.advance(seconds)

    @rule(page=st.integers(1, 7))
    def compare(self, page: int) -> None:
        self.run(self._compare(page))

    async def _compare(self, page: int) -> None:
        await self._settle()
        for reader in self._online():
            assert reader.client is not None
            await reader.client.quiet()
            reader.look()
            fresh = await reader.fetch(page)
            # Who has come without a cursor holds the newest messages only.
            oldest = min(reader.messages, default=0)
            fresh = {seq: message for seq, message in fresh.items() if seq >= oldest}
            assert reader.messages == fresh  # by what was told at connect and live, without a question
            await reader.catch_up(page)
            assert reader.messages == fresh
        rows = await self.house.sql("select id, body, state, author_id from messages order by seq")
        stored = {row[0]: row for row in rows}
        for said in self.said:
            if said.answer is not None:
                assert stored[said.id][1] in {said.body, *said.wanted}
        assert set(stored) <= {said.id for said in self.said}
        numbers = await self.house.sql(
            "select seq from messages union all select changed from messages where changed <> seq "
            "union all select private_change from messages where private_change is not null"
        )
        # Each number is one change's. Of a message that changed twice only the last is there.
        assert len(set(numbers)) == len(numbers) <= len(rows) + self.changes
        assert await self.house.sql("select last_seq from rooms") == [(len(rows) + self.changes,)]

    async def _settle(self) -> None:
        """What was sent by devices that lost their line is written and told, or never will be."""
        for _ in range(20):
            await asyncio.sleep(0.001)
            await self.house.capabilities.rooms.log.settled()

    @invariant()
    def nothing_held_is_anywhere(self) -> None:
        if hasattr(self, "house"):
            self.run(self._nothing_held())

    async def _nothing_held(self) -> None:
        rows = await self.house.sql("select id, body, state, author_id, seq from messages")
        hidden = [row for row in rows if row[2] not in room_rules.SHARED_STATES]
        # A text that waits, was sent back, refused or blocked, of a message that others read in another.
        newer = await self.house.sql(
            "select v.body, m.author_id from message_versions v join messages m using (room_id, seq) "
            "where v.version > m.version"
        )
        for reader in self._online():
            assert reader.client is not None
            frames = "\n".join(reader.client.frames)
            for message_id, body, _, author_id, _ in hidden:
                if author_id != reader.who.id:
                    assert body not in frames
                    assert str(message_id) not in frames
                    assert shorten(message_id) not in frames
            for body, author_id in newer:
                if author_id != reader.who.id:
                    assert body not in frames
            told = [told for name, told in reader.client.events() if name == "chat:message"]
            numbers = [reader.message(each, live=True).changed for each in told]
            assert numbers == sorted(set(numbers))  # in order, none twice

    async def finish(self) -> None:
        for reader in self.readers:
            await self._come_back(reader, False)
        assert all(said.answer is not None for said in self.said)
        await self._compare(5)
        await self._nothing_held()


def test_state_and_events_are_a_fresh_fetch(postgres: Postgres) -> None:
    run_on(Conversation, postgres, examples=20, steps=25)
