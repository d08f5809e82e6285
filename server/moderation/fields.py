"""Whether a text that others will read may stand in a field: a name, a file's name, a title, an objective, free text.

Fields are read by the same detectors as messages. What differs is what is done: a field is not held for a professional,
it is refused with the reason, so that whoever writes it can write it otherwise. What a young person discloses in free
text is never refused: it stands, and ``flag`` asks for a professional's eye. Whoever adds a field calls ``screen``
before storing it (docs/decisions/0157). Pure.
"""

import logging
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from server.kernel.errors import BadRequest, BinomeError, Conflict
from server.moderation.assess import assess
from server.moderation.own_rules import OwnRules
from server.moderation.policy import DISCLOSURES, REVIEW
from server.moderation.verdict import Circumstances, Label, Speaker, Verdict

log = logging.getLogger(__name__)

Field = Literal["display_name", "file_name", "session_title", "objective", "free_text"]
Code = Literal[
    "field_contact", "field_link", "field_hidden", "field_hurtful", "field_threat", "field_sexual", "field_unread"
]

LINES: Final[frozenset[Field]] = frozenset(("objective", "free_text"))
"""Fields of more than one line."""

# What is refused, by the reason that is told, the first that holds. In a name one bad word is all there is, so a note
# is enough; in a sentence only what would be an alarm in a message.
_LEAST: Final[dict[Field, int]] = {
    "display_name": 1,
    "file_name": 1,
    "session_title": 1,
    "objective": 2,
    "free_text": 2,
}
_REASONS: Final[tuple[tuple[Code, frozenset[str]], ...]] = (
    ("field_threat", frozenset(("threat", "incitement", "weapons"))),
    ("field_sexual", frozenset(("sexual", "sexual_approach", "photo_request"))),
    ("field_hurtful", frozenset(("insult", "hate", "profanity"))),
)
_CONTACT: Final = frozenset(("contact", "off_platform"))
_LINKS: Final = ("contact.url", "contact.meeting")
# Never to be confirmed: these let two people meet out of sight, or one text pass for another.
_FINAL: Final = frozenset(("field_contact", "field_link", "field_hidden", "field_unread"))

# Ends of files that are ends of addresses, too (.zip, .mov, .md, .py …): they are not read.
_FILE_KIND: Final = re.compile(
    r"\.(?:pdf|docx?|od[tsp]|txt|md|rtf|pptx?|xlsx?|csv|pages|key|numbers|jpe?g|png|gif|webp|svg|heic|bmp|mp[34]|m4a|ogg"
    r"|opus|wav|mov|avi|webm|zip|7z|rar|tar|gz|py|js|ts|html?|css|json|ggb|sb3|ipynb|tex|epub)$",
    re.IGNORECASE,
)

# Marks of direction, blank letters, invisible operators and tags (Unicode TR 36 section 2.5). The joiners are let pass
# between letters: Persian, Indian languages and emoji need them.
_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_JOINERS: Final = "\u200c\u200d"
_BREAKS: Final = "\n\r\t"
_UNSEEN: Final = frozenset(("Cc", "Cs", "Co", "Cn", "Zl", "Zp"))

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)  # without a conversation nothing asks for the time


@dataclass(frozen=True, slots=True)
class FieldVerdict:
    """Whether the text may stand in the field; else ``code`` says why not. ``confirmable``: staff may say that it is
    meant so (a surname is what it is). ``flag``: it stands, and a professional is to see it. ``show_help``: its author
    is to see the help card."""

    code: Code | None
    labels: tuple[Label, ...] = ()
    flag: bool = False
    show_help: bool = False

    @property
    def ok(self) -> bool:
        return self.code is None

    @property
    def confirmable(self) -> bool:
        return self.code is not None and self.code not in _FINAL

    def check(self, field: str, *, confirmed: bool = False) -> None:
        """Raises when the text may not stand in the body's member ``field``: Conflict, which ``confirmed`` overcomes,
        for what staff may confirm; else BadRequest. Either has a sentence of its own."""
        if self.code is None or (confirmed and self.confirmable):
            return
        refusal: type[BinomeError] = Conflict if self.confirmable else BadRequest
        raise refusal(self.code, field=field)


def screen(text: str, field: Field, *, own: OwnRules | None = None) -> FieldVerdict:
    """What is to be done with ``text`` in ``field``, by the rules and ``own``, the organisation's. Never raises."""
    if _is_hidden(text, field):
        return FieldVerdict("field_hidden")
    read = _FILE_KIND.sub("", text) if field == "file_name" else text
    verdict = _assessed(read, own)
    if verdict is None:
        return FieldVerdict("field_unread")
    code = _refusal(verdict, field)
    alarming = any(label.severity >= REVIEW for label in verdict.labels)
    return FieldVerdict(code, verdict.labels, flag=code is None and alarming, show_help=verdict.show_help)


def _assessed(text: str, own: OwnRules | None) -> Verdict | None:
    """Read as a young person's words, whose disclosures show the help card; what is refused is the same for all."""
    for rules in (own, None) if own is not None else (None,):
        try:
            return assess(text, Speaker("mentee"), now=_NEVER, circumstances=Circumstances(own=rules))
        except Exception:
            log.exception("field_not_assessed")
    return None


def _refusal(verdict: Verdict, field: Field) -> Code | None:
    acting = [label for label in verdict.labels if label.severity >= REVIEW]
    if field in LINES and any(label.category in DISCLOSURES for label in acting):
        return None
    if any(label.rule.startswith(_LINKS) for label in acting):
        return "field_link"
    if any(label.category in _CONTACT for label in acting):
        return "field_contact"
    if any(label.category == "evasion" for label in verdict.labels):
        return "field_hidden"
    for code, categories in _REASONS:
        if any(label.category in categories and label.severity >= _LEAST[field] for label in verdict.labels):
            return code
    return None


def _is_hidden(text: str, field: Field) -> bool:
    """Whether it holds what nobody sees, or what shows it in another order than it is written."""
    if text.isascii() and text.isprintable():
        return False
    breaks = _BREAKS if field in LINES else ""
    if _HIDDEN.search(text) or any(c not in breaks and unicodedata.category(c) in _UNSEEN for c in text):
        return True
    return any(
        character in _JOINERS and not (0 < place < len(text) - 1 and not text[place - 1].isascii())
        for place, character in enumerate(text)
    )
