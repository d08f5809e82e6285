"""The format of the files that are judged, and the groups of categories.

A file is JSON lines, as `binome moderate` reads them, with what is true beside: ``{"text", "sender"?:
"mentor"|"mentee", "sender_age"?, "categories"?: [...], "room"?, "lang"?}``. Without categories a line is an ordinary
one; without sender it is a mentor's. Lines of one ``room``, in order, are one conversation. Other members are passed
over.
"""

from pathlib import Path
from typing import Literal

import msgspec

GROUPS: dict[str, frozenset[str]] = {
    "contact": frozenset(("contact",)),
    "danger": frozenset(("suicide", "self_harm")),
    "told": frozenset(("abuse", "neglect", "bullied")),
    "ill-being": frozenset(("ill_being",)),
    "hostile": frozenset(("insult", "threat", "incitement", "hate")),
    "approach": frozenset(
        ("off_platform", "secrecy", "photo_request", "meeting", "gift", "sexual_approach", "sexual", "conversation")
    ),
}
"""Categories whose borders are a matter of taste: what is told as one of a group and found as another is no miss."""

HOSTILE = GROUPS["hostile"] | {"profanity", "sexual"}
"""What a list of bad words claims when it finds one."""


class Line(msgspec.Struct):
    text: str
    sender: Literal["mentor", "mentee"] = "mentor"
    sender_age: int | None = None
    categories: list[str] = []
    room: str | int | None = None
    lang: str | None = None


def read(path: Path) -> list[Line]:
    """The lines of a file. Raises OSError, and ValueError that names the line."""
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if line.strip():
            try:
                found.append(msgspec.json.decode(line, type=Line))
            except msgspec.DecodeError as error:
                raise ValueError(f"{path}, line {number}: {error}") from None
    return found
