"""pylibsrtp's sessions, called with less around them: for each packet its wrapper costs as much as the cipher.

The buffer is pylibsrtp's own, one a session; nothing else may use the session any more.
"""

from collections.abc import Callable
from typing import Any, Final

import pylibsrtp
from pylibsrtp import SRTP_MAX_SRTCP_TRAILER_LEN, SRTP_MAX_TRAILER_LEN
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]  # a compiled module without types

Transform = Callable[[bytes], bytes]

NONE: Final = 0  # bytes that a transform adds


class Srtp:
    """Each transform returns the packet changed, and raises ``pylibsrtp.Error``, or ValueError when it is too long."""

    __slots__ = ("protect", "protect_rtcp", "unprotect", "unprotect_rtcp")

    def __init__(self, session: Any) -> None:
        self.protect = _transform(session, lib.srtp_protect, SRTP_MAX_TRAILER_LEN)
        self.protect_rtcp = _transform(session, lib.srtp_protect_rtcp, SRTP_MAX_SRTCP_TRAILER_LEN)
        self.unprotect = _transform(session, lib.srtp_unprotect, NONE)
        self.unprotect_rtcp = _transform(session, lib.srtp_unprotect_rtcp, NONE)


def _transform(session: Any, function: Callable[..., int], trailer: int) -> Transform:
    handle, data, buffer = session._srtp, session._cdata, session._buffer  # noqa: SLF001 (that is what is spared)
    longest = len(data) - trailer
    length = ffi.new("int *")

    def transform(packet: bytes) -> bytes:
        size = len(packet)
        if size > longest:
            raise ValueError("packet is too long")
        length[0] = size
        buffer[0:size] = packet
        status = function(handle[0], data, length)
        if status:
            raise pylibsrtp.Error(pylibsrtp.ERRORS[status])
        changed: bytes = buffer[0 : length[0]]
        return changed

    return transform
