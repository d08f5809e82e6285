"""What an assessment remembers of a room: the ends of the last messages, so that a detail told in pieces (06 / 12 …) is
seen whole, and for each author what their messages add up to (sequence.py). Bounded in number, length and time; lives
in memory with its room; the states of the authors may be kept beyond, each in a row."""

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from server.moderation.folding import fold
from server.moderation.policy import REVIEW
from server.moderation.sequence import CATEGORY, Level, Sign, State, elapsed, level, signs
from server.moderation.verdict import Finding, Label, Speaker, Verdict

WINDOW = timedelta(minutes=10)  # pieces further apart than this are not read together (MODERATION.md, pipeline)
TURNS = 16  # messages: a telephone number told in pairs takes five, each side may speak in between
TAIL = 120  # characters kept of each: a piece stands at the end ("mon numéro c'est 06 12")
AUTHORS = 12  # states in one room, the longest silent forgotten first: a pair, guardians, and whoever stood in

_YOUNG, _ADULTS = ("mentee",), ("mentor", "guardian")
_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(State).decode


@dataclass(frozen=True, slots=True)
class Turn:
    """``text`` is folded: it is read with each of the author's next messages."""

    author: Hashable
    text: str
    at: datetime


@dataclass(slots=True)
class Kept:
    """An author's state as of its last sign, and how many messages without one have followed."""

    state: State
    at: datetime
    quiet: int = 0

    def now(self, now: datetime) -> State:
        return self.state.at(elapsed(self.at, now)).quiet(self.quiet)


class Conversation:
    """The recent turns of one room and the states of its authors. ``assess`` reads it and never changes it; whoever
    accepts a message, delivered or held, then calls ``remember``."""

    __slots__ = ("_kept", "_turns")

    def __init__(self) -> None:
        self._turns: deque[Turn] = deque(maxlen=TURNS)
        self._kept: dict[Hashable, Kept] = {}

    def remember(self, speaker: Speaker, text: str, at: datetime, verdict: Verdict | None = None) -> None:
        """Takes in a message and what it was found to hold."""
        self._turns.append(Turn(speaker.author, fold(text[-TAIL:]), at))
        if verdict is None or speaker.role not in (*_YOUNG, *_ADULTS):
            return
        found = signs(verdict.labels)
        if found:
            state = self._state(speaker, at).adding(found)
            self._kept.pop(speaker.author, None)
            self._kept[speaker.author] = Kept(state, at)
            while len(self._kept) > AUTHORS:
                del self._kept[next(iter(self._kept))]
        elif (kept := self._kept.get(speaker.author)) is not None:
            kept.quiet += 1
        if any(label.category == CATEGORY for label in verdict.labels):
            self._told(speaker, at)

    def of_author(self, speaker: Speaker, now: datetime) -> list[str]:
        """The ends of the author's own messages of the last ten minutes, folded, oldest first."""
        author, since = speaker.author, now - WINDOW
        return [turn.text for turn in self._turns if turn.author == author and turn.at >= since]

    def last_of_others(self, speaker: Speaker, now: datetime) -> str | None:
        """The end of the newest message that somebody else wrote within ten minutes, folded."""
        author, since = speaker.author, now - WINDOW
        for turn in reversed(self._turns):
            if turn.at < since:
                return None
            if turn.author != author:
                return turn.text
        return None

    def course(self, speaker: Speaker, labels: Iterable[Label], now: datetime) -> Finding | None:
        """The finding ``conversation``, when with these labels an adult's messages come to more than was told of."""
        found = signs(labels)
        if not found or speaker.role not in (*_YOUNG, *_ADULTS):
            return None
        state = self._state(speaker, now).adding(found)
        tipped = [reached for before, reached in self._levels(speaker, state, now) if _is_more(before, reached)]
        if not tipped:
            return None
        reached = max(tipped)
        _, label = max(found.values(), key=_weight)
        return Finding(CATEGORY, 0.9, label.start, label.end, reached.rule, reached.severity, families=reached.families)

    def state_of(self, author: Hashable) -> bytes | None:
        """What of the author is to be kept beyond memory, at most 1 KB, as of the last message that changed it; None
        when nothing was found yet."""
        kept = self._kept.get(author)
        return _encode(kept.state) if kept is not None else None

    def restore(self, author: Hashable, state: bytes, at: datetime) -> None:
        """Takes back a state that ``state_of`` gave at ``at``. Raises ValueError when it is not one."""
        try:
            self._kept[author] = Kept(_decode(state), at)
        except msgspec.DecodeError as error:
            raise ValueError("not a state of an author") from error

    def _state(self, speaker: Speaker, now: datetime) -> State:
        kept = self._kept.get(speaker.author)
        return kept.now(now) if kept is not None else State(young=speaker.role in _YOUNG)

    def _levels(self, speaker: Speaker, state: State, now: datetime) -> Iterable[tuple[State, Level]]:
        """For each adult whom a message of ``speaker`` concerns, their state and what it comes to, once the speaker's
        own is ``state``."""
        others = [kept.now(now) for author, kept in self._kept.items() if author != speaker.author]
        young = [other for other in others if other.young]
        if not state.young:
            return [(state, level(state, young))]
        return [(other, level(other, [*young, state])) for other in others if not other.young]

    def _told(self, speaker: Speaker, at: datetime) -> None:
        """Notes what a warning was about, so that it is not repeated until something is added."""
        state = self._state(speaker, at)
        concerned = [speaker.author] if not state.young else [a for a, k in self._kept.items() if not k.state.young]
        young = [kept.now(at) for kept in self._kept.values() if kept.state.young]
        for author in concerned:
            if (kept := self._kept.get(author)) is not None:
                now = kept.now(at)
                reached = level(now, young)
                if _is_more(now, reached):
                    told = msgspec.structs.replace(now, severity=reached.severity, told=list(reached.families))
                    self._kept[author] = Kept(told, at)


def _weight(sign: Sign) -> float:
    return sign.weight


def _is_more(told: State, reached: Level) -> bool:
    added = set(reached.families) - set(told.told)
    return reached.severity > told.severity or (reached.severity >= REVIEW and bool(added))
