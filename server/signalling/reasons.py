"""Why a rung changed: stable codes, whose sentences are in the clients."""

from typing import Final, Literal

from server.signalling.ladder_state import Cause

Reason = Literal[
    "weak_here",  # this person's own line
    "weak_there",  # the line of ``who``
    "path_tcp",  # UDP does not get through
    "path_web",  # neither UDP nor ICE-TCP does
    "no_path",  # nothing does, for now
    "no_voice",  # the line is too weak for a voice that can be understood
    "budget_near",  # four fifths of the data budget are used
    "budget",  # it is used up
    "pinned",  # the person asked for voices only
    "better",
    "better_there",  # the line of ``who``
]

_OF: Final[dict[Cause, Reason]] = {
    "weak": "weak_here",
    "better": "better",
    "no_voice": "no_voice",
    "no_path": "no_path",
    "path_web": "path_web",
    "path_tcp": "path_tcp",
}
_THERE: Final[dict[Reason, Reason]] = {
    "weak_here": "weak_there",
    "no_voice": "weak_there",
    "no_path": "weak_there",
    "path_web": "weak_there",
    "better": "better_there",
}


def reason_of(cause: Cause | None) -> Reason | None:
    return _OF[cause] if cause is not None else None


def there(reason: Reason | None) -> Reason | None:
    """What the others are told of it; None for what is nobody else's business, or shown to them otherwise."""
    return _THERE.get(reason) if reason is not None else None
