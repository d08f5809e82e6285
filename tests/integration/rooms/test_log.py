"""The message log on a real database: order, idempotency, rights at the append, neighbours, and other processes."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.infra.database import Database
from server.kernel.clock import ManualClock
from server.kernel.errors import BinomeError, Draining, InternalError, NotFound, RoomClosed, TryAgain
from server.kernel.identifiers import new_id
from server.moderation.flag import NewFlag, flag_of
from server.moderation.store import insert as insert_flags
from server.moderation.verdict import Label, Verdict
from server.rooms import log as log_module
from server.rooms.append import Appended, Draft
from server.rooms.log import Log
from server.rooms.rules import State
from tests.support.roles import bound
from tests.support.rooms import NOW, Room, organisation, room, sql

HOLD = Verdict("hold", 3, (Label("contact", 3, 1.0, 0, 2, "test"),), flag=True)


@dataclass
class Told:
    """What the log has told of its commits, in order."""

    told: list[tuple[Draft, Appended]] = field(default_factory=list)

    def __call__(self, draft: Draft, appended: Appended) -> None:
        self.told.append((draft, appended))

    @property
    def numbers(self) -> dict[UUID, list[int]]:
        rooms = defaultdict(list)
        for draft, appended in self.told:
            rooms[draft.room_id].append(appended.seq)
        return dict(rooms)


@asynccontextmanager
async def running(database: Database, told: Told | None = None, **how: Any) -> AsyncIterator[Log]:
    """A log on this database as the server sees it."""
    server = bound(database)
    log = Log(server, how.pop("clock", ManualClock(NOW)), **{"insert_flags": insert_flags, "committed": told, **how})
    await log.start()
    try:
        yield log
    finally:
        await log.stop()
        await server.close()


def draft(
    room: Room, body: str = "Bonjour", *, author: UUID | None = None, state: State = "delivered", **how: Any
) -> Draft:
    how = {"organisation_id": room.pair.organisation_id, **how}
    return Draft(room.id, author or room.mentor.id, how.pop("id", None) or new_id(), body, state, **how)


def flagged(room: Room, body: str = "0612345678") -> Draft:
    def flag(seq: int, at: Any) -> NewFlag:
        return flag_of(
            HOLD,
            body,
            organisation_id=room.pair.organisation_id,
            supervisor_id=room.supervisor.id,
            pair_id=room.pair.id,
            room_id=room.id,
            seq=seq,
            author_id=room.mentor.id,
            at=at,
        )

    return draft(room, body, state="held", flag=flag)


async def outcomes(log: Log, drafts: Sequence[Draft]) -> list[Any]:
    """Appends all at once: an Appended or the type of the refusal for each."""
    done = await asyncio.gather(*(log.append(draft) for draft in drafts), return_exceptions=True)
    return [type(one) if isinstance(one, BaseException) else one for one in done]


async def stored(database: Database) -> list[tuple[Any, ...]]:
    return await sql(database, "select room_id, seq, changed, id, author_id, body, state from messages order by 1, 2")


async def test_messages_get_the_next_numbers_of_their_rooms(database: Database) -> None:
    north = await organisation(database)
    one, two = await room(database, north), await room(database, north)
    told = Told()
    async with running(database, told) as log:
        drafts = [draft(one, "a"), draft(two, "b"), draft(one, "c", author=one.mentee.id), draft(two, "d")]
        assert await outcomes(log, drafts) == [Appended(seq, NOW, "delivered", None) for seq in (1, 1, 2, 2)]
        assert await log.append(draft(one, "e")) == Appended(3, NOW, "delivered", None)
    assert told.numbers == {one.id: [1, 2, 3], two.id: [1, 2]}
    assert await sql(database, "select last_seq from rooms order by number") == [(3,), (2,)]
    assert [row[5] for row in await stored(database)] == ["a", "c", "e", "b", "d"]


async def test_the_same_id_is_one_message_whenever_it_comes_again(database: Database) -> None:
    one = await room(database, await organisation(database))
    told = Told()
    clock = ManualClock(NOW)
    async with running(database, told, clock=clock) as log:
        message_id = new_id()
        first = [draft(one, "first", id=message_id) for _ in range(3)] + [draft(one, "other", id=message_id)]
        assert await outcomes(log, first) == [Appended(1, NOW, "delivered", None)] * 4
        clock.advance(5)
        later = await log.append(draft(one, "later", id=message_id, state="masked", masked_body="***"))
        assert later == Appended(1, NOW, "delivered", None, again=True)
        # Another author, or another room, is another message.
        assert (await log.append(draft(one, author=one.mentee.id, id=message_id))).seq == 2
    assert told.numbers == {one.id: [1, 2]}
    async with running(database, told) as log:  # another process, another day
        assert (await log.append(draft(one, "again", id=message_id))).seq == 1
    assert [row[5] for row in await stored(database)] == ["first", "Bonjour"]


async def test_the_stored_answer_keeps_what_others_read(database: Database) -> None:
    one = await room(database, await organisation(database))
    async with running(database) as log:
        masked = draft(one, "0612345678", state="masked", masked_body="••")
        first = await log.append(masked)
        assert first == Appended(1, NOW, "masked", "••")
        again = await log.append(draft(one, "0612345678", id=masked.id))
        assert (again.seq, again.state, again.masked_body) == (1, "masked", "••")


async def test_order_under_twenty_tasks_and_many_rooms(database: Database) -> None:
    north = await organisation(database)
    rooms = [await room(database, north) for _ in range(7)]
    told = Told()
    order: dict[tuple[int, UUID], list[int]] = defaultdict(list)
    ids: set[UUID] = set()
    async with running(database, told) as log:

        async def talk(task: int) -> None:
            choice = random.Random(task)  # noqa: S311 - the same each time
            for step in range(40):
                where = choice.choice(rooms)
                author = choice.choice([where.mentor.id, where.mentee.id])
                one = draft(where, f"{task} {step}", author=author)
                ids.add(one.id)
                repeats = [one] + [draft(where, "again", author=author, id=one.id)] * choice.choice([0, 0, 1])
                answers = await asyncio.gather(*(log.append(each) for each in repeats))
                assert len({answer.seq for answer in answers}) == 1
                order[task, where.id].append(answers[0].seq)
                if choice.random() < 0.2:
                    await asyncio.sleep(choice.random() / 200)

        await asyncio.gather(*(talk(task) for task in range(20)))
    for numbers in order.values():
        assert numbers == sorted(numbers)  # what one task wrote first stands first
    assert told.numbers == {where: list(range(1, len(numbers) + 1)) for where, numbers in told.numbers.items()}
    rows = await stored(database)
    assert {row[3] for row in rows} == ids
    assert len(rows) == 800
    assert sorted((row[0], row[1]) for row in rows) == sorted(
        (draft.room_id, appended.seq) for draft, appended in told.told
    )


async def test_two_processes_share_the_rooms(database: Database) -> None:
    """Two logs, each with its own connection, on the same rooms, with the same ids on both."""
    north = await organisation(database)
    rooms = [await room(database, north) for _ in range(4)]
    told = [Told(), Told()]
    seqs: dict[UUID, set[int]] = defaultdict(set)
    async with running(database, told[0]) as left, running(database, told[1]) as right:

        async def talk(task: int) -> None:
            choice = random.Random(task)  # noqa: S311 - the same each time
            for step in range(40):
                one = draft(choice.choice(rooms), f"{task} {step}")
                logs = choice.choice([[left], [right], [left, right]])
                for answer in await asyncio.gather(*(log.append(replace(one, waiting=[])) for log in logs)):
                    seqs[one.id].add(answer.seq)

        await asyncio.gather(*(talk(task) for task in range(16)))
    rows = await stored(database)
    assert {row[3]: {row[1]} for row in rows} == seqs
    assert len(rows) == 16 * 40
    by_room: dict[UUID, list[int]] = defaultdict(list)
    for row in rows:
        by_room[row[0]].append(row[1])
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_room.values())
    assert dict(await sql(database, "select id, last_seq from rooms")) == {
        where: len(numbers) for where, numbers in by_room.items()
    }
    for one in told:
        assert all(numbers == sorted(numbers) for numbers in one.numbers.values())
    assert sorted(d.id for one in told for d, _ in one.told) == sorted(seqs)  # each told once, by who wrote it


async def test_no_message_waits_for_another(database: Database) -> None:
    """Whenever a message comes relative to a commit (in the gap between "nothing waits" and "the writer sleeps"
    too), it is written without any further one."""
    one = await room(database, await organisation(database))
    async with running(database) as log:
        choice = random.Random(5)  # noqa: S311 - the same each time
        for _ in range(150):
            first = asyncio.create_task(log.append(draft(one)))
            for _ in range(choice.randrange(12)):
                await asyncio.sleep(0)
            if choice.random() < 0.5:
                await first
            async with asyncio.timeout(5):
                await asyncio.gather(first, log.append(draft(one)))


async def test_a_caller_that_goes_away_takes_nothing_with_it(database: Database) -> None:
    one = await room(database, await organisation(database))
    told = Told()
    async with running(database, told) as log:
        drafts = [draft(one, str(i)) for i in range(20)]
        callers = [asyncio.create_task(log.append(each)) for each in drafts]
        await asyncio.sleep(0)
        for caller in callers[::2]:
            caller.cancel()
        done = await asyncio.gather(*callers, return_exceptions=True)
        assert [isinstance(each, asyncio.CancelledError) for each in done] == [i % 2 == 0 for i in range(20)]
        assert (await log.append(draft(one, id=drafts[0].id))).seq == 1
    assert told.numbers == {one.id: list(range(1, 21))}
    assert [row[5] for row in await stored(database)] == [str(i) for i in range(20)]


async def test_rights_are_those_of_the_database_at_the_append(database: Database) -> None:
    north = await organisation(database)
    good, paused, closed, left = [await room(database, north) for _ in range(4)]
    other = await room(database, await organisation(database, "South"))
    async with running(database) as log:
        known = draft(left)
        first = await log.append(known)
        await sql(database, "update pairs set state = 'paused' where id = :id", id=paused.pair.id)
        await sql(database, "update rooms set closed_at = now() where id = :id", id=closed.id)
        await sql(database, "update room_members set left_at = now() where account_id = :id", id=left.mentor.id)
        drafts = [
            draft(good),
            draft(paused),
            draft(closed),
            draft(left),
            draft(left, author=left.mentee.id),
            draft(good, author=other.mentor.id),
            replace(draft(good, "nowhere"), room_id=new_id()),
            draft(good, author=new_id()),
            draft(left, id=known.id),
            draft(good),
        ]
        got = await outcomes(log, drafts)
        assert [each if isinstance(each, type) else each.seq for each in got] == [
            1, RoomClosed, RoomClosed, NotFound, 2, NotFound, NotFound, NotFound, 1, 2,
        ]  # fmt: skip
        assert got[8] == Appended(first.seq, first.at, first.state, None, again=True)
        for state, refusal in (("active", None), ("probation", None), ("closing", None), ("closed", RoomClosed)):
            await sql(database, "update pairs set state = :state where id = :id", id=paused.pair.id, state=state)
            (outcome,) = await outcomes(log, [draft(paused)])
            assert (outcome is RoomClosed) == (refusal is RoomClosed), state


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("update room_members set left_at = now() where room_id = :room and seat = 1", NotFound),
        ("update rooms set closed_at = now() where id = :room", RoomClosed),
        ("update pairs set state = 'paused' from rooms where rooms.id = :room and pairs.id = pair_id", RoomClosed),
    ],
)
async def test_a_right_that_ends_while_the_append_waits_has_ended(
    database: Database, change: str, refusal: type[BinomeError]
) -> None:
    """The append takes its snapshot, waits for the room, and must not write by what was true before."""
    one = await room(database, await organisation(database))
    async with running(database) as log:
        holder = await database.connect_raw()
        try:
            async with holder.transaction():
                await holder.execute("select from rooms where id = $1 for update", one.id)
                waiting = asyncio.create_task(log.append(draft(one)))
                await asyncio.sleep(0.2)
                assert not waiting.done()
                if "room_members" in change:  # in a transaction of its own, committed before the room is let go
                    await sql(database, change, room=one.id)
                else:
                    await holder.execute(change.replace(":room", "$1"), one.id)
            with pytest.raises(refusal):
                await waiting
        finally:
            await holder.close()
    assert await stored(database) == []


async def test_a_number_taken_by_another_while_the_append_waits(database: Database) -> None:
    one = await room(database, await organisation(database))
    async with running(database) as log:
        holder = await database.connect_raw()
        try:
            async with holder.transaction():
                await holder.execute("update rooms set last_seq = last_seq + 1 where id = $1", one.id)
                waiting = [asyncio.create_task(log.append(draft(one))) for _ in range(3)]  # one batch
                await asyncio.sleep(0.2)
            assert [(await each).seq for each in waiting] == [2, 3, 4]
        finally:
            await holder.close()
    assert await sql(database, "select last_seq from rooms") == [(4,)]


async def test_a_repeat_that_another_process_writes_while_the_append_waits(database: Database) -> None:
    one = await room(database, await organisation(database))
    told = Told()
    async with running(database, told) as log:
        mine = draft(one, "mine")
        holder = await database.connect_raw()
        try:
            async with holder.transaction():
                await holder.execute("update rooms set last_seq = last_seq + 1 where id = $1", one.id)
                await holder.execute(
                    "insert into messages (room_id, seq, changed, id, author_id, at, kind, body, state)"
                    " values ($1, 1, 1, $2, $3, $4, 'text', 'theirs', 'delivered')",
                    one.id, mine.id, one.mentor.id, NOW,
                )  # fmt: skip
                waiting = asyncio.create_task(log.append(mine))
                neighbour = asyncio.create_task(log.append(draft(one)))
                await asyncio.sleep(0.2)
            assert await waiting == Appended(1, NOW, "delivered", None, again=True)
            assert (await neighbour).seq == 2
        finally:
            await holder.close()
    assert told.numbers == {one.id: [2]}
    assert [row[5] for row in await stored(database)] == ["theirs", "Bonjour"]


async def test_a_room_that_somebody_holds_does_not_stop_the_others(database: Database) -> None:
    north = await organisation(database)
    held, free = await room(database, north), await room(database, north)
    async with running(database) as log:
        holder = await database.connect_raw()
        try:
            async with holder.transaction(), asyncio.timeout(8):
                await holder.execute("select from rooms where id = $1 for update", held.id)
                got = await outcomes(log, [draft(held), draft(free), draft(held), draft(free)])
                assert [each if isinstance(each, type) else each.seq for each in got] == [TryAgain, 1, TryAgain, 2]
        finally:
            await holder.close()
        assert (await log.append(draft(held))).seq == 1


async def test_what_cannot_be_stored_fails_alone(database: Database) -> None:
    one = await room(database, await organisation(database))
    async with running(database) as log:
        drafts = [draft(one, "a"), draft(one, "b\x00"), draft(one, "\ud800"), draft(one, "c", state="unheard")]  # type: ignore[arg-type]
        got = await outcomes(log, [*drafts, draft(one, "d")])
        assert [each if isinstance(each, type) else each.seq for each in got] == [
            1, InternalError, InternalError, InternalError, 2,
        ]  # fmt: skip
    assert [row[5] for row in await stored(database)] == ["a", "d"]


async def test_a_flag_and_its_message_exist_together_or_not_at_all(database: Database) -> None:
    one = await room(database, await organisation(database))
    told = Told()
    async with running(database, told) as log:
        held = flagged(one)
        got = await outcomes(log, [draft(one, "a"), held, draft(one, "b")])
        assert [each.seq for each in got] == [1, 2, 3]
        assert held.flagged is not None
        assert await sql(database, "select id, room_id, seq, raised_at, excerpt from flags") == [
            (held.flagged.id, one.id, 2, NOW, "0612345678")
        ]
        again = flagged(one)
        again.id = held.id
        assert (await log.append(again)).again
        assert again.flagged is None
        await sql(database, "update pairs set state = 'paused'")
        assert await outcomes(log, [flagged(one)]) == [RoomClosed]
        assert await sql(database, "select count(*) from flags") == [(1,)]
    assert [d.flagged is not None for d, _ in told.told] == [False, True, False]


async def test_a_message_whose_flag_cannot_be_written_is_not_written(database: Database) -> None:
    one = await room(database, await organisation(database))
    nobody = new_id()

    async def insert(raw: Any, flags: Sequence[NewFlag]) -> None:
        await insert_flags(raw, flags)
        if any(flag.excerpt == "bad" for flag in flags):
            await raw.execute("update flags set supervisor_id = $1 where excerpt = 'bad'", nobody)

    async with running(database, insert_flags=insert) as log:
        got = await outcomes(log, [draft(one, "a"), flagged(one, "good"), flagged(one, "bad"), draft(one, "b")])
        assert [each if isinstance(each, type) else each.seq for each in got] == [1, 2, InternalError, 3]
    assert [row[5] for row in await stored(database)] == ["a", "good", "b"]
    assert await sql(database, "select seq, excerpt from flags") == [(2, "good")]


async def test_stop_writes_what_waits_and_takes_nothing_new(database: Database) -> None:
    one = await room(database, await organisation(database))
    told = Told()
    async with running(database, told) as log:
        waiting = [asyncio.create_task(log.append(draft(one))) for _ in range(500)]
        await asyncio.sleep(0)
        stopping = asyncio.create_task(log.stop())
        await asyncio.sleep(0)
        with pytest.raises(Draining):
            await log.append(draft(one))
        await stopping
        assert sorted(each.result().seq for each in waiting) == list(range(1, 501))
    assert told.numbers == {one.id: list(range(1, 501))}


async def test_more_than_the_queue_holds_is_refused_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "MAX_QUEUE", 50)
    one = await room(database, await organisation(database))
    async with running(database) as log:
        got = await outcomes(log, [draft(one) for _ in range(60)])
        assert [each if isinstance(each, type) else each.seq for each in got] == [*range(1, 51), *[TryAgain] * 10]


async def test_instants_have_milliseconds(database: Database) -> None:
    one = await room(database, await organisation(database))
    async with running(database, clock=ManualClock(NOW + timedelta(microseconds=123_987))) as log:
        appended = await log.append(draft(one))
        assert appended.at == NOW + timedelta(milliseconds=123)
    assert await sql(database, "select at from messages") == [(appended.at,)]
