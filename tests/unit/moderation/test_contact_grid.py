"""Contact details in many sentences and under many disguises (load_tests/moderation/contact_grid): the floors are what
is reached today, less a little. What is masked holds no detail any more."""

from collections import defaultdict
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from load_tests.moderation.contact_grid import Sample, data, is_found, samples
from load_tests.moderation.cost import NOW
from server.moderation.assess import assess
from server.moderation.conversation import Conversation
from server.moderation.verdict import Speaker

MENTEE = Speaker("mentee", 15)
EVERY = 6  # of the samples of a disguise one in so many: the whole grid is for its own command


@cache
def some() -> list[Sample]:
    return [sample for number, sample in enumerate(samples()) if number % EVERY == 0]


def test_clean_and_disguised_details_are_found() -> None:
    found: dict[str, list[bool]] = defaultdict(list)
    for sample in some():
        found["clean" if sample.disguise == "clean" else "disguised"].append(is_found(sample.messages))
    share = {kind: sum(hits) / len(hits) for kind, hits in found.items()}
    assert share["clean"] >= 0.98
    assert share["disguised"] >= 0.95


def test_ordinary_lines_that_resemble_them_go_through() -> None:
    lines = data()["benign"]
    alarms = [line for line in lines if is_found((line,))]
    assert len(lines) >= 200
    assert len(alarms) <= 2, alarms


def test_what_is_masked_holds_no_detail_any_more() -> None:
    left = []
    for sample in some():
        verdict = assess(sample.messages[0], MENTEE, now=NOW)
        if verdict.masked_text is not None:
            again = assess(verdict.masked_text, MENTEE, now=NOW)
            left += [verdict.masked_text for label in again.labels if label.category in ("contact", "identifying")]
    assert left == []


PIECES = [
    "arobase ",
    " point ",
    "zéro ",
    "six ",
    "rue ",
    "j'habite ",
    "snap ",
    "collège ",
    "Léa ",
    "12 ",
    "bus ",
    "à l'envers",
]
SIGNS = "0612 .,-/@#_:;()+'\"oOlISB\n\u200b\u0301\u202e\ud800\x00"
ODD = st.lists(st.sampled_from([*PIECES, *SIGNS]) | st.characters(), max_size=150).map("".join)


@given(ODD, ODD, st.sampled_from([Speaker("mentor", 40), MENTEE]))
@settings(deadline=None, max_examples=150)
def test_spans_lie_inside_any_text(before: str, text: str, speaker: Speaker) -> None:
    conversation = Conversation()
    conversation.remember(speaker, before, NOW)
    for label in assess(text, speaker, conversation, now=NOW).labels:
        assert 0 <= label.start < label.end <= len(text)
