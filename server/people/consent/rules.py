"""When a purpose is on: what the law asks at each age, as functions of plain values (docs/decisions/0188).

Under 15 the child *and* a holder of parental authority, neither overriding the other's no (French data protection act,
art. 45; CNIL, recommendation 4); from 15 the young person alone. A no that counts always wins over any yes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from uuid import UUID

ALONE_AGE: Final = 15  # years: from here on a young person consents alone (French data protection act, art. 45)
GROWN_AGE: Final = 18  # years: from here on nobody consents for anybody (French civil code, art. 414)


class Purpose(StrEnum):
    """What consent is asked for, each on its own (FIELD row 7)."""

    CHAT = "chat"
    VIDEO = "video"
    FAMILY_CALL = "family_call"
    PRESCRIBER = "prescriber"
    NOTIFICATIONS = "notifications"


class Decision(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Capacity(StrEnum):
    """As what somebody spoke."""

    SELF = "self"
    AUTHORITY = "authority"
    ADULT = "adult"


class How(StrEnum):
    APP = "app"
    PAPER = "paper"
    ORAL = "oral"


class Why(StrEnum):
    """Why a purpose is as it is. ``CARRIED``: on by the young person's own yes of before 15, until they answer anew."""

    AGREED = "agreed"
    CARRIED = "carried"
    ASK_YOUNG = "ask_young"
    ASK_GUARDIAN = "ask_guardian"
    ASK_BOTH = "ask_both"
    REFUSED = "refused"
    DISAGREED = "disagreed"


class Band(StrEnum):
    CHILD = "child"  # under 15
    YOUTH = "youth"  # 15 to 17
    ADULT = "adult"


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said of one purpose. ``at``: when they said it; ``recorded_at``: when it was written down here."""

    by: UUID
    decision: Decision
    version: int
    at: datetime
    recorded_at: datetime

    @property
    def yes(self) -> bool:
        return self.decision is Decision.GIVEN


@dataclass(frozen=True, slots=True)
class Link:
    """For how long somebody has been a guardian, and whether as a holder of parental authority."""

    guardian: UUID
    authority: bool
    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.authority and self.open(at)

    def open(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class File:
    """All that decides about one young person. ``words`` are in the order of the ledger; ``asks`` are, by purpose, the
    versions that ask again, each with the moment from which an earlier yes is none any more; ``begun``: when the last
    of them was found to have begun."""

    mentee: UUID
    born: date
    zone: tzinfo
    links: Sequence[Link] = ()
    words: Mapping[Purpose, Sequence[Word]] = field(default_factory=dict)
    asks: Mapping[Purpose, Sequence[tuple[int, datetime]]] = field(default_factory=dict)
    begun: datetime | None = None

    def turns(self, age: int) -> datetime:
        """When the young person turns ``age``: the first moment of that day where the organisation is."""
        return datetime.combine(birthday(self.born, age), time.min, self.zone)

    def band(self, at: datetime) -> Band:
        if at < self.turns(ALONE_AGE):
            return Band.CHILD
        return Band.YOUTH if at < self.turns(GROWN_AGE) else Band.ADULT

    def now(self, clock: datetime) -> datetime:
        """Now, to whoever reads this at ``clock``: what is written here has happened, though it was another machine
        that wrote it, with a clock that is ahead. A no of the last moment must not be taken for one of the next. Nobody
        grows up by a clock that is ahead, however far it is."""
        written = [word.recorded_at for words in self.words.values() for word in words]
        moved = [moment for link in self.links for moment in (link.since, link.until)]
        now = max([clock, *written, *(moment for moment in (*moved, self.begun) if moment is not None)])
        passed = [turn for turn in map(self.turns, (ALONE_AGE, GROWN_AGE)) if clock < turn <= now]
        return min(passed) - timedelta(microseconds=1) if passed else now

    def holders(self, at: datetime) -> list[UUID]:
        """Who holds parental authority and is known here; nobody once the young person is grown up."""
        if self.band(at) is Band.ADULT:
            return []
        return list(dict.fromkeys(link.guardian for link in self.links if link.holds(at)))


@dataclass(frozen=True, slots=True)
class State:
    """How one purpose stands. ``young`` and ``holders`` are the last words of those who count; None: said nothing yet,
    or said yes to words that do not hold any more."""

    on: bool
    why: Why
    young: Word | None
    holders: Mapping[UUID, Word | None] = field(default_factory=dict)


def birthday(born: date, age: int) -> date:
    """The day on which somebody turns ``age``; of a 29 February, 1 March in common years (as ``kernel.principal``)."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def capacity_of(band: Band) -> Capacity:
    """As what a young person speaks for themselves."""
    return Capacity.ADULT if band is Band.ADULT else Capacity.SELF


