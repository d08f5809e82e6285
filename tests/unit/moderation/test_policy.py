"""What becomes of a finding, by who writes to whom."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.moderation.policy import decide, direction, table
from server.moderation.verdict import ACTIONS, Action, Circumstances, Finding, Label, Speaker, Verdict

DIRECTIONS = {"adult_to_minor", "minor_to_adult", "adult_to_adult", "young_adult", "professional"}
MENTOR = Speaker("mentor", 45)
MINOR = Speaker("mentee", 15)


@pytest.mark.parametrize(
    ("speaker", "way"),
    [
        (Speaker("mentor", 45), "adult_to_minor"),
        (Speaker("mentor", 17), "adult_to_minor"),
        (Speaker("mentor", None), "adult_to_minor"),
        (Speaker("guardian", 45), "adult_to_minor"),
        (Speaker("mentee", 15), "minor_to_adult"),
        (Speaker("mentee", 17), "minor_to_adult"),
        (Speaker("mentee", None), "minor_to_adult"),
        (Speaker("mentee", 18), "young_adult"),
        (Speaker("supervisor", 30), "professional"),
        (Speaker("admin", 30), "professional"),
        (Speaker("prescriber", 30), "professional"),
    ],
)
def test_direction(speaker: Speaker, way: str) -> None:
    assert direction(speaker) == way


@pytest.mark.parametrize(
    ("speaker", "young_age", "way"),
    [
        (MENTOR, 17, "adult_to_minor"),
        (MENTOR, 18, "adult_to_adult"),
        (Speaker("guardian", 45), 18, "adult_to_adult"),
        (Speaker("mentee", None), 18, "young_adult"),
        (Speaker("mentee", 15), 18, "minor_to_adult"),  # what is known of who writes counts first
        (Speaker("supervisor", 30), 18, "professional"),
    ],
)
def test_direction_in_a_pair(speaker: Speaker, young_age: int, way: str) -> None:
    assert direction(speaker, Circumstances(young_age)) == way


def test_every_category_says_what_to_do_in_every_direction() -> None:
    assert {category: set(rules) for category, rules in table().items()} == dict.fromkeys(table(), DIRECTIONS)


@pytest.mark.parametrize(
    ("category", "mentor", "minor"),
    [
        ("contact", ("hold", 3, ""), ("mask", 2, "")),
        ("off_platform", ("hold", 3, ""), ("deliver", 2, "")),
        ("secrecy", ("hold", 4, "alert"), ("deliver", 3, "alert help")),
        ("sexual_approach", ("hold", 4, "alert freeze"), ("deliver", 4, "alert help")),
        ("suicide", ("deliver", 4, "alert"), ("deliver", 4, "alert help")),
        ("self_harm", ("deliver", 3, ""), ("deliver", 4, "alert help")),
        ("insult", ("hold", 3, ""), ("deliver", 2, "")),
        ("threat", ("hold", 4, "alert freeze"), ("deliver", 3, "alert")),
        ("incitement", ("hold", 4, "alert freeze"), ("hold", 4, "alert")),
        ("bullied", ("deliver", 2, ""), ("deliver", 3, "alert help")),
    ],
)
def test_the_table_of_the_taxonomy(
    category: str, mentor: tuple[Action, int, str], minor: tuple[Action, int, str]
) -> None:
    finding = Finding(category, 0.9, 0, 3, "rule", version="l-1")
    for speaker, (action, severity, more) in ((MENTOR, mentor), (MINOR, minor)):
        label = Label(category, severity, 0.9, 0, 3, "rule", "l-1")
        expected = Verdict(
            action, severity, (label,), None, "help" in more, flag=True, alert="alert" in more, freeze="freeze" in more
        )
        assert decide([finding], speaker) == expected


def test_a_disclosure_of_a_minor_is_never_held_back() -> None:
    for category in ("suicide", "self_harm", "bullied"):
        assert table()[category]["minor_to_adult"].action == "deliver"


def test_what_professionals_write_is_never_held() -> None:
    for category in table():
        verdict = decide([Finding(category, 0.9, 0, 3, "rule", disguised=True)], Speaker("supervisor", 40))
        assert (verdict.action, verdict.flag, verdict.masked_text) == ("deliver", False, None)


def test_nothing_found_is_delivered() -> None:
    assert decide([], MENTOR) == Verdict("deliver", 0, ())


def test_the_strictest_action_and_the_highest_severity_win() -> None:
    findings = [Finding("contact", 0.9, 9, 12, "b"), Finding("incitement", 0.9, 0, 3, "a")]
    verdict = decide(findings, MINOR)
    assert (verdict.action, verdict.severity, [label.rule for label in verdict.labels]) == ("hold", 4, ["a", "b"])


def test_a_weaker_entry_is_a_note_and_no_reason_to_act() -> None:
    verdict = decide([Finding("insult", 0.9, 0, 3, "rule", severity=1)], MENTOR)
    assert verdict == Verdict("deliver", 1, (Label("insult", 1, 0.9, 0, 3, "rule"),))


def test_an_entry_cannot_be_more_severe_than_its_category() -> None:
    assert decide([Finding("insult", 0.9, 0, 3, "rule", severity=4)], MINOR).severity == 2


@pytest.mark.parametrize(("severity", "expected"), [(None, 3), (1, 1), (2, 3)])
def test_hiding_raises_what_is_hidden_by_one(severity: int | None, expected: int) -> None:
    finding = Finding("insult", 0.9, 0, 3, "rule", severity=severity, disguised=True)
    assert decide([finding], MINOR).severity == expected


def test_hiding_does_not_go_beyond_critical() -> None:
    assert decide([Finding("suicide", 0.9, 0, 3, "rule", disguised=True)], MINOR).severity == 4


FINDINGS = st.builds(
    Finding,
    st.sampled_from(sorted(table())),
    st.just(0.9),
    st.just(0),
    st.just(3),
    st.just("rule"),
    severity=st.none() | st.integers(1, 4),
    disguised=st.booleans(),
)
EVERYONE = st.sampled_from([MENTOR, MINOR, Speaker("mentee", 20), Speaker("supervisor", 30)])


@given(st.lists(FINDINGS, max_size=5), FINDINGS, EVERYONE)
def test_one_more_finding_never_makes_it_milder(findings: list[Finding], more: Finding, speaker: Speaker) -> None:
    before, after = decide(findings, speaker), decide([*findings, more], speaker)
    assert ACTIONS.index(after.action) >= ACTIONS.index(before.action)
    assert after.severity >= before.severity
    for name in ("flag", "alert", "freeze", "show_help"):
        assert getattr(after, name) >= getattr(before, name)


@given(FINDINGS, EVERYONE)
def test_a_graver_finding_is_never_taken_milder(finding: Finding, speaker: Speaker) -> None:
    verdicts = [decide([replace(finding, severity=severity)], speaker) for severity in (1, 2, 3, 4)]
    for milder, graver in pairwise(verdicts):
        assert graver.severity >= milder.severity
        assert ACTIONS.index(graver.action) >= ACTIONS.index(milder.action)
