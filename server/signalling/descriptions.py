"""Session descriptions on the wire: as they are, or packed for lines on which each kilobyte is a third of a second.

Packed is ``z:`` and the base64url, without padding, of the raw deflate (RFC 1951) of the text: what a browser's
CompressionStream makes and its DecompressionStream reads. Who asks packed is answered packed.
"""

import base64
import binascii
import zlib
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

import msgspec

from server.kernel.errors import BadSdp

MARK: Final = "z:"
LARGEST: Final = 32 * 1024  # bytes unpacked, as for one that was never packed; a bomb is given up there
RAW: Final = -15  # zlib's word for deflate without a header


def is_packed(text: str) -> bool:
    return text.startswith(MARK)


def read(text: str) -> str:
    """The description, whichever way it came. Raises BadSdp."""
    if not is_packed(text):
        return text
    packed = text[len(MARK) :]
    inflate = zlib.decompressobj(RAW)
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        plain = inflate.decompress(data, LARGEST)
        if not inflate.eof or inflate.unused_data:
            raise BadSdp(field="sdp")
        return plain.decode("ascii")
    except (binascii.Error, zlib.error, ValueError) as error:
        raise BadSdp(field="sdp") from error


def write(text: str, *, packed: bool) -> str:
    if not packed:
        return text
    deflate = zlib.compressobj(9, zlib.DEFLATED, RAW)
    data = deflate.compress(text.encode()) + deflate.flush()
    return MARK + base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


class Described(Protocol):
    """A request with a description."""

    sdp: str


class Answered(Protocol):
    """What is answered to it."""

    @property
    def answer(self) -> str: ...
    @property
    def offer(self) -> str: ...


A = TypeVar("A", bound=Answered)


async def described(request: Described, act: Callable[[], Awaitable[A]]) -> A:
    """``act``, with the description of ``request`` unpacked; its answer as the request came. Raises BadSdp, and what
    ``act`` raises."""
    packed = is_packed(request.sdp)
    request.sdp = read(request.sdp)
    answered = await act()
    if not packed:
        return answered
    both = {name: write(getattr(answered, name), packed=True) for name in ("answer", "offer")}
    return msgspec.structs.replace(answered, **both)  # type: ignore[type-var]  # all of ours are Structs
