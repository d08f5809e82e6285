"""What decides in a room, as functions of plain values: what a text may be, what becomes of it, who may see what."""

from dataclasses import replace
from enum import StrEnum
from typing import Literal

from server.kernel.errors import BadRequest
from server.kernel.permissions import Role
from server.moderation.verdict import Action, Verdict

MAX_TEXT = 4_000  # code points of a message: two pages; longer is a document
MAX_PAGE = 200  # messages in one answer
FIRST_PAGE = 30  # messages given to who comes without a cursor: about three screens of a telephone
PAGE_BYTES = 128 * 1024
"""What the bodies of one answer may weigh in UTF-8. 200 long messages would weigh 3 MB, and a connection on which more
than 1 MiB waits is taken for dead."""

COUNTED_UNREAD = 999  # more is shown as "999": nobody needs the exact number, and counting it costs

State = Literal["delivered", "masked", "held", "blocked", "refused", "returned"]

EditState = Literal["held", "refused", "returned"]
"""What became of a newer text that its author wants, as long as others read the one before."""

MessageKind = Literal["text", "voice"]

KINDS: tuple[MessageKind, ...] = ("text", "voice")
"""In the order of their numbers in the compact form."""

STATES: tuple[State, ...] = ("delivered", "masked", "held", "blocked", "refused", "returned")
"""In the order of their numbers in the compact form."""

SHARED_STATES: tuple[State, ...] = ("delivered", "masked")
"""What others than the author may see anything of (promise 2)."""

_STATE_OF: dict[Action, State] = {"deliver": "delivered", "mask": "masked", "hold": "held", "block": "blocked"}


class View(StrEnum):
    """Through whose eyes a message is shown."""

    AUTHOR = "author"
    OTHERS = "others"
    STAFF = "staff"  # a professional who has entered, and whom everyone in the room sees


def is_staff(role: Role) -> bool:
    """Whether someone of this role enters rooms visibly instead of being at home in them."""
    return role is Role.SUPERVISOR


def check_text(text: str) -> None:
    """Raises BadRequest unless ``text`` can be a message as it stands: nothing is trimmed or normalised, so that what
    its author keeps is what everyone reads."""
    if len(text) > MAX_TEXT:
        raise BadRequest("too_long", field="body", maximum=MAX_TEXT)
    if not text.strip():
        raise BadRequest("empty", field="body")
    if "\x00" in text:
        raise BadRequest("nul", field="body")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadRequest("surrogate", field="body") from None


def settle(verdict: Verdict, role: Role) -> Verdict:
    """What is done on ``verdict``. What a professional writes is assessed and flagged like all else, and never held,
    nor does it pause the pair; nothing is masked without knowing what others read instead, and no pair is paused
    without anybody to look."""
    if is_staff(role):
        return replace(verdict, action="deliver", masked_text=None, freeze=False)
    if verdict.freeze and not verdict.flag:
        verdict = replace(verdict, flag=True)
    if verdict.action == "mask" and verdict.masked_text is None:
        return replace(verdict, action="hold")
    return verdict


def state_of(verdict: Verdict) -> State:
    """In which state a message goes into the log."""
    return _STATE_OF[verdict.action]


def notice_of(verdict: Verdict, *, slip: bool) -> str | None:
    """The code of the kind word that the author is answered with, where the state does not say it already."""
    if verdict.freeze:
        return "frozen"
    return "held_first_slip" if slip else None


def visible(state: State, view: View) -> bool:
    """Whether anything of a message in this state exists for ``view``."""
    return view is not View.OTHERS or state in SHARED_STATES


def body_for(body: str, masked_body: str | None, state: State, view: View) -> str:
    """What ``view`` reads of a message that is visible to it."""
    if state == "masked" and view is View.OTHERS and masked_body is not None:
        return masked_body
    return body
