"""What others read when part of a message is hidden: each hidden part becomes a few words that say what it was."""

from collections.abc import Iterable
from functools import cache

import msgspec

from server.moderation.data_files import DATA
from server.moderation.verdict import Label

DEFAULT_LANGUAGE = "fr"


@cache
def placeholders() -> dict[str, dict[str, str]]:
    """By language and category; ``*`` stands for any other category."""
    return msgspec.json.decode((DATA / "placeholders.json").read_bytes(), type=dict[str, dict[str, str]])


def mask(text: str, labels: Iterable[Label], language: str | None = None) -> str:
    """``text`` with the span of each label replaced; spans that touch or overlap become one."""
    known = placeholders()
    words = known.get(language or DEFAULT_LANGUAGE, known[DEFAULT_LANGUAGE])
    parts: list[str] = []
    done = 0
    for label in sorted(labels, key=lambda label: (label.start, -label.end)):
        if label.end <= done:
            continue
        if label.start > done or not parts:
            parts.append(text[done : label.start])
            parts.append(words.get(label.category, words["*"]))
        done = label.end
    parts.append(text[done:])
    return "".join(parts)
