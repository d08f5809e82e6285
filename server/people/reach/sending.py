"""One delivery, from taking it up to what became of it: may it go out, by which channels, and has one taken it.

Each attempt is written down before it is made. A server that is killed between sending and saying so leaves it open,
and the next one sends again, under the same name (Message-ID, Topic, Idempotency-Key): at least once, and what can tell
a repeat shows one.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.mail import Letter, Mail, NotDelivered
from server.infra.push import Gone, Push, PushMessage, PushUrgency
from server.infra.sms import Sms
from server.infra.vapid import unpadded
from server.kernel.clock import Clock
from server.people.reach import store
from server.people.reach.push_keys import PushKeys
from server.people.reach.rules import Channel, Refusal, Urgency, again_in, channels, refusal, seconds_for, waits_until
from server.people.reach.store import Delivery
from server.people.reach.who import Device, Gateways, Reached, Suspended, accounts_reached, contact_reached
from server.transport.messages import catalogue, known_language

# For how long a push service keeps it for a device that is off. By then a page has gone up the ladder, and who comes
# back finds the rest in the app.
_TTL_S: Final = {Urgency.CRITICAL: 3_600, Urgency.PROMPT: 43_200, Urgency.ORDINARY: 86_400}
_PUSH_URGENCY: Final[dict[Urgency, PushUrgency]] = {
    Urgency.CRITICAL: "high",
    Urgency.PROMPT: "normal",
    Urgency.ORDINARY: "normal",
}
MOST_TURNS: Final = 60  # no backoff has half as many: each of them broke off with an error of ours
FOLDER: Final = "folder"  # a letter was taken, and stays on this machine: no mail server is set

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What is said, in the language of who reads it: that something waits, and where."""

    sentence: str
    letter: str
    sms: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Ways:
    """What carries messages out of this server. ``site`` is the address that links begin with, where it is known."""

    mail: Mail
    sms: Sms
    push: Push
    keys: PushKeys
    site: str | None

    @property
    def gateways(self) -> Gateways:
        return Gateways(mail=True, sms=self.sms.available)


class _TakenOver(Exception):
    """The lease was over, and another courier has it now."""


