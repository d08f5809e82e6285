"""The life of a pair, in full: the table of transitions, and walks through it that a machine chooses."""

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import data, sampled_from

from server.kernel.errors import BadRequest, Conflict
from server.pairs.life import (
    BRIDGE_ACTS,
    HOLDS,
    LIFTS,
    REASONS,
    TRANSITIONS,
    YOUNG,
    Act,
    Life,
    check_reason,
    possible,
    step,
)
from server.pairs.rules import State, writable

# Written out once more, by state: what a reader of the page is offered.
OFFERED = {
    State.PROPOSED: {Act.AGREE, Act.NOT_NOW, Act.DECLINE, Act.WITHDRAW},
    State.AGREED: {Act.NOT_NOW, Act.DECLINE, Act.WITHDRAW, Act.START},
    State.ACTIVE: {Act.PROBATION, Act.PAUSE, Act.SUSPEND, Act.PLAN_CLOSING},
    State.PROBATION: {Act.CONFIRM, Act.PAUSE, Act.SUSPEND, Act.PLAN_CLOSING},
    State.CLOSING: {Act.KEEP, Act.CLOSE, Act.PAUSE, Act.SUSPEND},
    State.PAUSED: {Act.RESUME, Act.PLAN_CLOSING},
    State.CLOSED: set(),
}


def test_what_is_offered_in_each_state() -> None:
    assert {state: set(possible(Life(state))) for state in State} == OFFERED


def test_a_held_pair_goes_on_underneath_and_is_shown_as_paused() -> None:
    held = step(Life(State.ACTIVE), Act.SUSPEND)
    assert (held.state, held.shown) == (State.ACTIVE, State.PAUSED)
    closing = step(held, Act.PLAN_CLOSING)
    assert (closing.state, closing.shown) == (State.CLOSING, State.PAUSED)
    assert step(closing, Act.LIFT) == Life(State.CLOSING)
    assert step(closing, Act.CLOSE) == Life(State.CLOSED)


@pytest.mark.parametrize("kind", ["flag", "vetting", "consent", "person"])
def test_no_act_lifts_what_it_did_not_set(kind: str) -> None:
    life = Life(State.ACTIVE, frozenset({kind}))
    for act in LIFTS:
        with pytest.raises(Conflict):
            step(life, act)
    paused = step(life, Act.PAUSE)
    assert step(paused, Act.RESUME) == life
    assert step(paused, Act.RESUME).shown is State.PAUSED


def test_a_bridge_has_its_own_few_acts() -> None:
    assert set(possible(Life(State.ACTIVE, bridge=True))) == {Act.PAUSE, Act.SUSPEND, Act.END_BRIDGE}
    assert step(Life(State.ACTIVE, bridge=True), Act.END_BRIDGE) == Life(State.CLOSED, bridge=True)
    for state in State:
        assert set(possible(Life(state, bridge=True))) <= BRIDGE_ACTS
        assert Act.END_BRIDGE not in possible(Life(state))


@pytest.mark.parametrize("act", Act)
def test_each_act_wants_a_reason_of_its_own_list(act: Act) -> None:
    for why in REASONS.get(act, ()):
        check_reason(act, why)
    with pytest.raises(BadRequest):
        check_reason(act, "because")
    if act in REASONS:
        with pytest.raises(BadRequest):
            check_reason(act, None)
    else:
        check_reason(act, None)


def test_every_act_leads_somewhere_and_every_state_is_reached() -> None:
    assert {act for _, act in TRANSITIONS} == set(Act)
    reached, new = {State.PROPOSED}, {State.PROPOSED}
    while new:
        new = {after for (state, _), after in TRANSITIONS.items() if state in new} - reached
        reached |= new
    assert reached == set(State) - {State.PAUSED}  # which is a way to be shown, not to be


class Walk(RuleBasedStateMachine):
    """Whatever people do, and whatever holds come and go meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life(State.PROPOSED)
        self.said_yes = False

    @precondition(lambda self: bool(possible(self.life)))
    @rule(chosen=data())
    def do_what_is_possible(self, chosen: data) -> None:  # type: ignore[valid-type]
        act = chosen.draw(sampled_from(possible(self.life)))  # type: ignore[attr-defined]
        before = self.life
        self.life = step(before, act)
        if act is Act.AGREE:
            self.said_yes = True
        elif act in YOUNG:
            self.said_yes = False
        if act in HOLDS:
            assert (self.life.state, self.life.shown) == (before.state, State.PAUSED)

    @rule(act=sampled_from(list(Act)))
    def do_what_is_not(self, act: Act) -> None:
        if act not in possible(self.life):
            with pytest.raises(Conflict):
                step(self.life, act)

    @rule(kind=sampled_from(["flag", "consent", "vetting", "person"]), opens=sampled_from([True, False]))
    def papers_and_people_change(self, kind: str, opens: bool) -> None:
        if writable(self.life.state):
            holds = self.life.holds | {kind} if opens else self.life.holds - {kind}
            self.life = Life(self.life.state, holds, self.life.bridge)

    @invariant()
    def nothing_opens_without_a_yes(self) -> None:
        if writable(self.life.state):
            assert self.said_yes

    @invariant()
    def nobody_writes_while_anything_holds_it(self) -> None:
        assert not (self.life.holds and writable(self.life.shown))

    @invariant()
    def what_is_over_stays_over(self) -> None:
        if self.life.state is State.CLOSED:
            assert (possible(self.life), self.life.holds) == ([], frozenset())


Walk.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestWalk = Walk.TestCase
