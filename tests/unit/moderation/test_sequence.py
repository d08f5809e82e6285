"""What messages add up to: families, decay, order, insistence, who counts, and what is kept of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.moderation.conversation import AUTHORS, Conversation
from server.moderation.explain import explain
from server.moderation.policy import decide
from server.moderation.sequence import course, family_of
from server.moderation.verdict import Finding, Label, Speaker, Verdict

START = datetime(2026, 11, 22, 14, tzinfo=UTC)
MENTOR, MENTEE = Speaker("mentor", 40), Speaker("mentee", 14)

Said = tuple[Speaker, str]  # a family, or one with "!" for what is an alarm by itself; "" for nothing

RULES = {
    "age_probe": ("flattery", "flattery.fr.age_love_life"),
    "flattery": ("flattery", "flattery.fr.pretty"),
    "exclusivity": ("flattery", "flattery.fr.exclusive_bond"),
    "boundary_test": ("flattery", "flattery.fr.test_personal"),
    "secrecy": ("secrecy", "secrecy.fr.sign"),
    "parent_absence": ("meeting", "meeting.fr.absent_parents"),
    "off_platform": ("off_platform", "off_platform.fr.move"),
    "image": ("photo_request", "photo_request.fr.sign"),
    "sexual": ("sexual_approach", "sexual_approach.fr.more"),
    "meeting": ("meeting", "meeting.fr.maybe"),
    "gift": ("gift", "gift.fr.maybe"),
}


def finding(said: str) -> Finding:
    category, rule = RULES[said.removesuffix("!")]
    return Finding(category, 0.9, 0, 3, rule, None if said.endswith("!") else 1)


def say(conversation: Conversation, speaker: Speaker, said: str, at: datetime) -> Verdict:
    """One message through policy and conversation, as ``assess`` puts them together."""
    findings = [finding(said)] if said else []
    labels = decide(findings, speaker).labels
    more = conversation.course(speaker, labels, at)
    verdict = decide([*findings, more] if more else findings, speaker)
    conversation.remember(speaker, said, at, verdict)
    return verdict


def talk(*turns: Said, every: timedelta = timedelta(minutes=1)) -> list[tuple[str, int] | None]:
    """Rule and severity of the label ``conversation``, message by message."""
    conversation, told = Conversation(), list[tuple[str, int] | None]()
    for number, (speaker, said) in enumerate(turns):
        labels = say(conversation, speaker, said, START + number * every).labels
        told.append(next(((one.rule, one.severity) for one in labels if one.category == "conversation"), None))
    return told


def mentor(*said: str) -> list[Said]:
    return [(MENTOR, one) for one in said]


def test_one_sign_is_nothing_and_two_families_are_for_review() -> None:
    assert talk(*mentor("flattery", "secrecy")) == [None, ("conversation.two_weak", 2)]


def test_three_families_are_a_priority() -> None:
    assert talk(*mentor("exclusivity", "age_probe", "gift"))[-1] == ("conversation.three", 3)


def test_a_strong_family_needs_no_third() -> None:
    assert talk(*mentor("flattery", "image!"))[-1] == ("conversation.strong", 3)
    assert talk(*mentor("image!", "meeting!"))[-1] == ("conversation.strong", 4)


def test_the_known_order_weighs_more_than_the_same_in_another() -> None:
    assert talk(*mentor("flattery", "secrecy", "off_platform"))[-1] == ("conversation.order", 4)
    assert talk(*mentor("off_platform", "secrecy", "flattery"))[-1] == ("conversation.three", 3)


def test_insisting_on_one_thing_is_seen() -> None:
    assert talk(*mentor("flattery", "flattery", "flattery")) == [None, None, ("conversation.skew", 2)]


def test_insisting_on_one_thing_holds_nothing_even_when_it_is_answered() -> None:
    turns = [*mentor("flattery", "flattery"), (MENTEE, "boundary_test"), (MENTEE, "boundary_test")]
    told = talk(*turns, *mentor(*["flattery"] * 30))
    assert max(severity for _, severity in filter(None, told)) == 2


def test_a_sign_now_and_then_among_much_else_is_not_insisting() -> None:
    turns = mentor(*(["boundary_test", *[""] * 30] * 2))
    assert talk(*turns) == [None] * len(turns)


def test_it_is_told_again_only_when_something_is_added() -> None:
    assert talk(*mentor("flattery", "secrecy", "secrecy", "", "flattery", "", "gift")) == [
        None,
        ("conversation.two_weak", 2),
        None,
        None,
        None,
        None,
        ("conversation.three", 3),
    ]


def test_what_lies_far_apart_does_not_add_up() -> None:
    assert talk(*mentor("flattery", "secrecy"), every=timedelta(days=90)) == [None, None]
    assert talk(*mentor("flattery", "secrecy"), every=timedelta(days=5))[-1] == ("conversation.two_weak", 2)


def test_what_was_told_long_ago_is_told_anew() -> None:
    conversation = Conversation()
    for days in (0, 400):
        last = [say(conversation, MENTOR, said, START + timedelta(days=days)) for said in ("flattery", "secrecy")]
        assert last[1].labels[0].rule == "conversation.two_weak"


def test_a_clock_that_goes_back_harms_nothing() -> None:
    conversation = Conversation()
    say(conversation, MENTOR, "flattery", START)
    assert say(conversation, MENTOR, "secrecy", START - timedelta(days=9)).severity == 2


def test_what_the_young_person_says_counts_by_half_and_only_beside_what_the_adult_said() -> None:
    assert talk((MENTOR, "flattery"), (MENTEE, "secrecy!")) == [None, ("conversation.two_weak", 2)]
    assert talk((MENTEE, "flattery"), (MENTEE, "secrecy!"), (MENTEE, "gift!"), (MENTOR, "")) == [None] * 4


def test_what_the_young_person_added_is_not_told_again_either() -> None:
    turns = [(MENTOR, "flattery"), (MENTEE, "secrecy!"), (MENTOR, "flattery"), (MENTOR, ""), (MENTEE, "secrecy")]
    assert talk(*turns)[2:] == [None, None, None]


def test_signs_of_two_adults_are_not_one_persons() -> None:
    one, other = Speaker("mentor", 40, key=1), Speaker("guardian", 50, key=2)
    assert talk((one, "flattery"), (other, "secrecy")) == [None, None]


def test_professionals_leave_no_trace() -> None:
    conversation = Conversation()
    supervisor = Speaker("supervisor", key="s")
    for said in ("flattery", "secrecy!", "meeting!"):
        assert [one.category for one in say(conversation, supervisor, said, START).labels] != ["conversation"]
    assert conversation.state_of("s") is None


def test_severity_2_is_delivered_and_flagged_and_3_is_held() -> None:
    conversation = Conversation()
    reached = [say(conversation, MENTOR, said, START) for said in ("age_probe", "exclusivity", "boundary_test")]
    assert [(one.action, one.severity, one.flag) for one in reached] == [
        ("deliver", 1, False),
        ("deliver", 2, True),
        ("hold", 3, True),
    ]


def test_what_a_young_person_writes_is_delivered_whatever_it_tips() -> None:
    conversation = Conversation()
    for said in ("flattery", "secrecy", "off_platform"):
        say(conversation, MENTOR, said, START)
    assert say(conversation, MENTEE, "meeting!", START).action == "deliver"


@pytest.mark.parametrize(("language", "word"), [("fr", "flatteries"), ("en", "flattery")])
def test_it_says_in_a_sentence_what_added_up(language: str, word: str) -> None:
    conversation = Conversation()
    say(conversation, MENTOR, "flattery", START)
    label = say(conversation, MENTOR, "secrecy", START).labels[0]
    assert label.families == ("flattery", "secrecy")
    assert word in explain(label, language)


def test_the_span_is_that_of_the_heaviest_sign() -> None:
    conversation = Conversation()
    say(conversation, MENTOR, "exclusivity", START)
    labels = [
        Label("flattery", 1, 0.4, 0, 2, "flattery.fr.age_how_old"),
        Label("secrecy", 4, 0.9, 5, 9, "secrecy.fr.more"),
    ]
    more = conversation.course(MENTOR, labels, START)
    assert more is not None
    assert (more.start, more.end) == (5, 9)


def test_assessing_changes_nothing() -> None:
    conversation = Conversation()
    say(conversation, MENTOR, "flattery", START)
    before = conversation.state_of("mentor")
    labels = decide([finding("secrecy")], MENTOR).labels
    assert conversation.course(MENTOR, labels, START) == conversation.course(MENTOR, labels, START)
    assert conversation.state_of("mentor") == before


def test_a_message_without_a_sign_changes_nothing_that_is_kept() -> None:
    conversation = Conversation()
    say(conversation, MENTOR, "flattery", START)
    before = conversation.state_of("mentor")
    say(conversation, MENTOR, "", START + timedelta(days=1))
    assert conversation.state_of("mentor") == before


def test_a_restored_conversation_goes_on_where_it_was() -> None:
    told: list[list[str]] = []
    for restored in (False, True):
        conversation = Conversation()
        rules: list[str] = []
        for number, said in enumerate(("flattery", "secrecy", "gift", "gift", "meeting!", "off_platform")):
            now = START + timedelta(days=number)
            rules += [one.rule for one in say(conversation, MENTOR, said, now).labels if one.category == "conversation"]
            state = conversation.state_of("mentor")
            if restored and state is not None:
                conversation = Conversation()
                conversation.restore("mentor", state, now)
        told.append(rules)
    assert told[0] == told[1] != []


@pytest.mark.parametrize("state", [b"", b"{}", b"[1]", b"\xff", b"null", b'[false,0,0.0,0,[],{"flattery":[null,1]}]'])
def test_what_is_no_state_is_refused(state: bytes) -> None:
    with pytest.raises(ValueError, match="not a state"):
        Conversation().restore("mentor", state, START)


def test_a_state_with_a_family_of_another_version_is_read_without_it() -> None:
    conversation = Conversation()
    conversation.restore("mentor", b'[false,3,0.1,2,["riddles"],{"riddles":[9.0,1],"flattery":[0.9,2]}]', START)
    assert say(conversation, MENTOR, "secrecy", START).severity == 2


def test_the_authors_of_a_room_are_bounded() -> None:
    conversation = Conversation()
    for number in range(AUTHORS * 3):
        say(conversation, Speaker("mentor", key=number), "flattery", START)
    assert sum(conversation.state_of(number) is not None for number in range(AUTHORS * 3)) == AUTHORS


def test_every_family_can_be_reached_and_every_sign_leads_to_one() -> None:
    assert {family for said in RULES if (family := family_of(decide([finding(said)], MENTOR).labels[0]))} == set(
        course().families
    )
    assert set(course().signs.values()) == set(course().families)


SAID = st.lists(
    st.tuples(st.sampled_from([MENTOR, MENTEE]), st.sampled_from(["", *RULES, *(f"{name}!" for name in RULES)])),
    max_size=40,
)


@given(turns=SAID, every=st.integers(0, 10**7))
def test_any_conversation_is_bounded_and_tells_each_thing_once(turns: Sequence[Said], every: int) -> None:
    conversation = Conversation()
    told = 0
    for number, (speaker, said) in enumerate(turns):
        verdict = say(conversation, speaker, said, START + number * timedelta(seconds=every))
        told += any(one.category == "conversation" for one in verdict.labels)
        assert said or verdict.severity == 0
    for author in ("mentor", "mentee"):
        assert len(conversation.state_of(author) or b"") <= 1024
    if every == 0:  # nothing is forgotten: families and severities only grow, and each step is told once
        assert told <= len(course().families) + 3
