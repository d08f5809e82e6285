"""Our own engine over files of sentences, message by message, as the chat asks it."""

import time
from collections.abc import Sequence

from load_tests.moderation.cost import NOW
from load_tests.moderation.lines import Line
from server.moderation.assess import assess, warm
from server.moderation.conversation import Conversation
from server.moderation.verdict import Speaker, Verdict

ALARM = 2  # severity from which a professional is asked to look


def judge(lines: Sequence[Line]) -> tuple[list[Verdict], list[float]]:
    """The verdict on each line and the microseconds of processor time it took."""
    warm()
    rooms: dict[str | int, Conversation] = {}
    verdicts, costs = [], []
    for line in lines:
        speaker = Speaker(line.sender, line.sender_age)
        conversation = None if line.room is None else rooms.setdefault(line.room, Conversation())
        start = time.thread_time_ns()
        verdict = assess(line.text, speaker, conversation, now=NOW, language=line.lang)
        costs.append((time.thread_time_ns() - start) / 1000)
        if conversation is not None:
            conversation.remember(speaker, line.text, NOW, verdict)
        verdicts.append(verdict)
    return verdicts, costs


def claims(verdicts: Sequence[Verdict], severity: int = ALARM) -> list[set[str]]:
    """The categories of each verdict that are at least so severe."""
    return [{label.category for label in verdict.labels if label.severity >= severity} for verdict in verdicts]
