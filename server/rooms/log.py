"""The message log: many rooms' messages share one transaction, and no acknowledged one is lost, doubled or reordered.

Group commit without a timer: when nothing is in flight a message is written at once; what arrives during a commit
waits for it and is written together. One writer task owns one connection; it is the only one that takes from the
queue, so that "the queue is empty" and "the writer sleeps" are one decision, with no await in between to be overtaken.

Several processes may have a log on the same database: numbers and rights come from the rows that APPEND locks, and
nothing read before is believed (docs/decisions/0040).
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from server.infra.database import Database
from server.infra.outage import is_passing
from server.kernel.clock import Clock
from server.kernel.errors import BinomeError, Draining, InternalError, TryAgain
from server.moderation.flag import NewFlag
from server.pairs import freeze
from server.rooms import memories
from server.rooms.append import Appended, Draft, Key, Outcome, Statements

log = logging.getLogger(__name__)

MAX_QUEUE = 10_000  # drafts waiting: more than a second of work; beyond it, waiting helps no one
MAX_BATCH = 200  # drafts in one statement: beyond about 100 the cost of a message no longer falls
STALL_S = 10.0  # a commit that takes longer is answered "try again"; it is never cancelled, and its fate is told later
ATTEMPTS = 5  # of one statement against races with other processes, each of which somebody else won
CONNECT_S = 10.0  # for one attempt to connect and to prepare
BACKOFF_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # between attempts to connect; an embedded PostgreSQL is back in a second
MAX_ROOMS = 100_000  # rooms whose last number told is remembered, about 200 bytes each
RETRY_IN_MS = 1_000  # told with try_again

InsertFlags = Callable[[asyncpg.Connection, Sequence[NewFlag]], Awaitable[None]]
Committed = Callable[[Draft, Appended], None]

# Lost to another process: the statement did nothing and is right to be made again.
_RACES = (asyncpg.exceptions.TransactionRollbackError, asyncpg.UniqueViolationError)
# The session is over, or has to be: after a failover it could only read, after a migration its plan is stale.
_ENDS_SESSION = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCachedStatementError,
    OSError,
)


class _Lost(Exception):
    """The connection is gone; whether what was in flight is written is not known."""


class Log:
    """``append`` is the only way in. ``insert_flags`` writes flags in the transaction of their messages. ``committed``
    is told of each message once, in the order of each room's numbers, right after its sender has been answered, and
    whether or not anyone still waits for the answer; it must not block. ``start`` it first; ``stop`` writes what waits.
    """

    def __init__(
        self, database: Database, clock: Clock, *, insert_flags: InsertFlags, committed: Committed | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._insert_flags = insert_flags
        self.committed: Committed = committed or (lambda _draft, _appended: None)
        self._queue: deque[Draft] = deque()
        self._known: dict[Key, Draft] = {}  # queued or in flight: a repeat joins the first
        self._in_doubt: list[tuple[Draft, datetime]] = []  # sent to a connection that was lost, fate unknown
        self._told_upto: OrderedDict[UUID, int] = OrderedDict()  # by room, for telling doubts from repeats
        self._wake = asyncio.Event()
        self._halt = asyncio.Event()
        self._statements: Statements | None = None
        self._session: tuple[int, datetime] | None = None  # a backend and its start: names one session for ever
        self._flight: asyncio.Future[None] | None = None
        self._stalled = False
        self._task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether messages can be written now."""
        return self._statements is not None and not self._stalled and not self._halt.is_set()

    async def start(self) -> None:
        """Connects. When the database is away, goes on trying in the background."""
        with contextlib.suppress(_Lost):
            await self._connect()
        self._task = asyncio.create_task(self._run(), name="message log")

    async def stop(self) -> None:
        """Writes what waits, then lets go of the connection."""
        self._halt.set()
        self._wake.set()
        if self._task is not None:
            await self._task
            self._task = None

    async def append(self, draft: Draft) -> Appended:
        """Writes ``draft``, or finds that it was written before: then the answer of that time, whatever this draft
        says. Returns after the commit. Cancelling the caller does not cancel the write.

        Raises NotFound (not a member of the room), RoomClosed, or TryAgain: then it may have been written
        nevertheless, and the same draft again finds out.
        """
        if self._halt.is_set():
            raise Draining(retry_in_ms=RETRY_IN_MS)
        if not self.alive or len(self._queue) >= MAX_QUEUE:
            raise TryAgain(retry_in_ms=RETRY_IN_MS)
        first = self._known.setdefault(draft.key, draft)
        if first is draft:
            self._queue.append(draft)
            self._wake.set()
        answer: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        first.waiting.append(answer)
        return await answer

    async def settled(self) -> None:
        """Returns when ``committed`` has been told of all that is in flight now, unless the connection was lost. Waits
        for a commit that does not come back no longer than its sender does."""
        if self._flight is not None:
            await asyncio.wait([self._flight], timeout=STALL_S)

    async def _run(self) -> None:
        failures = 0
        while not self._halt.is_set() or (self._queue and self._statements is not None):
            try:
                if self._statements is None:
                    await self._connect()
                await self._write_one_batch()
                failures = 0
            except _Lost:
                await self._let_go()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]):
                        await self._halt.wait()
                failures += 1
        await self._let_go()

    async def _write_one_batch(self) -> None:
        while not self._queue:
            if self._halt.is_set():
                return
            if self._statements is None or self._statements.raw.is_closed():
                raise _Lost
            self._wake.clear()  # no await since the queue was seen empty: whoever appends from here on sets it again
            await self._wake.wait()
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), MAX_BATCH))]
        batch.sort(key=lambda draft: draft.room_id.int)  # stable: within a room, first come, first numbered
        batch, frozen = _up_to_freezes(batch)
        self._queue.extendleft(reversed(frozen))
        loop = asyncio.get_running_loop()
        self._flight = flight = loop.create_future()
        stall = loop.call_later(STALL_S, self._stall, batch)
        try:
            await self._write(batch, instant(self._clock))
        finally:
            stall.cancel()
            self._stalled = False
            loop.call_soon(loop.call_soon, flight.set_result, None)  # two steps: behind what _announce schedules

    async def _write(self, batch: list[Draft], at: datetime) -> None:
        """Writes ``batch`` and schedules its answers. What fails by its own fault does not take others with it."""
        try:
            numbers = await self._commit(batch, at)
        except _Lost:
            self._in_doubt += [(draft, at) for draft in batch]
            self._answer_all(batch, TryAgain)
            raise
        except asyncpg.LockNotAvailableError:
            await self._write_around_locks(batch, at)
        except Exception as error:
            if is_passing(error):  # disk or memory full: it hits all alike, and nothing was written
                log.warning("append_refused", extra={"error": type(error).__name__, "drafts": len(batch)})
                self._answer_all(batch, TryAgain)
            elif len(batch) == 1:
                log.exception("append_failed")
                self._answer_all(batch, InternalError)
            else:
                middle = len(batch) // 2
                await self._write(batch[:middle], at)
                await self._write(batch[middle:], at)
        else:
            await self._report(batch, numbers, at)

    async def _commit(self, batch: list[Draft], at: datetime) -> dict[int, int]:
        """One transaction: the index in ``batch`` and the number of each draft that was written."""
        statements = self._statements
        if statements is None:
            raise _Lost
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await statements.reach(batch)
                if all(draft.plain for draft in batch):
                    return await statements.append(batch, at)
                return await self._commit_with_more(statements, batch, at)
            except _RACES:
                if attempt == ATTEMPTS:
                    raise
            except _ENDS_SESSION as error:
                raise _Lost from error
            except Exception as error:
                if statements.raw.is_closed():
                    raise _Lost from error
                raise
        raise AssertionError("the last attempt returns or raises")

    async def _commit_with_more(self, statements: Statements, batch: list[Draft], at: datetime) -> dict[int, int]:
        """With flags, freezes and what the moderation remembers: all of it together, or nothing."""
        raw = statements.raw
        async with raw.transaction():
            pairs = _pairs(batch)
            if pairs:  # first of all locks: whoever changes a pair goes from there to its room
                await freeze.lock(raw, pairs, change=any(draft.freeze for draft in batch))
            numbers = await statements.append(batch, at)
            flags, freezes, memory = [], [], {}
            for index, seq in sorted(numbers.items()):
                draft = batch[index]
                if draft.flag is not None:
                    draft.flagged = draft.flag(seq, at)
                    flags.append(draft.flagged)
                    if draft.freeze and draft.pair_id is not None:
                        freezes.append((draft.pair_id, draft.flagged.id))
                for account_id, state in draft.memory.items():
                    memory[draft.room_id, account_id] = state
            if flags:
                await self._insert_flags(raw, flags)
            if freezes:
                await freeze.freeze(raw, freezes, at)
            if memory:
                await memories.write(raw, memory, at)
        return numbers

    async def _report(self, batch: list[Draft], numbers: dict[int, int], at: datetime) -> None:
        written = []
        for index, seq in sorted(numbers.items()):
            draft = batch[index]
            written.append((draft, Appended(seq, at, draft.state, draft.masked_body, draft.notice)))
        # Soon, not now: first the next batch goes out, then answers and fan-out run while the database works.
        asyncio.get_running_loop().call_soon(self._announce, written)
        if len(numbers) < len(batch):
            left_out = [draft for index, draft in enumerate(batch) if index not in numbers]
            for draft, outcome in zip(left_out, await self._explain(left_out), strict=True):
                self._answer(draft, outcome)

    async def _explain(self, drafts: list[Draft]) -> list[Outcome]:
        """The stored answer or the refusal of each draft. They were not written, so nothing here is in doubt."""
        if self._statements is not None:
            try:
                return await self._statements.explain(drafts)
            except Exception as error:
                log.warning("append_not_explained", extra={"error": type(error).__name__})
        return [TryAgain] * len(drafts)

    async def _write_around_locks(self, batch: list[Draft], at: datetime) -> None:
        """Somebody has held a room or a pair for longer than lock_timeout: its messages are refused, those of others
        go on."""
        free, pairs = set[UUID](), set[UUID]()
        if self._statements is not None:
            with contextlib.suppress(Exception):  # then none is known to be free
                pairs = await freeze.free(self._statements.raw, _pairs(batch))
                free = await self._statements.free(batch)
        held = [d for d in batch if d.room_id not in free or (d.flag is not None and d.pair_id not in {*pairs, None})]
        log.warning("rooms_locked", extra={"drafts": len(held)})
        if not held:  # it is a membership that is held, or the room was let go just now
            self._answer_all(batch, TryAgain)
            return
        self._answer_all(held, TryAgain)
        if len(held) < len(batch):
            refused = set(map(id, held))
            await self._write([draft for draft in batch if id(draft) not in refused], at)

    def _announce(self, written: Sequence[tuple[Draft, Appended]]) -> None:
        """For each message in turn its answer, then its fan-out: a sender's connection carries its acknowledgements
        and the messages of others in the order of their numbers."""
        loop = asyncio.get_running_loop()
        for draft, appended in written:
            self._answer(draft, appended)
            loop.call_soon(self._tell, draft, appended)

    def _tell(self, draft: Draft, appended: Appended) -> None:
        self._told_upto[draft.room_id] = appended.seq
        if len(self._told_upto) > MAX_ROOMS:
            self._told_upto.popitem(last=False)
        try:
            self.committed(draft, appended)
        except Exception:
            log.exception("fan_out_failed")

    def _answer(self, draft: Draft, outcome: Outcome) -> None:
        if self._known.get(draft.key) is draft:
            del self._known[draft.key]
        waiting, draft.waiting = draft.waiting, []
        for answer in waiting:
            if answer.done():
                continue
            if isinstance(outcome, Appended):
                answer.set_result(outcome)
            else:
                answer.set_exception(outcome(retry_in_ms=RETRY_IN_MS if issubclass(outcome, TryAgain) else None))

    def _answer_all(self, drafts: Sequence[Draft], error: type[BinomeError]) -> None:
        for draft in drafts:
            self._answer(draft, error)

    def _stall(self, batch: list[Draft]) -> None:
        """The commit in flight does not come back. Nobody waits longer; what is in flight stays there."""
        log.error("append_stalled", extra={"drafts": len(batch), "queued": len(self._queue)})
        self._stalled = True
        self._answer_all((*batch, *self._queue), TryAgain)
        self._queue.clear()

    async def _let_go(self) -> None:
        statements, self._statements = self._statements, None
        self._answer_all(self._queue, TryAgain)  # not sent: nothing was written
        self._queue.clear()
        if statements is None:
            return
        if self._halt.is_set():
            with contextlib.suppress(Exception):
                await statements.raw.close(timeout=2)
        else:
            log.warning("log_connection_lost", extra={"in_doubt": len(self._in_doubt)})
            statements.raw.terminate()

    async def _connect(self) -> None:
        """A new connection, and the truth about what the last one left in doubt. Raises _Lost."""
        raw: asyncpg.Connection | None = None
        try:
            async with asyncio.timeout(CONNECT_S):
                raw = await self._database.connect_raw()
                statements = await Statements.prepare(raw)
                await self._settle_doubts(statements)
                self._session = await statements.session()
        except Exception as error:
            if raw is not None:
                raw.terminate()
            log.warning("log_cannot_connect", extra={"error": type(error).__name__})
            raise _Lost from error
        raw.add_termination_listener(lambda _: self._wake.set())
        self._statements = statements

    async def _settle_doubts(self, statements: Statements) -> None:
        """Finds out which drafts in doubt were written, and tells of those: their senders were told to try again, but
        the others in the room have not heard of them yet."""
        if self._session is not None:
            await statements.end_session(*self._session)  # as long as it lives, it may still write
        if not self._in_doubt:
            return
        outcomes = await statements.explain([draft for draft, _ in self._in_doubt])
        written = [
            (draft, Appended(outcome.seq, at, outcome.state, outcome.masked_body, outcome.notice))
            for (draft, at), outcome in zip(self._in_doubt, outcomes, strict=True)
            # Of another instant, or told before: then it was a repeat.
            if isinstance(outcome, Appended)
            and outcome.at == at
            and outcome.seq > self._told_upto.get(draft.room_id, 0)
        ]
        written.sort(key=lambda pair: pair[1].seq)
        log.info("doubts_settled", extra={"in_doubt": len(self._in_doubt), "written": len(written)})
        self._in_doubt.clear()
        self._announce(written)


def _pairs(batch: Sequence[Draft]) -> set[UUID]:
    """The pairs that the flags of ``batch`` refer to."""
    return {draft.pair_id for draft in batch if draft.flag is not None and draft.pair_id is not None}


def _up_to_freezes(batch: list[Draft]) -> tuple[list[Draft], list[Draft]]:
    """``batch`` without what comes after a freeze in the same room, and that: it is for the next batch, which finds
    the room closed."""
    if not any(draft.freeze for draft in batch):
        return batch, []
    frozen = set[UUID]()
    now, later = list[Draft](), list[Draft]()
    for draft in batch:
        (later if draft.room_id in frozen else now).append(draft)
        if draft.freeze:
            frozen.add(draft.room_id)
    return now, later


def instant(clock: Clock) -> datetime:
    """The present to the millisecond, which is all that the wire carries: what is told live and what is read back
    from the database are equal."""
    now = clock.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
