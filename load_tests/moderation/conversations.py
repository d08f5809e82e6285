"""Scripted conversations: how many messages pass before a person looks, and how often ordinary ones are disturbed.

`python -m load_tests.moderation.conversations [FILE.jsonl …]`, JSON out. A line is ``{"room", "sender", "text", "kind":
"grooming" | "ordinary"}``; the lines of a room, in order, are one script, one minute apart.

"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from load_tests.moderation.found import share
from server.moderation.assess import assess, warm
from server.moderation.conversation import Conversation
from server.moderation.data_files import engine_version
from server.moderation.sequence import CATEGORY
from server.moderation.verdict import Overtime, Speaker, Verdict

SCRIPTS = Path(__file__).parent / "corpus" / "conversations"
START = datetime(2026, 11, 22, 14, tzinfo=UTC)
EVERY = timedelta(minutes=1)
ALARM, PRIORITY = 2, 3  # severities: somebody looks; the message is held


class Line(msgspec.Struct):
    room: str
    sender: Literal["mentor", "mentee"]
    text: str
    kind: Literal["grooming", "ordinary"]
    sender_age: int | None = None


class Told(msgspec.Struct):
    """Of one script: at which message which severity was reached first, by whatever rule and by the sequence alone."""

    room: str
    kind: str
    messages: int
    alarms: list[tuple[int, int, list[str]]]

    def first(self, severity: int, *, only: str = "") -> int | None:
        """The number of the first message that reaches ``severity``, from 1."""
        for number, reached, rules in self.alarms:
            if reached >= severity and (not only or any(rule.startswith(only) for rule in rules)):
                return number
        return None


def play(lines: Iterable[Line]) -> list[Told]:
    """Every script through the engine as a room would give it."""
    rooms: dict[str, tuple[Conversation, Told]] = {}
    for line in lines:
        conversation, told = rooms.setdefault(line.room, (Conversation(), Told(line.room, line.kind, 0, [])))
        speaker = Speaker(line.sender, line.sender_age)
        now = START + told.messages * EVERY
        verdict = _assessed(line.text, speaker, conversation, now)
        conversation.remember(speaker, line.text, now, verdict)
        told.messages += 1
        if verdict.severity >= ALARM:
            rules = [label.rule for label in verdict.labels if label.severity >= ALARM]
            told.alarms.append((told.messages, verdict.severity, rules))
    return [told for _, told in rooms.values()]


def _assessed(text: str, speaker: Speaker, conversation: Conversation, now: datetime) -> Verdict:
    """What matters here is what is found, not that this machine does something else at the moment."""
    while True:
        try:
            return assess(text, speaker, conversation, now=now)
        except Overtime:
            continue


def report(scripts: Sequence[Told]) -> dict[str, Any]:
    grooming = [told for told in scripts if told.kind == "grooming"]
    ordinary = [told for told in scripts if told.kind == "ordinary"]
    passed = [first - 1 for told in grooming if (first := told.first(PRIORITY)) is not None]
    messages = sum(told.messages for told in ordinary)
    disturbed = [told for told in ordinary if told.alarms]
    return {
        "grooming": {
            "scripts": len(grooming),
            "caught_at_severity_2": share(sum(told.first(ALARM) is not None for told in grooming), len(grooming)),
            "caught_at_severity_3": share(len(passed), len(grooming)),
            "told_by_the_sequence": share(
                sum(told.first(ALARM, only=CATEGORY) is not None for told in grooming), len(grooming)
            ),
            "messages_passed_before_severity_3": _spread(passed),
        },
        "ordinary": {
            "scripts": len(ordinary),
            "messages": messages,
            "scripts_with_an_alarm": share(len(disturbed), len(ordinary)),
            "alarms_per_1000_messages": share(sum(len(told.alarms) for told in ordinary), messages, per=1000),
            "alarms_of_the_sequence": sum(told.first(ALARM, only=CATEGORY) is not None for told in ordinary),
        },
        "scripts": [
            {
                "room": told.room,
                "kind": told.kind,
                "messages": told.messages,
                "severity_2_at": told.first(ALARM),
                "severity_3_at": told.first(PRIORITY),
                "sequence_at": told.first(ALARM, only=CATEGORY),
                "rules": list(dict.fromkeys(rule for *_, rules in told.alarms for rule in rules)),
            }
            for told in scripts
        ],
    }


def _spread(numbers: Sequence[int]) -> dict[str, float]:
    if not numbers:
        return {}
    ordered = sorted(numbers)
    return {"median": statistics.median(ordered), "p90": ordered[len(ordered) * 9 // 10], "most": ordered[-1]}


def read(path: Path) -> list[Line]:
    return [msgspec.json.decode(line, type=Line) for line in path.read_bytes().splitlines() if line.strip()]


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m load_tests.moderation.conversations",
        description="What scripted conversations come to, as JSON.",
    )
    parser.add_argument("files", nargs="*", type=Path, help="scripts (default: the development corpus)")
    options = parser.parse_args(given)
    warm()
    lines = [line for path in options.files or sorted(SCRIPTS.glob("*.jsonl")) for line in read(path)]
    json.dump({"engine": engine_version(), **report(play(lines))}, sys.stdout, ensure_ascii=False, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
