"""Who may break the glass of which pair, for how long, and when it is told. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from server.kernel.errors import BadRequest, Conflict, NotFound
from server.pairs.rules import Pair, answers_for, belongs

Motive = Literal["absence", "authority", "danger", "report"]
Reason = Literal["authority", "inquiry", "safety"]

OPEN_FOR: Final = timedelta(hours=1)  # long enough to read a conversation once; whoever needs more says why again
LONGEST_DEFERRAL: Final = timedelta(days=30)
SENTENCE: Final = (10, 500)  # characters: a reason, not a word and not a file


@dataclass(frozen=True, slots=True)
class Deferral:
    by: UUID
    until: datetime


def check_reader(pair: Pair, reader: UUID) -> None:
    """Raises NotFound for one of the two, to whom this way does not exist; Conflict for who answers for the pair, who
    has a way of their own that everybody sees."""
    if belongs(pair, reader):
        raise NotFound
    if answers_for(pair, reader):
        raise Conflict("glass_own")


def checked_sentence(text: str) -> str:
    """Raises BadRequest for what does not say why."""
    sentence = text.strip()
    if "\x00" in sentence:
        raise BadRequest("nul", field="sentence")
    shortest, longest = SENTENCE
    if not shortest <= len(sentence) <= longest:
        raise BadRequest("glass_sentence", field="sentence", minimum=shortest, maximum=longest)
    return sentence


def check_until(until: datetime, now: datetime) -> None:
    """Raises BadRequest for a deferral without an end that is near enough."""
    if not now < until <= now + LONGEST_DEFERRAL:
        raise BadRequest("glass_until", field="until", maximum=LONGEST_DEFERRAL.days)


def tell_at(deferrals: Iterable[Deferral], reader: UUID, now: datetime) -> datetime:
    """When the two are told of an access that ``reader`` begins now. Nobody puts off telling of what they read
    themselves."""
    ends = [deferral.until for deferral in deferrals if deferral.by != reader and deferral.until > now]
    return max(ends, default=now)
