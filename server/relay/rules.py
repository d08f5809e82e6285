"""What may leave the house, who agrees to it, and when the young person is told: pure decisions on plain values."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from server.kernel.errors import BadRequest, Conflict


class Kind(StrEnum):
    BUNDLE = "bundle"
    CONCERN = "concern"
    REFERRAL = "referral"
    RELAY = "relay"


class State(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    AGREED = "agreed"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


Tell = Literal["now", "later", "never"]
How = Literal["encrypted", "hand", "other", "portal", "post", "telephone"]
Answer = Literal["answered", "declined", "received"]
SeenAs = Literal["whole", "outline"]

# Not telling a young person that their words were gathered needs two people. Until the second has said so, it lasts so
# long and no longer: nobody gathers in silence by proposing it and leaving it there.
PROVISIONAL: Final = timedelta(days=3)
LONGEST: Final = timedelta(days=90)  # until a day on which they are told; a second person may move it on
SENTENCE: Final = (10, 500)  # characters of a reason


@dataclass(frozen=True, slots=True)
class Telling:
    """When the young person is told. ``why``: why not at once; ``words``: what they are told, in words for them."""

    when: Tell
    on: datetime | None = None
    why: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Something that is to leave, as stored."""

    id: UUID
    organisation_id: UUID
    case_id: UUID
    about_id: UUID | None
    kind: Kind
    outside: bool
    state: State
    language: str
    version: int
    made_by: UUID
    made_at: datetime
    revision: int
    tell: Tell
    tell_on: datetime | None
    tell_why: str | None
    tell_words: str | None
    told_at: datetime | None
    proposed_by: UUID | None
    proposed_at: datetime | None
    asked_id: UUID | None
    seconded_by: UUID | None
    seconded_at: datetime | None
    seconded_as: SeenAs | None
    seconded_agrees: bool | None
    seconded_note: str | None
    urgent_why: str | None
    manifest: bytes | None
    sent_by: UUID | None
    sent_at: datetime | None
    sent_how: How | None
    sent_note: str | None
    answer: Answer | None
    answer_at: datetime | None
    answer_by: UUID | None
    answer_words: str | None

    @property
    def telling(self) -> Telling:
        return Telling(self.tell, self.tell_on, self.tell_why, self.tell_words)

    @property
    def needs_second(self) -> bool:
        return needs_second(self.telling, outside=self.outside)

    @property
    def unseen(self) -> bool:
        """It could not wait, and nobody has looked at it since."""
        return self.urgent_why is not None and self.seconded_by is None


def needs_second(telling: Telling, *, outside: bool) -> bool:
    """What leaves the house, and what the young person is not told of at once."""
    return outside or telling.when != "now"


def is_outside(kind: Kind, *, outside: bool) -> bool:
    """Authorities are outside; a bundle, or a relay, may be for somebody of the house."""
    return outside or kind in (Kind.CONCERN, Kind.REFERRAL)


def checked_telling(telling: Telling, kind: Kind, now: datetime) -> Telling:
    """Raises BadRequest for one without a reason, a day or words that it needs."""
    why, words = (telling.why or "").strip() or None, (telling.words or "").strip() or None
    if telling.when == "now" and (telling.on is not None or why is not None):
        raise BadRequest("unexpected", field="why" if why is not None else "on")
    if (telling.when == "later") != (telling.on is not None):
        raise BadRequest("missing" if telling.on is None else "unexpected", field="on")
    if telling.on is not None and not now < telling.on <= now + LONGEST:
        raise BadRequest("out_of_range", field="on")
    if telling.when != "now":
        why = checked_reason(why, "why")
    if telling.when != "never" and kind is not Kind.BUNDLE and words is None:
        raise BadRequest("missing", field="words")
    return Telling(telling.when, telling.on, why, None if telling.when == "never" else words)


def checked_reason(text: str | None, field: str) -> str:
    """Raises BadRequest for what does not say why."""
    said = (text or "").strip()
    shortest, longest = SENTENCE
    if "\x00" in said:
        raise BadRequest("nul", field=field)
    if not said:
        raise BadRequest("missing", field=field)
    if not shortest <= len(said) <= longest:
        raise BadRequest("relay_reason", field=field, minimum=shortest, maximum=longest)
    return said


def check_state(dispatch: Dispatch, *states: State) -> None:
    """Raises Conflict for one that is elsewhere on its way."""
    if dispatch.state not in states:
        raise Conflict("dispatch_step")


def check_second(dispatch: Dispatch, me: UUID) -> None:
    """Raises Conflict unless it waits for a second person, who is not the first."""
    if not (dispatch.state is State.PROPOSED or dispatch.unseen):
        raise Conflict("dispatch_step")
    if me in (dispatch.proposed_by, dispatch.sent_by):
        raise Conflict("dispatch_own")


def check_urgent(severity: int) -> None:
    """Raises Conflict for what can wait for a colleague."""
    if severity < 4:
        raise Conflict("dispatch_not_urgent")


def check_retelling(dispatch: Dispatch, new: Telling, me: UUID) -> None:
    """Sooner is everybody's to say; later, or never, only a second person's. Raises Conflict."""
    if dispatch.told_at is not None or dispatch.state in (State.DRAFT, State.WITHDRAWN):
        raise Conflict("dispatch_step")
    sooner = new.when == "now" or (
        new.when == "later"
        and new.on is not None
        and (dispatch.tell == "never" or (dispatch.tell_on is not None and new.on <= dispatch.tell_on))
    )
    if not sooner and me in (dispatch.proposed_by, dispatch.made_by, dispatch.sent_by):
        raise Conflict("dispatch_own")


def readings_told_at(dispatch: Dispatch, now: datetime) -> datetime | None:
    """From when on the young person is told who read what was gathered; None: not as things stand."""
    if dispatch.tell == "now":
        return dispatch.made_at
    agreed = dispatch.seconded_by is not None and dispatch.seconded_agrees is True
    if dispatch.state is State.WITHDRAWN:
        return now
    if not agreed and dispatch.urgent_why is None:
        limit = dispatch.made_at + PROVISIONAL
        return min(limit, dispatch.tell_on) if dispatch.tell_on is not None else limit
    return dispatch.tell_on


def sending_told_at(dispatch: Dispatch) -> datetime | None:
    """From when on the young person is told that it left; None: it has not, or not as things stand."""
    if dispatch.sent_at is None or dispatch.tell == "never":
        return None
    return dispatch.sent_at if dispatch.tell_on is None else max(dispatch.sent_at, dispatch.tell_on)


def seconds(
    supervisors: Collection[UUID], admins: Collection[UUID], concerned: Collection[UUID], me: UUID
) -> tuple[list[UUID], SeenAs]:
    """Who can be the second pair of eyes: other professionals whom it does not concern; where there is none, the
    admins, who see what kind of thing leaves and to whom, and none of its words."""
    whole = [one for one in supervisors if one != me and one not in concerned]
    if whole:
        return whole, "whole"
    return [one for one in admins if one != me and one not in concerned], "outline"
