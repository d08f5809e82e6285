"""The life of a pair as a table: which act leads from which state to which, whose act it is, and what reasons it has.

A pair that is held is ``paused`` for everybody; its life goes on underneath: it can be brought to an end, and when the
last hold goes it is what its life says.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.kernel.errors import BadRequest, Conflict
from server.pairs.rules import State, writable


class Act(StrEnum):
    """What somebody does with a pair. ``pause`` and ``suspend`` hold it, ``resume`` and ``lift`` end that."""

    AGREE = "agree"
    NOT_NOW = "not_now"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    START = "start"
    PROBATION = "probation"
    CONFIRM = "confirm"
    PAUSE = "pause"
    RESUME = "resume"
    SUSPEND = "suspend"
    LIFT = "lift"
    PLAN_CLOSING = "plan_closing"
    KEEP = "keep"
    CLOSE = "close"
    END_BRIDGE = "end_bridge"


YOUNG: Final = frozenset({Act.AGREE, Act.NOT_NOW, Act.DECLINE})
"""The young person's own; all others are acts of professionals."""

_MEETING = (State.ACTIVE, State.PROBATION, State.CLOSING)

TRANSITIONS: Final[Mapping[tuple[State, Act], State]] = {
    (State.PROPOSED, Act.AGREE): State.AGREED,
    (State.PROPOSED, Act.NOT_NOW): State.PROPOSED,
    (State.PROPOSED, Act.DECLINE): State.CLOSED,
    (State.PROPOSED, Act.WITHDRAW): State.CLOSED,
    (State.AGREED, Act.NOT_NOW): State.PROPOSED,  # nobody is held to a yes before it begins
    (State.AGREED, Act.DECLINE): State.CLOSED,
    (State.AGREED, Act.WITHDRAW): State.CLOSED,
    (State.AGREED, Act.START): State.ACTIVE,
    (State.ACTIVE, Act.PROBATION): State.PROBATION,
    (State.PROBATION, Act.CONFIRM): State.ACTIVE,
    (State.ACTIVE, Act.PLAN_CLOSING): State.CLOSING,
    (State.PROBATION, Act.PLAN_CLOSING): State.CLOSING,
    (State.CLOSING, Act.KEEP): State.ACTIVE,
    (State.CLOSING, Act.CLOSE): State.CLOSED,
    # Paused by hand before there were holds: nothing says what it was.
    (State.PAUSED, Act.RESUME): State.ACTIVE,
    (State.PAUSED, Act.PLAN_CLOSING): State.CLOSING,
    **{(state, act): state for state in _MEETING for act in (Act.PAUSE, Act.RESUME, Act.SUSPEND, Act.LIFT)},
    **{(state, Act.END_BRIDGE): State.CLOSED for state in (*_MEETING, State.PAUSED)},
}

HOLDS: Final = {Act.PAUSE: "decision", Act.SUSPEND: "suspended"}
LIFTS: Final = {Act.RESUME: "decision", Act.LIFT: "suspended"}
BRIDGE_ACTS: Final = frozenset({Act.PAUSE, Act.RESUME, Act.SUSPEND, Act.LIFT, Act.END_BRIDGE})
"""What there is to do with a bridge: it is never proposed, and it has no closing of its own."""

_ENDS = ("goal_reached", "term", "moved", "wish", "mentor_leaves", "no_contact", "safety", "other")
REASONS: Final[Mapping[Act, tuple[str, ...]]] = {
    Act.WITHDRAW: ("availability", "mistake", "other"),
    Act.PROBATION: ("beginning", "doubt", "other"),
    Act.CONFIRM: ("going_well", "other"),
    Act.PAUSE: ("absence", "holidays", "exams", "tension", "other"),
    Act.RESUME: ("back", "settled", "other"),
    Act.SUSPEND: ("safety", "report", "papers", "other"),
    Act.LIFT: ("cleared", "settled", "other"),
    Act.PLAN_CLOSING: _ENDS,
    Act.KEEP: ("changed_mind", "other"),
    Act.CLOSE: ("goodbye_said", "no_goodbye"),
    Act.END_BRIDGE: ("mentor_back", "term", "other"),
}
"""Of the acts that want one. What staff note beside it is for staff."""


@dataclass(frozen=True, slots=True)
class Life:
    """What a pair is underneath, and whether a professional's own hold (``decision``, ``suspended``) or another keeps
    it from being so."""

    state: State
    holds: frozenset[str] = frozenset()
    bridge: bool = False

    @property
    def shown(self) -> State:
        """What everybody sees of it."""
        return State.PAUSED if self.holds and writable(self.state) else self.state


def step(life: Life, act: Act) -> Life:
    """What ``act`` makes of it. Raises Conflict("pair_state") for what does not lead on from here."""
    after = TRANSITIONS.get((life.state, act))
    foreign = act not in BRIDGE_ACTS if life.bridge else act is Act.END_BRIDGE
    if after is None or foreign:
        raise Conflict("pair_state")
    held, lifted = HOLDS.get(act), LIFTS.get(act)
    if held in life.holds or (lifted is not None and lifted not in life.holds and life.state is not State.PAUSED):
        raise Conflict("pair_state")
    holds = life.holds | ({held} if held else set())
    holds -= {lifted} if lifted else set()
    return Life(after, frozenset(holds) if after is not State.CLOSED else frozenset(), life.bridge)


def possible(life: Life) -> list[Act]:
    """What can be done from here, in the order of the list of acts."""
    acts = []
    for act in Act:
        try:
            step(life, act)
        except Conflict:
            continue
        acts.append(act)
    return acts


def check_reason(act: Act, why: str | None) -> None:
    """Raises BadRequest("reason") unless the act has its reason, from its own list."""
    reasons: Collection[str] = REASONS.get(act, ())
    if (why is None and reasons) or (why is not None and why not in reasons):
        raise BadRequest("reason", field="why")
