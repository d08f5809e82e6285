"""What the engine finds in files of sentences: recall by category, alarms on ordinary lines, with their intervals.

A line is ``{"text", "sender"?: "mentor"|"mentee", "sender_age"?, "categories"?: [...]}``; without categories it is an
ordinary one. Lines of one ``room``, in order, are one conversation.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from load_tests.moderation.cost import NOW
from server.moderation.assess import assess
from server.moderation.conversation import Conversation
from server.moderation.verdict import Speaker

ALARM = 2  # severity from which a professional is asked to look
Z = 1.96  # a 95 % interval


class Line(msgspec.Struct):
    text: str
    sender: Literal["mentor", "mentee"] = "mentor"
    sender_age: int | None = None
    categories: list[str] = []
    room: str | int | None = None


def share(hits: int, of: int) -> dict[str, Any]:
    """A share with its Wilson score interval (Wilson 1927)."""
    if of == 0:
        return {"hits": 0, "of": 0}
    p = hits / of
    middle = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z * math.sqrt(p * (1 - p) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)
    return {
        "hits": hits,
        "of": of,
        "share": round(p, 4),
        "from": round(max(0.0, middle - half), 4),
        "to": round(min(1.0, middle + half), 4),
    }


def evaluate(lines: Iterable[Line]) -> dict[str, Any]:
    found: dict[str, list[bool]] = defaultdict(list)
    told: dict[str, list[bool]] = defaultdict(list)
    alarms: list[bool] = []
    rooms: dict[str | int, Conversation] = {}
    for line in lines:
        speaker = Speaker(line.sender, line.sender_age)
        conversation = None if line.room is None else rooms.setdefault(line.room, Conversation())
        verdict = assess(line.text, speaker, conversation, now=NOW)
        if conversation is not None:
            conversation.remember(speaker, line.text, NOW)
        labels = {label.category for label in verdict.labels if label.severity >= ALARM}
        for category in line.categories:
            found[category].append(category in labels)
        for category in labels:
            told[category].append(category in line.categories)
        if not line.categories:
            alarms.append(verdict.severity >= ALARM)
    return {
        "recall": {category: share(sum(hits), len(hits)) for category, hits in sorted(found.items())},
        "precision": {category: share(sum(hits), len(hits)) for category, hits in sorted(told.items())},
        "alarms_on_ordinary_lines": share(sum(alarms), len(alarms)),
    }
