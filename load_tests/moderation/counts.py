"""Checks the development set and counts it by category and language: `python -m load_tests.moderation.counts`."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from load_tests.moderation.lines import Line, read

DEVELOPMENT = Path(__file__).parent / "corpus" / "development"

CATEGORIES = (
    *("suicide", "self_harm", "ill_being", "abuse", "neglect", "bullied"),
    *("secrecy", "photo_request", "meeting", "gift", "flattery", "sexual_approach", "sexual"),
    *("off_platform", "drugs", "money"),
    *("insult", "threat", "incitement", "hate", "weapons", "profanity"),
    *("contact", "identifying"),
)
"""Those that a line can be about, in the order of the taxonomy; `evasion` and `conversation` are found, never told."""


def problems(name: str, lines: Iterable[Line]) -> list[str]:
    """What is wrong with the lines of a file: an unknown category, an empty text, a text that stands there twice.

    Pieces of a conversation may repeat: the same two digits come twice in a telephone number."""
    found, seen = [], set[str]()
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}"
        found += [f"{where}: unknown category {category}" for category in line.categories if category not in CATEGORIES]
        if not line.text.strip():
            found.append(f"{where}: no text")
        if line.room is None and line.text.strip().lower() in seen:
            found.append(f"{where}: a duplicate")
        if line.room is None:
            seen.add(line.text.strip().lower())
    return found


def main() -> int:
    counts: dict[str, Counter[str]] = {"fr": Counter(), "en": Counter()}
    wrong: list[str] = []
    for path in sorted(DEVELOPMENT.glob("*.jsonl")):
        lines = read(path)
        wrong += problems(path.name, lines)
        count = counts[path.stem.rpartition(".")[2]]
        for line in lines:
            count.update(line.categories or ["(ordinary)"])
        count["(lines)"] += len(lines)
    for name in (*CATEGORIES, "(ordinary)", "(lines)"):
        print(f"| {name} | {counts['fr'][name]} | {counts['en'][name]} |")
    print(*wrong, sep="\n", file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
