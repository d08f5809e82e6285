"""A professional decides about a flag: the flag, its message and the freeze of its pair change together or not at all.
Then it is told to those who may now see it, to its author, and to the professionals concerned."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.outage import is_passing
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, FlagMovedOn
from server.kernel.events import Bus
from server.kernel.principal import Principal
from server.moderation import store
from server.moderation.cards import cards
from server.moderation.decisions import Decisions, Made
from server.moderation.events import FlagDecided, FlagEscalated
from server.moderation.flag import APPEAL, Flag, MessageState, Ruling
from server.moderation.flag_card import FlagCard
from server.moderation.flags import Flags
from server.moderation.masking import mask
from server.moderation.policy import REVIEW, is_hidden
from server.moderation.review import WAITING
from server.moderation.verdict import Label
from server.pairs.freeze import lift
from server.people.store import people_of
from server.rooms import reading
from server.rooms.appeal_news import AppealNews
from server.rooms.changing import Ruled, Standing, change_message, standing
from server.rooms.fanout import Fanout
from server.rooms.log import Log
from server.rooms.messages import Message
from server.rooms.stand_ins import follow_flag
from server.rooms.work import LOOK_AGAIN_S, Work
from server.trail.acts import Act
from server.trail.record import record

log = logging.getLogger(__name__)

Making = Callable[[AsyncConnection], Awaitable[Made]]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a message is now: the number of its last change, the state and the text that its author wants."""

    known: int
    state: MessageState
    says: str


class _MovedOn(Exception):
    """The message has changed since the flag was shown."""

    def __init__(self, stands: _Standing) -> None:
        super().__init__()
        self.stands = stands


