"""By which channels somebody is told of something, in which order and when, as functions of plain values
(docs/decisions/0221)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from server.kernel.permissions import Role


class Urgency(StrEnum):
    """``CRITICAL``: at once, and to professionals whatever the hour. ``PROMPT``: as soon as quiet hours allow.
    ``ORDINARY``: likewise, and it may lose its meaning within a day."""

    CRITICAL = "critical"
    ORDINARY = "ordinary"
    PROMPT = "prompt"


class Channel(StrEnum):
    MAIL = "mail"
    PUSH = "push"
    SMS = "sms"


class Refusal(StrEnum):
    """Why nothing is sent. These words are shown to professionals on what they wait for."""

    CLOSED = "closed"  # the account, or the outside contact was taken out
    NO_CHANNEL = "no_channel"
    NO_CONSENT = "no_consent"
    NOT_ALLOWED = "not_allowed"  # by the organisation, for young people
    RESTRICTED = "restricted"  # they asked that their data be put aside
    SUSPENDED = "suspended"
    SWITCHED_OFF = "switched_off"  # by themselves


EVERY: Final = frozenset(Channel)
PROFESSIONALS: Final = frozenset({Role.ADMIN, Role.SUPERVISOR})

# A short message wakes somebody up, and costs the association: first at night, last by day.
_URGENT: Final = (Channel.PUSH, Channel.SMS, Channel.MAIL)
_CALM: Final = (Channel.PUSH, Channel.MAIL, Channel.SMS)

# Between one round through all channels and the next while none takes it. A page goes up the ladder within minutes,
# whatever became of it here; of a message that waits nobody need hear two days later.
_AGAIN: Final = {
    Urgency.CRITICAL: (5, 10, 20, 40, 60, 60, 60, 120, 120, 120, 180, 180),
    Urgency.PROMPT: (60, 300, 900, 3_600, 3_600, 10_800, 21_600),
    Urgency.ORDINARY: (300, 1_800, 7_200, 21_600, 43_200),
}

# For the whole exchange with what carries it. Of a critical one all channels have had their turn within half a minute.
_LIMITS: Final = {Channel.PUSH: 5.0, Channel.SMS: 8.0, Channel.MAIL: 8.0}
_PATIENT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which somebody is left alone, in minutes of the day where they live; across midnight when ``start`` is
    after ``end``."""

    start: int
    end: int


QUIET: Final = Quiet(22 * 60, 7 * 60)  # for who has chosen none


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody, as far as this decides. ``role`` is None for an outside contact. ``has``: the channels there are to
    them; ``wants``: those that they left on. ``consents`` is None for who needs nobody's consent; ``allowed``: the
    channels that the organisation allows to them."""

    role: Role | None
    zone: tzinfo
    has: frozenset[Channel]
    wants: frozenset[Channel] = EVERY
    quiet: Quiet | None = None
    open: bool = True
    suspended: bool = False
    restricted: bool = False
    consents: bool | None = None
    allowed: frozenset[Channel] = EVERY

    @property
    def professional(self) -> bool:
        return self.role is None or self.role in PROFESSIONALS


def refusal(to: Recipient, urgency: Urgency) -> Refusal | None:
    """Why ``to`` is told nothing at all; None when there is a way."""
    if not to.open:
        return Refusal.CLOSED
    if to.suspended:
        return Refusal.SUSPENDED
    if to.restricted and not (to.professional and urgency is Urgency.CRITICAL):  # what protects people goes on
        return Refusal.RESTRICTED
    if to.consents is False:
        return Refusal.NO_CONSENT
    if not to.has:
        return Refusal.NO_CHANNEL
    if not to.has & to.allowed:
        return Refusal.NOT_ALLOWED
    return None if channels(to, urgency) else Refusal.SWITCHED_OFF


def channels(to: Recipient, urgency: Urgency) -> Sequence[Channel]:
    """Those to try, in this order. What is critical reaches a professional who has switched all off that there is (or
    whose device is gone since) by all that there is."""
    there = to.has & to.allowed
    wanted = there & to.wants
    if not wanted and urgency is Urgency.CRITICAL and to.professional:
        wanted = there
    return [channel for channel in (_URGENT if urgency is Urgency.CRITICAL else _CALM) if channel in wanted]


def waits_until(to: Recipient, urgency: Urgency, at: datetime) -> datetime | None:
    """The end of the quiet hours that ``at`` is in; None when it can go out now."""
    if to.quiet is None or (urgency is Urgency.CRITICAL and to.professional):
        return None
    return quiet_until(to.quiet, to.zone, at)


def quiet_until(quiet: Quiet, zone: tzinfo, at: datetime) -> datetime | None:
    """When the quiet hours end that ``at`` is in; None outside them. By the clock on the wall: where it is put forward
    or back they are an hour shorter or longer, and end when it first shows their end."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    over_midnight = quiet.start > quiet.end
    since, before = minute >= quiet.start, minute < quiet.end
    if not (since or before if over_midnight else since and before):
        return None
    day = local.date() + timedelta(days=over_midnight and since)
    wall = datetime.combine(day, time(quiet.end // 60, quiet.end % 60), zone)
    end = wall.astimezone(at.tzinfo)
    return end if end > at else None  # it is an hour that comes twice, and they ended in the first of the two


def keeps_a_channel(role: Role, has: frozenset[Channel], wants: frozenset[Channel]) -> bool:
    """Whether somebody who chooses ``wants`` can still be reached when it matters: professionals must, as long as there
    is any way to them; for others it is theirs to say."""
    return role not in PROFESSIONALS or not has or bool(has & wants)


def seconds_for(channel: Channel, urgency: Urgency) -> float:
    """How long one attempt may take."""
    return _LIMITS[channel] if urgency is Urgency.CRITICAL else _PATIENT


def again_in(urgency: Urgency, rounds: int) -> timedelta | None:
    """When to try all channels again after ``rounds`` of them, the first being 1; None when it is given up."""
    waits = _AGAIN[urgency]
    return timedelta(seconds=waits[rounds - 1]) if rounds <= len(waits) else None


def ripe(due_at: datetime, wait_s: float, now: datetime, seen_s: float) -> bool:
    """Whether the time of something has come that was to wait ``wait_s`` seconds, until ``due_at``, and that has been
    seen waiting for ``seen_s``: so a clock that was put back keeps nobody waiting for longer."""
    return now >= due_at or seen_s >= wait_s
