"""The little that an assessment remembers of a room: the ends of the last messages, so that a detail told in pieces
(06 / 12 / 34 …) is seen whole. Bounded in number, length and time; lives in memory with its room."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.moderation.verdict import Speaker

WINDOW = timedelta(minutes=10)  # pieces further apart than this are not read together (MODERATION.md, pipeline)
TURNS = 16  # messages: a telephone number told in pairs takes five, each side may speak in between
TAIL = 120  # characters kept of each: a piece stands at the end ("mon numéro c'est 06 12")


@dataclass(frozen=True, slots=True)
class Turn:
    author: Hashable
    text: str
    at: datetime


class Conversation:
    """The recent turns of one room. ``assess`` reads it and never changes it; whoever accepts a message, delivered or
    held, then calls ``remember``."""

    __slots__ = ("_turns",)

    def __init__(self) -> None:
        self._turns: deque[Turn] = deque(maxlen=TURNS)

    def remember(self, speaker: Speaker, text: str, at: datetime) -> None:
        self._turns.append(Turn(speaker.author, text[-TAIL:], at))

    def of_author(self, speaker: Speaker, now: datetime) -> list[str]:
        """The ends of the author's own messages of the last ten minutes, oldest first."""
        author, since = speaker.author, now - WINDOW
        return [turn.text for turn in self._turns if turn.author == author and turn.at >= since]

    def last_of_others(self, speaker: Speaker, now: datetime) -> str | None:
        """The end of the newest message that somebody else wrote within ten minutes."""
        author, since = speaker.author, now - WINDOW
        for turn in reversed(self._turns):
            if turn.at < since:
                return None
            if turn.author != author:
                return turn.text
        return None