class Rulings:
    def __init__(
        self,
        database: Database,
        message_log: Log,
        fanout: Fanout,
        flags: Flags,
        news: AppealNews,
        clock: Clock,
        bus: Bus,
    ) -> None:
        self._database = database
        self._log = message_log
        self._fanout = fanout
        self._flags = flags
        self._news = news
        self._decisions = Decisions(flags, clock)
        self._clock = clock
        self._bus = bus
        self._work = Work()

    async def decide(self, flag_id: UUID, principal: Principal, ruling: Ruling) -> FlagCard:
        """Decides a flag and what it is about. Raises NotFound, FlagDecided, FlagClaimed, FlagMovedOn, Conflict,
        BadRequest. Goes on when the caller is cancelled."""
        return await self._made(
            flag_id, principal, lambda conn: self._decisions.decide(conn, flag_id, principal, ruling)
        )

    async def second(self, flag_id: UUID, principal: Principal, *, agree: bool, note: str | None) -> FlagCard:
        """Says what a second person says to a proposal. As ``decide``."""
        return await self._made(
            flag_id, principal, lambda conn: self._decisions.second(conn, flag_id, principal, agree=agree, note=note)
        )

    async def stop(self) -> None:
        """Returns when the rulings under way are made and told."""
        await self._work.stop()

    async def _made(self, flag_id: UUID, principal: Principal, making: Making) -> FlagCard:
        return await self._work.finish(self._make(flag_id, principal.organisation_id, making))

    async def _make(self, flag_id: UUID, organisation_id: UUID, making: Making) -> FlagCard:
        changing: Flag | None = None
        number: int | None = None
        with ExitStack() as stack:
            try:
                async with self._database.begin(organisation_id) as conn:
                    made = await making(conn)
                    if not made.repeat and made.ruling is not None:
                        changing = made.flag if _changes(made) else None
                        number = await self._follow(conn, made, made.ruling, stack)
                    if not made.repeat:
                        await self._decisions.settle(conn, made)
                        await follow_flag(conn, flag_id, self._clock.now())
                    (shown,) = await cards(conn, await store.flags_of(conn, [flag_id]), made.by, self._clock.now())
            except _MovedOn as moved:
                await self._renew(flag_id, organisation_id, moved.stands)
                raise FlagMovedOn from None
            except Exception as error:
                if changing is not None and is_passing(error):
                    self._work.look_again(self._look_again(changing))
                raise
            if changing is not None:
                await self._tell(changing, number)
        if not made.repeat:
            await self._announce(made)
        return shown

    async def _follow(self, conn: AsyncConnection, made: Made, ruling: Ruling, stack: ExitStack) -> int | None:
        """Does to pair and message what follows, in this order: flag, pair, room, message are locked so everywhere.
        The number of the message's change, if it changes. Raises _MovedOn when it is not the message that was read."""
        flag, outcome = made.flag, made.outcome
        if outcome.lifts:
            await lift(conn, flag.id, made.by.account_id, self._clock.now())
        if flag.room_id is None or flag.seq is None:
            return None
        if not _changes(made):
            message = await reading.message(conn, flag.room_id, flag.seq)
            if message is not None and outcome.state != "escalated":
                _check_known(flag, _of_message(message))
            return None
        # From before the number is taken until all with smaller numbers have been handed over.
        stack.enter_context(self._fanout.changing(flag.room_id))
        stands = await standing(conn, flag.room_id, flag.seq)
        _check_known(flag, _of_standing(stands))
        number = await change_message(
            conn,
            flag.room_id,
            flag.seq,
            cast("Ruled", outcome.message),
            masked_body=await _masked(conn, flag, ruling, stands) if outcome.message == "masked" else None,
            advice=ruling.advice,
            flag_id=None if flag.category == APPEAL else flag.id,
        )
        await store.change(conn, flag.id, known=number)
        detail = {"flag": flag.id, "room": flag.room_id, "seq": flag.seq, "state": outcome.message}
        now, by, about = self._clock.now(), made.by.account_id, [flag.author_id]
        await record(conn, flag.organisation_id, now, Act.MESSAGE_RULED, by=by, about=about, detail=detail)
        return number

    async def _renew(self, flag_id: UUID, organisation_id: UUID, stands: _Standing) -> None:
        async with self._database.begin(organisation_id) as conn:
            await self._decisions.renew(conn, flag_id, stands.known, stands.state, stands.says)
        await self._flags.tell(organisation_id, [flag_id])

    async def _announce(self, made: Made) -> None:
        flag, by = made.flag, made.by.account_id
        await self._flags.tell(flag.organisation_id, [flag.id])
        if made.outcome.state == "escalated":
            await self._bus.publish(FlagEscalated(flag.id, flag.organisation_id, flag.supervisor_id, by))
        elif made.outcome.state not in WAITING:
            await self._bus.publish(FlagDecided(flag.id, flag.organisation_id, flag.supervisor_id, by))
            if flag.appeal is not None and flag.room_id is not None and flag.seq is not None:
                await self._news.tell(flag.organisation_id, flag.room_id, flag.seq, flag.author_id)

    async def _tell(self, flag: Flag, number: int | None) -> None:
        """Sends the message as it is now, for the change of this number. Whatever goes wrong here, the ruling stands,
        and clients find it by their cursors."""
        try:
            message = await self._read(flag)
            await self._log.settled()
            if message is not None:
                self._fanout.send(message, about=number)
        except Exception as error:
            log.warning("ruling_not_told", extra={"room": flag.room_id, "seq": flag.seq, "error": type(error).__name__})

    async def _look_again(self, flag: Flag) -> None:
        """The connection was lost around the commit. If the ruling was made after all, it has to be told."""
        for delay in LOOK_AGAIN_S:
            await asyncio.sleep(delay)
            try:
                message = await self._read(flag)
            except Exception as error:
                log.info("ruling_not_known", extra={"room": flag.room_id, "error": type(error).__name__})
                continue
            if message is not None and flag.known is not None and message.last_change > flag.known:
                await self._log.settled()
                self._fanout.send(message)
                await self._flags.tell(flag.organisation_id, [flag.id])
            return

    async def _read(self, flag: Flag) -> Message | None:
        if flag.room_id is None or flag.seq is None:
            return None
        async with self._database.begin(flag.organisation_id) as conn:
            return await reading.message(conn, flag.room_id, flag.seq)


def _changes(made: Made) -> bool:
    """Whether the message gets another state, or other words of advice."""
    to = made.outcome.message
    return made.outcome.state != "second" and to is not None and (to != made.flag.message or to == "returned")


def _check_known(flag: Flag, stands: _Standing) -> None:
    if flag.known is not None and stands.known != flag.known:
        raise _MovedOn(stands)


def _of_message(message: Message) -> _Standing:
    if message.edit_state is not None and message.edit_body is not None:
        return _Standing(message.last_change, message.edit_state, message.edit_body)
    return _Standing(message.last_change, message.state, message.body)


def _of_standing(stands: Standing) -> _Standing:
    if stands.edit_state is not None and stands.edit_body is not None:
        return _Standing(stands.last_change, stands.edit_state, stands.edit_body)
    return _Standing(stands.last_change, stands.state, stands.body)


async def _masked(conn: AsyncConnection, flag: Flag, ruling: Ruling, stands: Standing) -> str:
    """What others read when the chosen parts are hidden, in the language of the author."""
    if stands.kind != "text":
        raise Conflict("flag_decision")
    hidden = list(filter(is_hidden, flag.labels)) or list(flag.labels)
    if ruling.spans is not None:
        hidden = [Label("*", REVIEW, 1.0, start, end, "review") for start, end in ruling.spans]
    author = (await people_of(conn, [flag.author_id]))[flag.author_id]
    return mask(_of_standing(stands).says, hidden, author.language)
