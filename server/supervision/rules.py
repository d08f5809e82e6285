"""What decides in live supervision, as functions of plain values."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from server.kernel.errors import BadRequest, Forbidden
from server.kernel.principal import ADULT_AGE, age_on
from server.people.policy import Adult, CallPolicy
from server.signalling.rungs import Rung
from server.signalling.scene import Missing

Why = Literal["break", "other", "safety", "technical", "words"]
"""Why a professional steps in, for the people of the room to read: a break; a reason that they tell themselves; for
somebody's safety; something does not work; what was said."""

Standing = Literal["there", "missing", "not_required"]
"""Of the adult without whom a call does not go on."""

Line = Literal["good", "fair", "poor", "away"]
"""How somebody's line is, for who reads no rungs."""

Over = Literal["answered", "ended", "withdrawn"]
"""Why a summons stands no more: a professional has come in; the call is over for who asked; they took it back."""

KNOCK_LASTS: Final = timedelta(minutes=2)  # in which one may come in; then everybody is told anew
BACK_WITHIN: Final = timedelta(minutes=5)  # a call is kept for an adult who dropped out; a router restarts in three
WHISPER_MAX: Final = 500  # characters: it is read while somebody talks
CHILD_AGE: Final = 15  # below it, the first of the two bands of ``CallPolicy``; the age of the law on consent, too


@dataclass(frozen=True, slots=True)
class Company:
    """Who of those that matter is in a call. A professional who only observes is there as well."""

    young: bool
    mentor: bool
    professional: bool


def required(born: date | None, today: date, policy: CallPolicy) -> Adult:
    """Without whom a call of this young person does not go on. An age that nobody knows is that of a child."""
    age = age_on(born, today) if born is not None else 0
    if age >= ADULT_AGE:
        return "none"
    return policy.under_15 if age < CHILD_AGE else policy.under_18


def is_there(needed: Adult, company: Company) -> bool:
    """Whether the adult whom the call needs is in it. A professional is as good as a mentor."""
    return needed == "none" or company.professional or (needed == "mentor" and company.mentor)


def standing(needed: Adult, company: Company) -> Standing:
    if needed == "none" or not company.young:
        return "not_required"
    return "there" if is_there(needed, company) else "missing"


def waits_for(needed: Adult, company: Company, *, had: bool) -> Missing | None:
    """Why this call is to wait, if it is. ``had``: the adult was in it with the young person before. Who comes first
    and is alone waits as everybody does."""
    if not company.young or is_there(needed, company):
        return None
    if had:
        return "adult_left"
    return "adult_awaited" if company.mentor else None


def check_knock(told_at: datetime, wait: timedelta, now: datetime) -> None:
    """Whether who announced themselves then may come in. Raises Forbidden."""
    if now < told_at + wait:
        left = told_at + wait - now
        raise Forbidden("too_early", retry_in_ms=int(left / timedelta(milliseconds=1)) + 1)
    if now >= told_at + wait + KNOCK_LASTS:
        raise Forbidden("announce_first")


def checked_whisper(body: str) -> str:
    """Raises BadRequest."""
    if len(body) > WHISPER_MAX:
        raise BadRequest("too_long", field="body", maximum=WHISPER_MAX)
    if not body.strip():
        raise BadRequest("empty", field="body")
    if "\x00" in body:
        raise BadRequest("nul", field="body")
    try:
        body.encode()
    except UnicodeEncodeError:
        raise BadRequest("surrogate", field="body") from None
    return body


def line_of(rung: Rung, *, weak: bool, connected: bool) -> Line:
    if not connected:
        return "away"
    if rung in ("voice-web", "notes", "text"):
        return "poor"
    return "fair" if weak or rung == "voice-lean" else "good"
