"""What may be decided about a flag, by whom, and what follows: pure rules on plain values.

A flag is open, waits for a second pair of eyes, or is escalated, until it is decided; an author's appeal opens it
again. Whatever lets something through at severity 4, and whatever lifts a freeze, takes two people; what keeps
something back takes one, at any time. Nobody decides about themselves while there is anybody else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from server.kernel.errors import BadRequest, Conflict, FlagDecided, NotFound
from server.moderation.flag import Decision, Flag, FlagState, MessageState, Ruling

CLAIM: Final = timedelta(minutes=5)  # long enough to read and decide; short enough when somebody is called away
TWO_PAIRS_OF_EYES: Final = 4  # the severity from which nothing is let through by one person
WAITING: Final[frozenset[FlagState]] = frozenset(("open", "second", "escalated"))
WRONG: Final = frozenset(("harmless", "misread"))  # reasons that say that the rule was wrong

_KEPT_BACK: Final[tuple[Decision, ...]] = ("release", "release_masked", "return", "refuse")
_FITTING: Final[dict[MessageState, tuple[Decision, ...]]] = {
    "none": ("acknowledge",),
    "delivered": ("acknowledge",),
    "masked": ("release", "acknowledge"),
    "held": _KEPT_BACK,
    "blocked": (*_KEPT_BACK, "acknowledge"),
    "refused": _KEPT_BACK,
    "returned": _KEPT_BACK,
}
_STATE: Final[dict[Decision, FlagState]] = {
    "release": "released",
    "release_masked": "released_masked",
    "return": "returned",
    "refuse": "refused",
    "acknowledge": "acknowledged",
    "escalate": "escalated",
}
_MESSAGE: Final[dict[Decision, MessageState]] = {
    "release": "delivered",
    "release_masked": "masked",
    "return": "returned",
    "refuse": "refused",
}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A supervisor who looks at flags. ``pairs`` are those they are one of the two of, ``alone``: their organisation
    has no other supervisor. ``called``: the flags of living cases that they own, or are being paged about."""

    account_id: UUID
    organisation_id: UUID
    alone: bool
    pairs: frozenset[UUID] = frozenset()
    called: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from a ruling: the flag's next state, the state that its message gets (None: it stays), whether the
    freeze is lifted. In the state ``second`` nothing else follows yet."""

    state: FlagState
    message: MessageState | None = None
    lifts: bool = False


def concerns(flag: Flag, reviewer: Reviewer) -> bool:
    """Whether it is about the reviewer themselves."""
    return flag.author_id == reviewer.account_id or (flag.pair_id is not None and flag.pair_id in reviewer.pairs)


def entitled(flag: Flag, reviewer: Reviewer) -> bool:
    """Whether the reviewer may decide: not about themselves, nor about an appeal against their own decision, unless
    there is nobody else."""
    appealed = flag.appeal is not None and flag.appeal.waits and flag.appeal.before_by == reviewer.account_id
    return reviewer.alone or not (appealed or concerns(flag, reviewer))


def on_list(flag: Flag, reviewer: Reviewer, now: datetime) -> Literal["open", "second"] | None:
    """On which list of the reviewer a flag that waits stands. ``lists.py`` says the same in SQL."""
    if flag.organisation_id != reviewer.organisation_id or flag.state not in WAITING:
        return None
    mine = flag.supervisor_id == reviewer.account_id
    if flag.state == "second":
        proposed = flag.proposal is not None and flag.proposal.by == reviewer.account_id
        if not proposed and not concerns(flag, reviewer):
            return "second"
        return "open" if proposed or mine else None
    if mine:
        return "open"
    if not entitled(flag, reviewer):
        return None
    overdue = flag.due_at is not None and flag.due_at <= now
    appealed = flag.appeal is not None and flag.appeal.waits and flag.appeal.before_by is not None
    # What the professional in charge wrote themselves is not theirs to decide.
    own_words = flag.author_id == flag.supervisor_id
    called = flag.id in reviewer.called
    return "open" if overdue or appealed or own_words or called or flag.state == "escalated" else None


def is_theirs(flag: Flag, reviewer: Reviewer) -> bool:
    """Whether a decided flag is among those that the reviewer may still read."""
    return flag.organisation_id == reviewer.organisation_id and reviewer.account_id in (
        flag.supervisor_id,
        flag.decided_by,
        flag.seconded_by,
    )


def claim_holds(flag: Flag, now: datetime) -> bool:
    """Whether somebody is looking at it just now; by the clock, also when they are gone."""
    return flag.claimed_until is not None and flag.claimed_until > now


def claimed_by_another(flag: Flag, reviewer: Reviewer, now: datetime) -> bool:
    return claim_holds(flag, now) and flag.claimed_by != reviewer.account_id


def decisions(flag: Flag, reviewer: Reviewer, now: datetime, *, frozen: bool = False) -> list[Decision]:
    """What the reviewer may decide now, in a stable order. ``frozen``: the pair is paused because of this flag."""
    if _only_lifts(flag, reviewer, frozen=frozen):
        return ["acknowledge"] if entitled(flag, reviewer) else []
    if on_list(flag, reviewer, now) is None or not entitled(flag, reviewer):
        return []
    return fitting(flag)


def fitting(flag: Flag) -> list[Decision]:
    """The decisions that a flag in this state can get. While a proposal waits, only what keeps back or asks for more
    people acts; ``acknowledge`` may (as ``serious``), ``release`` may not."""
    if flag.state not in WAITING:
        return []
    found: list[Decision] = [*_FITTING[flag.message]]
    if flag.state != "escalated":
        found.append("escalate")
    if flag.state == "second":
        found = [decision for decision in found if decision not in ("release", "release_masked")]
    return found


def lets_through(ruling: Ruling) -> bool:
    """Whether something comes through, or is waved off, by it."""
    return ruling.decision in ("release", "release_masked") or (
        ruling.decision == "acknowledge" and ruling.reason in WRONG
    )


def needs_two(flag: Flag, ruling: Ruling) -> bool:
    return ruling.lift_freeze or (flag.severity >= TWO_PAIRS_OF_EYES and lets_through(ruling))


def check(ruling: Ruling, flag: Flag) -> None:
    """Raises BadRequest for a ruling that says too much or too little."""
    if (ruling.decision == "return") != (ruling.advice is not None):
        raise BadRequest("missing" if ruling.advice is None else "unexpected", field="advice")
    if ruling.spans is not None and ruling.decision != "release_masked":
        raise BadRequest("unexpected", field="spans")
    if ruling.decision == "release_masked":
        labels = flag.labels if flag.edited is None else ()  # of other words than those that would be let through
        if not (labels if ruling.spans is None else ruling.spans):
            raise BadRequest("missing", field="spans")
        for start, end in ruling.spans or ():
            if not 0 <= start < end <= len(flag.text):
                raise BadRequest("out_of_range", field="spans")


def decide(flag: Flag, reviewer: Reviewer, ruling: Ruling, now: datetime, *, frozen: bool) -> Outcome:
    """What follows when ``reviewer`` rules so. ``frozen``: the pair is paused because of this flag. Raises NotFound,
    FlagDecided, Conflict, BadRequest; whose claim it is has been asked before."""
    lifting = ruling.lift_freeze and _only_lifts(flag, reviewer, frozen=frozen)
    if not lifting:
        _check_theirs(flag, reviewer, now)
    if not entitled(flag, reviewer):
        raise Conflict("flag_own")
    if ruling.decision not in (["acknowledge"] if lifting else fitting(flag)):
        raise Conflict("flag_in_second" if flag.state == "second" else "flag_decision")
    check(ruling, flag)
    if ruling.lift_freeze and (ruling.decision == "escalate" or not frozen):
        raise Conflict("flag_not_frozen")
    if needs_two(flag, ruling):
        if flag.state == "second":
            raise Conflict("flag_in_second")
        return Outcome("second")
    return outcome(ruling)


def second(flag: Flag, reviewer: Reviewer, now: datetime, *, agree: bool) -> Outcome:
    """What follows when ``reviewer`` looks at a proposal. Raises NotFound, FlagDecided, Conflict."""
    _check_theirs(flag, reviewer, now)
    if flag.proposal is None:
        raise Conflict("flag_not_proposed")
    if flag.proposal.by == reviewer.account_id or concerns(flag, reviewer):
        raise Conflict("flag_own")
    return outcome(flag.proposal.ruling) if agree else Outcome("open")


def outcome(ruling: Ruling) -> Outcome:
    """What a ruling does once it holds."""
    return Outcome(_STATE[ruling.decision], _MESSAGE.get(ruling.decision), ruling.lift_freeze)


def _only_lifts(flag: Flag, reviewer: Reviewer, *, frozen: bool) -> bool:
    """Whether all that is left to do is to lift the freeze: it was decided, and the pair is paused still."""
    return frozen and flag.state not in WAITING and is_theirs(flag, reviewer)


def _check_theirs(flag: Flag, reviewer: Reviewer, now: datetime) -> None:
    """Refuses in the same words what does not exist and what is not theirs."""
    if flag.state not in WAITING:
        if is_theirs(flag, reviewer) or (flag.shared and flag.organisation_id == reviewer.organisation_id):
            raise FlagDecided
        raise NotFound
    if on_list(flag, reviewer, now) is None:
        raise NotFound
