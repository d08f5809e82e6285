"""UUIDv7 identifiers (RFC 9562), made by whoever creates the thing, so that a retry names the same thing.

On the wire an identifier is the usual 36-character text, or 22 characters of unpadded base64url where bytes are
dear (the compact form of the socket). Both are accepted everywhere.
"""

import base64
import binascii
import os
import time
from uuid import UUID

SHORT_LENGTH = 22  # characters: 128 bits in unpadded base64url


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits (RFC 9562 section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def shorten(identifier: UUID) -> str:
    """The 22-character base64url form."""
    return base64.urlsafe_b64encode(identifier.bytes).rstrip(b"=").decode()


def parse_id(text: str) -> UUID:
    """The identifier in either wire form. Raises ValueError when ``text`` is neither."""
    if len(text) == SHORT_LENGTH:
        try:
            raw = base64.b64decode(text + "==", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("not an identifier") from error
        identifier = UUID(bytes=raw)
        if shorten(identifier) != text:  # non-canonical trailing bits would give one thing two names
            raise ValueError("not an identifier")
        return identifier
    if len(text) == 36:
        identifier = UUID(text)
        if str(identifier) == text.lower():  # UUID() also takes hyphens in odd places, braces and "urn:"
            return identifier
    raise ValueError("not an identifier")
