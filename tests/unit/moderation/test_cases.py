"""The development set: sentences written for the taxonomy, at least as many ordinary ones that resemble them.

``cases/*.jsonl`` hold ``{"text", "sender", "categories"}``; ordinary lines have no category. The floors are what the
engine reaches today, less a little: who changes a rule sees what it costs elsewhere.
"""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from server.moderation.assess import assess
from server.moderation.verdict import Speaker, Verdict

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
ALARM = 2  # severity from which a professional is asked to look

RECALL = {
    "contact": 0.98,
    "suicide": 0.97,
    "self_harm": 0.97,
    "neglect": 0.9,
    "abuse": 0.95,
    "ill_being": 0.95,
    "insult": 0.95,
    "threat": 0.95,
    "incitement": 0.93,
    "hate": 0.95,
    "weapons": 0.95,
    "off_platform": 0.95,
    "secrecy": 0.95,
    "photo_request": 0.95,
    "meeting": 0.95,
    "gift": 0.95,
    "sexual_approach": 0.95,
    "sexual": 0.95,
    "drugs": 0.95,
    "money": 0.95,
    "bullied": 0.85,
}
MOST_ALARMS = {"benign": 0.01, "benign_distress": 0.01, "benign_approach": 0.01, "benign_details": 0.01}


class Case(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    sender: Literal["mentor", "mentee"]
    categories: list[str]


def cases() -> dict[str, list[Case]]:
    files = sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
    return {
        path.stem: [msgspec.json.decode(line, type=Case) for line in path.read_bytes().splitlines()] for path in files
    }


def verdict(case: Case) -> Verdict:
    return assess(case.text, Speaker(case.sender), now=NOW)


def test_the_set_is_large_and_half_of_it_ordinary() -> None:
    lines = [case for file in cases().values() for case in file]
    assert len(lines) >= 900
    assert sum(not case.categories for case in lines) * 2 >= len(lines) * 0.95


def test_no_sentence_stands_twice() -> None:
    texts = [case.text for file in cases().values() for case in file]
    assert len(set(texts)) == len(texts)


def test_what_must_be_found_is_found() -> None:
    found: dict[str, list[bool]] = defaultdict(list)
    for file in cases().values():
        for case in file:
            labels = {label.category for label in verdict(case).labels if label.severity >= ALARM}
            for category in case.categories:
                found[category].append(category in labels)
    recall = {category: sum(hits) / len(hits) for category, hits in found.items()}
    assert {category: share for category, share in recall.items() if share < RECALL[category]} == {}


@pytest.mark.parametrize("name", MOST_ALARMS)
def test_ordinary_talk_goes_through(name: str) -> None:
    lines = cases()[name]
    alarms = [case.text for case in lines if verdict(case).severity >= ALARM]
    assert len(alarms) <= MOST_ALARMS[name] * len(lines), alarms


def test_ordinary_talk_is_never_taken_for_a_wish_to_die() -> None:
    lines = [case for name in MOST_ALARMS for case in cases()[name]]
    alarms = [
        case.text
        for case in lines
        if any(label.category in ("suicide", "self_harm") and label.severity >= ALARM for label in verdict(case).labels)
    ]
    assert alarms == []
