"""What may be decided about a flag, by whom, and what follows: the rules as a table, and as a machine that plays four
supervisors against each other and an author who edits and appeals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.kernel.errors import BadRequest, BinomeError, Conflict, FlagDecided, NotFound
from server.kernel.identifiers import new_id
from server.moderation import review
from server.moderation.flag import (
    STATE_AFTER,
    Appeal,
    Decision,
    Flag,
    FlagAction,
    FlagState,
    MessageState,
    Proposal,
    Reason,
    Ruling,
)
from server.moderation.review import WAITING, WRONG, Outcome, Reviewer
from server.moderation.verdict import Label

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
HERE, ELSEWHERE = new_id(), new_id()
CLAIRE, SAMIR, ZOE, JULIEN, PAIR = (new_id() for _ in range(5))
LABEL = Label("contact", 3, 0.9, 0, 10, "contact.phone")


def reviewer(who: UUID = CLAIRE, **more: Any) -> Reviewer:
    return Reviewer(**{"account_id": who, "organisation_id": HERE, "alone": False, **more})


def flag(action: FlagAction = "hold", **more: Any) -> Flag:
    plain: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": HERE,
        "supervisor_id": CLAIRE,
        "pair_id": PAIR,
        "room_id": new_id(),
        "seq": 1,
        "author_id": JULIEN,
        "category": "contact",
        "severity": 3,
        "action": action,
        "labels": (LABEL,),
        "excerpt": "0612345678",
        "engine": "m1",
        "raised_at": NOW,
        "due_at": NOW + timedelta(hours=1),
        "message": STATE_AFTER[action],
    }
    return Flag(**{**plain, **more})


def ruling(decision: Decision, reason: Reason = "other", **more: Any) -> Ruling:
    advice = {"advice": "Sans le numéro."} if decision == "return" else {}
    return Ruling(decision, reason, **{**advice, **more})


def decide(flagged: Flag, who: Reviewer, ruled: Ruling, *, frozen: bool = False) -> Outcome:
    return review.decide(flagged, who, ruled, NOW, frozen=frozen)


def proposed(by: UUID = CLAIRE, ruled: Ruling | None = None, **more: Any) -> Flag:
    proposal = Proposal(new_id(), ruled or ruling("release"), by, NOW)
    return flag("hold", severity=4, state="second", proposal=proposal, **more)


KEPT_BACK = {"release", "release_masked", "return", "refuse", "escalate"}


@pytest.mark.parametrize(
    ("message", "fits"),
    [
        ("none", {"acknowledge", "escalate"}),
        ("delivered", {"acknowledge", "escalate"}),
        ("masked", {"release", "acknowledge", "escalate"}),
        ("held", KEPT_BACK),
        ("blocked", KEPT_BACK | {"acknowledge"}),
        ("refused", KEPT_BACK),
        ("returned", KEPT_BACK),
    ],
)
def test_what_a_message_can_become_says_what_can_be_decided(message: MessageState, fits: set[Decision]) -> None:
    about = flag(message=message)
    assert set(review.fitting(about)) == fits == set(review.decisions(about, reviewer(), NOW))
    for decision in get_args(Decision):
        if decision in fits:
            decide(about, reviewer(), ruling(decision))
        else:
            with pytest.raises(Conflict):
                decide(about, reviewer(), ruling(decision))


@pytest.mark.parametrize(
    ("decision", "state", "message"),
    [
        ("release", "released", "delivered"),
        ("release_masked", "released_masked", "masked"),
        ("return", "returned", "returned"),
        ("refuse", "refused", "refused"),
        ("escalate", "escalated", None),
    ],
)
def test_what_follows_from_a_decision(decision: Decision, state: FlagState, message: MessageState | None) -> None:
    assert decide(flag(), reviewer(), ruling(decision)) == Outcome(state, message)


@pytest.mark.parametrize("severity", [1, 2, 3, 4])
@pytest.mark.parametrize("reason", get_args(Reason))
@pytest.mark.parametrize("decision", get_args(Decision))
def test_at_severity_4_nothing_is_let_through_by_one(severity: int, reason: Reason, decision: Decision) -> None:
    through = decision in ("release", "release_masked") or (decision == "acknowledge" and reason in WRONG)
    state = decide(flag("block", severity=severity), reviewer(), ruling(decision, reason)).state
    assert (state == "second") is (severity == 4 and through)


@pytest.mark.parametrize("severity", [1, 2, 3, 4])
@pytest.mark.parametrize("decision", ["release", "refuse", "return"])
def test_a_freeze_is_lifted_by_two_at_any_severity(severity: int, decision: Decision) -> None:
    about, lifting = flag(severity=severity), ruling(decision, lift_freeze=True)
    assert decide(about, reviewer(), lifting, frozen=True) == Outcome("second")
    waiting = replace(about, state="second", proposal=Proposal(new_id(), lifting, CLAIRE, NOW))
    assert review.second(waiting, reviewer(SAMIR), NOW, agree=True).lifts is True
    assert review.second(waiting, reviewer(SAMIR), NOW, agree=False) == Outcome("open")


def test_only_the_flag_that_froze_a_pair_lifts_it() -> None:
    """Else a small flag would be the way around the two people that a grave one asks for."""
    with pytest.raises(Conflict, match="flag_not_frozen"):
        decide(flag(severity=2), reviewer(), ruling("refuse", lift_freeze=True), frozen=False)
    with pytest.raises(Conflict, match="flag_not_frozen"):
        decide(flag(severity=4), reviewer(), ruling("escalate", lift_freeze=True), frozen=True)


@pytest.mark.parametrize("decision", ["return", "refuse", "escalate"])
@pytest.mark.parametrize("who", [CLAIRE, SAMIR])
def test_what_keeps_back_acts_at_once_also_on_a_proposal(decision: Decision, who: UUID) -> None:
    assert decide(proposed(), reviewer(who), ruling(decision)).state != "second"


@pytest.mark.parametrize("decision", ["release", "release_masked"])
@pytest.mark.parametrize("who", [CLAIRE, SAMIR])
def test_a_proposal_is_not_waved_through_by_deciding_it(decision: Decision, who: UUID) -> None:
    with pytest.raises(Conflict, match="flag_in_second"):
        decide(proposed(), reviewer(who), ruling(decision))


def test_a_proposal_of_a_call_for_help_is_not_waved_off_by_deciding_it() -> None:
    about = replace(proposed(ruled=ruling("acknowledge", "misread")), action="help", message="none")
    with pytest.raises(Conflict, match="flag_in_second"):
        decide(about, reviewer(SAMIR), ruling("acknowledge", "misread"))
    assert decide(about, reviewer(SAMIR), ruling("acknowledge", "serious")) == Outcome("acknowledged")


@pytest.mark.parametrize(
    ("about", "who", "allowed"),
    [
        (proposed(), reviewer(SAMIR), True),
        (proposed(SAMIR), reviewer(CLAIRE), True),
        (proposed(), reviewer(CLAIRE), False),
        (proposed(), reviewer(CLAIRE, alone=True), False),
        (proposed(author_id=SAMIR), reviewer(SAMIR), False),
        (proposed(), reviewer(SAMIR, pairs=frozenset({PAIR})), False),
        (proposed(), reviewer(SAMIR, alone=True, pairs=frozenset({PAIR})), False),
        (proposed(), reviewer(SAMIR, organisation_id=ELSEWHERE), False),
        (flag(), reviewer(CLAIRE), False),
    ],
)
def test_who_may_be_the_second_pair_of_eyes(about: Flag, who: Reviewer, allowed: bool) -> None:
    if allowed:
        assert review.second(about, who, NOW, agree=True) == Outcome("released", "delivered")
    else:
        with pytest.raises((Conflict, NotFound)):
            review.second(about, who, NOW, agree=True)


@pytest.mark.parametrize(
    ("about", "who", "listed"),
    [
        (flag(), reviewer(CLAIRE), "open"),
        (flag(), reviewer(SAMIR), None),
        (flag(due_at=NOW), reviewer(SAMIR), "open"),
        (flag(due_at=NOW + timedelta(microseconds=1)), reviewer(SAMIR), None),
        (flag(due_at=None), reviewer(SAMIR), None),
        (flag(state="escalated"), reviewer(SAMIR), "open"),
        (flag(state="escalated"), reviewer(SAMIR, organisation_id=ELSEWHERE), None),
        (flag(state="escalated"), reviewer(SAMIR, pairs=frozenset({PAIR})), None),
        (flag(appeal=Appeal(NOW, None)), reviewer(SAMIR), None),
        (flag(appeal=Appeal(NOW, None, "refused", ZOE, NOW)), reviewer(SAMIR), "open"),
        (flag(appeal=Appeal(NOW, None, "refused", ZOE, NOW, NOW)), reviewer(SAMIR), None),
        (flag(appeal=Appeal(NOW, None, "refused", SAMIR, NOW)), reviewer(SAMIR), None),
        (flag(appeal=Appeal(NOW, None, "refused", SAMIR, NOW)), reviewer(ZOE), "open"),
        (flag(author_id=CLAIRE), reviewer(SAMIR), "open"),
        (flag(state="released"), reviewer(CLAIRE), None),
        (proposed(), reviewer(CLAIRE), "open"),
        (proposed(), reviewer(SAMIR), "second"),
        (proposed(SAMIR), reviewer(CLAIRE), "second"),
        (proposed(SAMIR), reviewer(SAMIR), "open"),
        (proposed(author_id=SAMIR), reviewer(SAMIR), None),
        (proposed(SAMIR, author_id=CLAIRE), reviewer(CLAIRE), "open"),
    ],
)
def test_on_whose_list_a_flag_is(about: Flag, who: Reviewer, listed: str | None) -> None:
    assert review.on_list(about, who, NOW) == listed


def test_a_freeze_that_was_left_can_still_be_lifted_and_nothing_else() -> None:
    refused = flag(state="refused", message="refused", decided_by=CLAIRE, decided_at=NOW)
    assert review.decisions(refused, reviewer(), NOW, frozen=True) == ["acknowledge"]
    assert (
        review.decisions(refused, reviewer(), NOW) == review.decisions(refused, reviewer(SAMIR), NOW, frozen=True) == []
    )
    assert decide(refused, reviewer(), ruling("acknowledge", lift_freeze=True), frozen=True) == Outcome("second")
    with pytest.raises(Conflict, match="flag_decision"):
        decide(refused, reviewer(), ruling("release", lift_freeze=True), frozen=True)
    with pytest.raises(FlagDecided):
        decide(refused, reviewer(), ruling("acknowledge"), frozen=True)
    with pytest.raises(FlagDecided):
        decide(refused, reviewer(), ruling("acknowledge", lift_freeze=True), frozen=False)
    with pytest.raises(NotFound):
        decide(refused, reviewer(SAMIR), ruling("acknowledge", lift_freeze=True), frozen=True)


def test_an_appeal_is_not_for_who_decided_unless_there_is_nobody_else() -> None:
    appealed = flag(message="refused", appeal=Appeal(NOW, "Pourquoi ?", "refused", CLAIRE, NOW))
    assert review.decisions(appealed, reviewer(CLAIRE), NOW) == []
    with pytest.raises(Conflict, match="flag_own"):
        decide(appealed, reviewer(CLAIRE), ruling("release"))
    assert decide(appealed, reviewer(CLAIRE, alone=True), ruling("release")).state == "released"
    assert decide(appealed, reviewer(SAMIR), ruling("release")).state == "released"


def test_nobody_decides_about_their_own_words_while_there_is_a_colleague() -> None:
    about = flag("deliver", author_id=CLAIRE)
    with pytest.raises(Conflict, match="flag_own"):
        decide(about, reviewer(CLAIRE), ruling("acknowledge"))
    assert decide(about, reviewer(CLAIRE, alone=True), ruling("acknowledge")).state == "acknowledged"
    assert decide(about, reviewer(SAMIR), ruling("acknowledge")).state == "acknowledged"


@pytest.mark.parametrize(
    ("about", "ruled", "field"),
    [
        (flag(), Ruling("return", "hurtful"), "advice"),
        (flag(), Ruling("release", "harmless", advice="Bravo"), "advice"),
        (flag(), Ruling("release", "harmless", spans=((0, 4),)), "spans"),
        (flag(), Ruling("release_masked", "harmless", spans=()), "spans"),
        (flag(), Ruling("release_masked", "harmless", spans=((4, 4),)), "spans"),
        (flag(), Ruling("release_masked", "harmless", spans=((0, 11),)), "spans"),
        (flag(labels=()), Ruling("release_masked", "harmless"), "spans"),
        (flag(edited="appelle"), Ruling("release_masked", "harmless"), "spans"),
        (flag(edited="appelle"), Ruling("release_masked", "harmless", spans=((0, 8),)), "spans"),
    ],
)
def test_a_ruling_says_neither_too_much_nor_too_little(about: Flag, ruled: Ruling, field: str) -> None:
    with pytest.raises(BadRequest) as caught:
        decide(about, reviewer(), ruled)
    assert caught.value.field == field


def test_what_is_decided_is_decided() -> None:
    for state in set(get_args(FlagState)) - WAITING:
        with pytest.raises(FlagDecided):
            decide(flag(state=state), reviewer(), ruling("refuse"))
        with pytest.raises(NotFound):
            decide(flag(state=state), reviewer(SAMIR), ruling("refuse"))


@pytest.mark.parametrize(
    ("by", "until", "holds"),
    [
        (None, None, False),
        (CLAIRE, NOW + timedelta(minutes=5), False),
        (SAMIR, NOW + timedelta(microseconds=1), True),
        (SAMIR, NOW, False),
    ],
)
def test_a_claim_holds_by_the_clock(by: UUID | None, until: datetime | None, holds: bool) -> None:
    assert review.claimed_by_another(flag(claimed_by=by, claimed_until=until), reviewer(), NOW) is holds


TEAM = {"claire": CLAIRE, "samir": SAMIR, "zoe": ZOE, "julien": JULIEN}


class Review(RuleBasedStateMachine):
    """Julien wrote it, and is a supervisor too by now. ``shown`` is what others can read of it."""

    @initialize(
        action=st.sampled_from(get_args(FlagAction)),
        severity=st.integers(1, 4),
        frozen=st.booleans(),
        in_charge=st.sampled_from([CLAIRE, JULIEN]),
    )
    def begin(self, action: FlagAction, severity: int, frozen: bool, in_charge: UUID) -> None:
        self.now = NOW
        self.frozen = frozen
        self.flag = flag(action, severity=severity, supervisor_id=in_charge)
        self.shown = self.flag.message in ("none", "delivered")
        self.said_yes: set[UUID] = set()
        self.looked_again = False

    @rule(
        who=st.sampled_from(sorted(TEAM)),
        decision=st.sampled_from(get_args(Decision)),
        reason=st.sampled_from(get_args(Reason)),
        lift=st.booleans(),
    )
    def decide(self, who: str, decision: Decision, reason: Reason, lift: bool) -> None:
        me, ruled = reviewer(TEAM[who]), ruling(decision, reason, lift_freeze=lift)
        offered = review.decisions(self.flag, me, self.now, frozen=self.frozen)

        def made() -> Outcome:
            return review.decide(self.flag, me, ruled, self.now, frozen=self.frozen)

        outcome = self._attempt(made)
        if outcome is None:
            return
        assert decision in offered
        assert me.account_id != JULIEN
        if outcome.state == "second":
            proposal = Proposal(new_id(), ruled, me.account_id, self.now)
            self.flag = replace(self.flag, state="second", proposal=proposal, decided_by=None, decided_at=None)
        else:
            self._apply(outcome, {me.account_id}, me.account_id)

    @rule(who=st.sampled_from(sorted(TEAM)), agree=st.booleans())
    def second(self, who: str, agree: bool) -> None:
        me, proposal = reviewer(TEAM[who]), self.flag.proposal
        outcome = self._attempt(lambda: review.second(self.flag, me, self.now, agree=agree))
        if outcome is None or proposal is None:
            return
        assert me.account_id not in (JULIEN, proposal.by)
        if agree:
            self._apply(outcome, {proposal.by, me.account_id}, proposal.by)
        else:
            self.flag = replace(self.flag, state="open", proposal=None)

    @rule()
    def wait(self) -> None:
        self.now += timedelta(hours=1)

    @rule()
    def appeal(self) -> None:
        if self.flag.appeal is not None or self.flag.action == "help":
            return
        made = Appeal(self.now, None, self.flag.state, self.flag.decided_by, self.flag.decided_at)
        if self.flag.state in WAITING:
            self.flag = replace(self.flag, appeal=Appeal(self.now, None))
        else:
            self.flag = replace(self.flag, appeal=made, state="open", decided_by=None, decided_at=None)

    def _attempt(self, act: Callable[[], Outcome]) -> Outcome | None:
        """A refusal is one of ours and changes nothing."""
        before = self.flag
        try:
            return act()
        except BinomeError:
            assert self.flag == before
            return None

    def _apply(self, outcome: Outcome, by: set[UUID], decided_by: UUID) -> None:
        lets = outcome.message in ("delivered", "masked") and not self.shown
        if lets and self.flag.severity == 4:
            assert len(by) == 2
        if outcome.lifts:
            assert len(by) == 2
            assert self.frozen
            self.frozen = False
        if outcome.message == "delivered":
            self.shown = True
        appeal = self.flag.appeal
        if appeal is not None and appeal.waits and outcome.state not in WAITING:
            assert appeal.before_by != decided_by
            appeal = replace(appeal, decided_at=self.now)
        message = self.flag.message if outcome.message is None else outcome.message
        done = outcome.state not in WAITING
        self.flag = replace(
            self.flag,
            state=outcome.state,
            message=message,
            proposal=None,
            appeal=appeal,
            decided_by=decided_by if done else None,
            decided_at=self.now if done else None,
        )

    @invariant()
    def somebody_can_do_something(self) -> None:
        """A flag that waits is on the list of at least one person who may decide it, or becomes so when it is due."""
        if self.flag.state not in WAITING:
            return
        later = max(self.now, self.flag.due_at or self.now)
        can = [who for who in TEAM.values() if review.decisions(self.flag, reviewer(who), later)]
        assert can or (self.flag.due_at is None and self.flag.supervisor_id == JULIEN)

    @invariant()
    def a_list_has_it_once(self) -> None:
        for who in TEAM.values():
            listed = review.on_list(self.flag, reviewer(who), self.now)
            assert (listed is None) <= (review.decisions(self.flag, reviewer(who), self.now) == [])


Review.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
test_a_team_and_an_author_at_one_flag = Review.TestCase