class Sending:
    """``limit``: how many seconds an attempt may take."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ways: Ways,
        suspended: Suspended,
        *,
        limit: Callable[[Channel, Urgency], float] = seconds_for,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ways = ways
        self._suspended = suspended
        self._limit = limit

    async def deliver(self, delivery: Delivery) -> None:
        """One round: to the end, or put off. Raises what the database raises; the lease brings it back then."""
        now = self._clock.now()
        async with self._database.begin(delivery.organisation_id) as conn:
            if delivery.turn > MOST_TURNS:
                await store.end(conn, delivery, "failed", "broken", now)
                log.error("delivery_failed", extra={"kind": delivery.kind, "code": "broken"})
                return
            took = await store.tried(conn, delivery.id)
            to = await self._reached(conn, delivery, now)
            if took and not delivery.every_channel:
                await store.end(conn, delivery, "sent", None, now)
                return
            why = refusal(to.recipient, delivery.urgency) if to is not None else Refusal.CLOSED
            if to is None or why is not None:
                await self._refused(conn, delivery, why or Refusal.CLOSED, now)
                return
            until = waits_until(to.recipient, delivery.urgency, now)
            if until is not None:
                await store.put_off(conn, delivery, now, until, delivery.rounds, None)
                return
        try:
            await self._round(delivery, to, took)
        except _TakenOver:
            log.warning("delivery_taken_over", extra={"kind": delivery.kind, "organisation": delivery.organisation_id})

    async def _round(self, delivery: Delivery, to: Reached, took: set[Channel]) -> None:
        failures = []
        for channel in self._channels(to, delivery.urgency):
            if channel in took:
                continue
            failed = await self._attempt(delivery, to, channel)
            if failed is not None:
                failures.append(failed)
                continue
            took.add(channel)
            if not delivery.every_channel:
                break
        await self._conclude(delivery, bool(took), failures)

    def _channels(self, to: Reached, urgency: Urgency) -> Sequence[Channel]:
        """Those to try, in order. A letter that stays on this machine tells nobody: it is written where there is no
        other way, and taken for no other."""
        found = channels(to.recipient, urgency)
        leaving = [channel for channel in found if channel is not Channel.MAIL]
        return found if self._ways.mail.leaves or not leaving else leaving

    async def _attempt(self, delivery: Delivery, to: Reached, channel: Channel) -> NotDelivered | None:
        """None when it was taken."""
        async with self._database.begin(delivery.organisation_id) as conn:
            attempt_id = await store.begin_attempt(conn, delivery, channel, self._clock.now())
        if attempt_id is None:
            raise _TakenOver
        gone: list[UUID] = []
        failed: NotDelivered | None = None
        try:
            await self._send(delivery, to, channel, gone)
        except NotDelivered as error:
            failed = error
        except Exception as error:  # our own fault with one channel: the others are tried all the same
            extra = {"kind": delivery.kind, "channel": channel, "error": type(error).__name__}
            log.exception("channel_broken", extra=extra)
            failed = NotDelivered("broken")
        stays = channel is Channel.MAIL and not self._ways.mail.leaves
        result = ("sent", FOLDER if stays else None) if failed is None else ("failed", failed.reason)
        async with self._database.begin(delivery.organisation_id) as conn:
            await store.end_attempt(conn, attempt_id, *result)
            await store.forget_devices(conn, gone)
        return failed

    async def _send(self, delivery: Delivery, to: Reached, channel: Channel, gone: list[UUID]) -> None:
        words = self._words(delivery, to)
        seconds = self._limit(channel, delivery.urgency)
        if channel is Channel.MAIL:
            letter = Letter(to.email or "", words.sentence, words.letter, delivery.id)
            await self._ways.mail.send(letter, seconds=seconds)
        elif channel is Channel.SMS:
            await self._ways.sms.send(to.phone or "", words.sms, message_id=delivery.id, seconds=seconds)
        else:
            await self._push(delivery, to.devices, words, seconds, gone)

    async def _push(
        self, delivery: Delivery, devices: Sequence[Device], words: Words, seconds: float, gone: list[UUID]
    ) -> None:
        """To all devices at once; it is enough that one service takes it. Those that are no more go into ``gone``."""
        said = {"id": delivery.id, "kind": delivery.kind, "text": words.sentence, "link": words.path}
        topic = unpadded(delivery.id.bytes)
        message = PushMessage(
            msgspec.json.encode(said), topic, _TTL_S[delivery.urgency], _PUSH_URGENCY[delivery.urgency]
        )
        done = await asyncio.gather(*(self._push_one(device, message, seconds) for device in devices))
        gone += [device.id for device, failed in zip(devices, done, strict=True) if isinstance(failed, Gone)]
        failures = [failed for failed in done if failed is not None]
        if len(failures) == len(done):
            # One that may work later says more than one that never will.
            raise min(failures, key=lambda failed: failed.final)

    async def _push_one(self, device: Device, message: PushMessage, seconds: float) -> NotDelivered | None:
        vapid = await self._ways.keys.of(device.key_id)
        if vapid is None:  # the secret is lost under which it was sealed: only a new subscription helps
            return Gone()
        try:
            await self._ways.push.send(device.subscription, message, vapid, seconds=seconds)
        except NotDelivered as error:
            return error
        return None

    async def _conclude(self, delivery: Delivery, took: bool, failures: Sequence[NotDelivered]) -> None:
        now, rounds = self._clock.now(), delivery.rounds + 1
        reason = failures[-1].reason if failures else None
        again = None if all(failed.final for failed in failures) else again_in(delivery.urgency, rounds)
        async with self._database.begin(delivery.organisation_id) as conn:
            if took:
                await store.end(conn, delivery, "sent", None, now)
            elif again is not None:
                await store.put_off(conn, delivery, now, now + again, rounds, reason)
            else:
                await store.end(conn, delivery, "failed", reason, now)
        if not took:
            event = "delivery_put_off" if again is not None else "delivery_failed"
            log.warning(event, extra={"kind": delivery.kind, "attempt": rounds, "code": reason})

    async def _refused(self, conn: AsyncConnection, delivery: Delivery, why: Refusal, now: datetime) -> None:
        """Nobody forbids it where there is just no way: that is a failure, which somebody has to see to."""
        state = "failed" if why is Refusal.NO_CHANNEL else "dropped"
        await store.end(conn, delivery, state, why.value, now)
        if state == "failed":
            log.warning("delivery_failed", extra={"kind": delivery.kind, "code": why, "account": delivery.account_id})

    async def _reached(self, conn: AsyncConnection, delivery: Delivery, now: datetime) -> Reached | None:
        gateways = self._ways.gateways
        if delivery.account_id is None:
            return await contact_reached(conn, delivery.contact_id, gateways) if delivery.contact_id else None
        found = await accounts_reached(conn, [delivery.account_id], now, gateways, self._suspended)
        return found.get(delivery.account_id)

    def _words(self, delivery: Delivery, to: Reached) -> Words:
        texts = catalogue(known_language(to.language))
        sentence, letters = texts["outward"][delivery.kind], texts["letters"]
        link = f"{self._ways.site}{delivery.link}" if self._ways.site and delivery.link else ""
        letter = letters["outward.text"].format(sentence=sentence, link=f"\n{link}\n" if link else "")
        return Words(
            sentence, letter, letters["outward.sms"].format(sentence=sentence, link=link).strip(), delivery.link
        )
