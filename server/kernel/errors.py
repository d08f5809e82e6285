"""Everything Binôme refuses, as one tree.

BinomeError                     code           HTTP
├── BadRequest                  bad_request     400   field named; nothing was changed
│   ├── TooLarge                too_large       413
│   ├── UnknownEvent            unknown_event   400
│   └── BadSdp                  bad_sdp         400
├── NotSignedIn                 not_signed_in   401
│   ├── BadCredentials          bad_credentials 401
│   ├── SecondFactor            second_factor   401   the password was right; the sign-in is not finished
│   └── SessionExpired          session_expired 401
├── Forbidden                   forbidden       403
├── NotFound                    not_found       404   also for what exists but is not yours to know about
├── Conflict                    conflict        409
│   ├── RoomClosed              room_closed     409
│   │   └── RoomPaused          room_closed     409   a professional has paused it
│   ├── CallsOff                calls_off       409   who must consent to calls has not, or no more
│   ├── CallFull                call_full       409
│   ├── CaseMovedOn             case_moved_on   409   a colleague has acted on it since it was shown
│   ├── CaseTaken               case_taken      409   a colleague looks after it; named in the sentence
│   ├── DutyGaps                duty_gaps       409   nobody would be on call; ``gaps`` says when
│   ├── FlagClaimed             flag_claimed    409   a colleague is looking at it; named in the sentence
│   ├── FlagDecided             flag_decided    409
│   └── FlagMovedOn             flag_moved_on   409   its message was edited since it was shown
├── TooFast                     too_fast        429   retry_in_ms says when
├── TryAgain                    try_again       503   a part is down for now; nothing was changed
│   └── Draining                draining        503
└── InternalError               internal        500   ours; the log holds the reason, never the client

The sentence for people stands in ``server/locales``, keyed by code; ``detail`` picks a finer sentence of the same
code. HTTP status and acknowledgement are made from an error in one place each, under ``transport``.
"""

from collections.abc import Sequence
from typing import ClassVar


class BinomeError(Exception):
    """A refusal with a stable code. ``params`` fill the placeholders of its sentence
    and are told to nobody but who asked."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(
        self,
        detail: str | None = None,
        *,
        field: str | None = None,
        retry_in_ms: int | None = None,
        **params: str | int,
    ) -> None:
        super().__init__(f"{self.code}:{detail}" if detail else self.code)
        self.detail = detail
        self.field = field
        self.retry_in_ms = retry_in_ms
        self.params = params


class BadRequest(BinomeError):
    code = "bad_request"
    status = 400


class TooLarge(BadRequest):
    code = "too_large"
    status = 413


class UnknownEvent(BadRequest):
    code = "unknown_event"


class BadSdp(BadRequest):
    code = "bad_sdp"


class NotSignedIn(BinomeError):
    code = "not_signed_in"
    status = 401


class BadCredentials(NotSignedIn):
    code = "bad_credentials"


class SecondFactor(NotSignedIn):
    code = "second_factor"


class SessionExpired(NotSignedIn):
    code = "session_expired"


class Forbidden(BinomeError):
    code = "forbidden"
    status = 403


class NotFound(BinomeError):
    code = "not_found"
    status = 404


class Conflict(BinomeError):
    code = "conflict"
    status = 409


class RoomClosed(Conflict):
    code = "room_closed"


class RoomPaused(RoomClosed):
    """Of the same code: whoever wrote has their words back, and reads why."""

    def __init__(self, *, retry_in_ms: int | None = None) -> None:
        super().__init__("paused", retry_in_ms=retry_in_ms)


class CallsOff(Conflict):
    code = "calls_off"


class CallFull(Conflict):
    code = "call_full"


class CaseMovedOn(Conflict):
    code = "case_moved_on"


class CaseTaken(Conflict):
    code = "case_taken"


class DutyGaps(Conflict):
    """``gaps``: from when until when, as the protocol writes instants, in the order of time."""

    code = "duty_gaps"

    def __init__(self, detail: str | None = None, *, gaps: Sequence[tuple[str, str]]) -> None:
        super().__init__(detail)
        self.gaps = gaps


class FlagClaimed(Conflict):
    code = "flag_claimed"


class FlagDecided(Conflict):
    code = "flag_decided"


class FlagMovedOn(Conflict):
    code = "flag_moved_on"


class TooFast(BinomeError):
    code = "too_fast"
    status = 429


class TryAgain(BinomeError):
    code = "try_again"
    status = 503


class Draining(TryAgain):
    code = "draining"


class InternalError(BinomeError):
    pass