def state(file: File, purpose: Purpose, at: datetime) -> State:
    """How ``purpose`` stands at ``at``. Pure: the same file and moment give the same answer, whoever asks when."""
    if file.band(at) is Band.CHILD:
        return _together(file, purpose, at)
    return _alone(file, purpose, at)


def states(file: File, at: datetime) -> dict[Purpose, State]:
    return {purpose: state(file, purpose, at) for purpose in Purpose}


def _together(file: File, purpose: Purpose, at: datetime) -> State:
    young = _counting(file, purpose, last_word(file, purpose, file.mentee, at), at)
    holders = {holder: _holder_word(file, purpose, holder, at) for holder in file.holders(at)}
    said = [word for word in holders.values() if word is not None]
    if any(not word.yes for word in said):
        return State(False, Why.DISAGREED if any(word.yes for word in said) else Why.REFUSED, young, holders)
    if young is not None and not young.yes:
        return State(False, Why.REFUSED, young, holders)
    if young is not None and said:
        return State(True, Why.AGREED, young, holders)
    why = Why.ASK_YOUNG if said else Why.ASK_BOTH if young is None else Why.ASK_GUARDIAN
    return State(False, why, young, holders)


def _alone(file: File, purpose: Purpose, at: datetime) -> State:
    last = last_word(file, purpose, file.mentee, at)
    own = _counting(file, purpose, last, at)
    if own is None:
        return State(False, Why.ASK_YOUNG, None)
    if not own.yes:
        return State(False, Why.REFUSED, own)
    grown = file.turns(ALONE_AGE)
    if own.at >= grown:
        return State(True, Why.AGREED, own)
    # Said as a child, together with a parent. It goes on where it stood on the eve; no birthday switches anything on.
    before = _together(file, purpose, grown - timedelta(microseconds=1))
    if before.on and before.young == own:
        return State(True, Why.CARRIED, own)
    return State(False, Why.ASK_YOUNG, None)


def _holder_word(file: File, purpose: Purpose, holder: UUID, at: datetime) -> Word | None:
    """A no counts whenever it was said; a yes, only in the capacity in which the holder stands here now: to end a link
    and make it anew must not wash out a no, nor bring back a yes."""
    word = _counting(file, purpose, last_word(file, purpose, holder, at), at)
    if word is None or not word.yes:
        return word
    since = min(link.since for link in file.links if link.guardian == holder and link.holds(at))
    return word if word.recorded_at >= since else None


def last_word(file: File, purpose: Purpose, who: UUID, at: datetime) -> Word | None:
    """What ``who`` said last of ``purpose``, as far as it is known at ``at``. A paper of last week that arrives today
    stands before what was said yesterday; of what was said in the same moment, the later line of the ledger counts."""
    said = [word for word in file.words.get(purpose, ()) if word.by == who and word.at <= at and word.recorded_at <= at]
    return max(reversed(said), key=lambda word: word.at, default=None)


def _counting(file: File, purpose: Purpose, word: Word | None, at: datetime) -> Word | None:
    """None for a yes to words that do not hold any more; a no stays one."""
    if word is not None and word.yes and word.version < needed(file.asks.get(purpose, ()), at):
        return None
    return word


def said_already(file: File, purpose: Purpose, word: Word) -> bool:
    """Whether ``word``, spoken now, changes nothing: the same was said, to the same words, in the same capacity."""
    if any(_is_same(one, word) for one in file.words.get(purpose, ())):
        return True
    now = word.recorded_at
    last = last_word(file, purpose, word.by, now)
    if last is None or last.yes != word.yes:
        return False
    if not word.yes:
        return True
    if last.version != word.version:
        return False
    if word.by == file.mentee:  # at 15 and at 18 one's own yes is another than before
        return file.band(last.at) is file.band(now)
    return _holder_word(file, purpose, word.by, now) == last


def _is_same(one: Word, other: Word) -> bool:
    """Of the same moment, as two entries of one paper. A yes to other words is another; a no is a no to all."""
    said = (one.by, one.at, one.yes) == (other.by, other.at, other.yes)
    return said and (not one.yes or one.version == other.version)


def needed(asks: Sequence[tuple[int, datetime]], at: datetime) -> int:
    """The oldest version to which a yes still counts."""
    return max((version for version, begins in asks if begins <= at), default=1)
