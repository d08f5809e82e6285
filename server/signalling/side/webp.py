"""Which WebP files pass as stills: one lossy frame, of the size of a still, and nothing beside it.

Others would carry what is no picture of the moment: animations, EXIF and XMP tell where and with what it was taken.
The picture itself is never decoded here; the receiver's browser does that, in its sandbox.
"""

from typing import Final

LARGEST: Final = 8 * 1024  # bytes; MEDIA.md: 1.5 to 5 KB
LONGEST_SIDE: Final = 320  # pixels
SHORTEST_SIDE: Final = 16

_HEADER: Final = 30  # RIFF (12), the head of the chunk (8), frame tag, start code and dimensions (10)
_START_CODE: Final = b"\x9d\x01\x2a"  # RFC 6386 section 9.1


def dimensions(picture: bytes) -> tuple[int, int] | None:
    """(width, height) of a simple lossy WebP (RFC 9649 section 2.5); None for anything else."""
    if len(picture) < _HEADER or picture[:4] != b"RIFF" or picture[8:16] != b"WEBPVP8 ":
        return None
    riff, chunk = int.from_bytes(picture[4:8], "little"), int.from_bytes(picture[16:20], "little")
    if riff + 8 != len(picture) or chunk + (chunk & 1) + 20 != len(picture):
        return None
    frame = picture[20:]
    if frame[0] & 1 or frame[3:6] != _START_CODE:  # the lowest bit is 0 for a key frame
        return None
    return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF


def is_still(picture: bytes) -> bool:
    found = dimensions(picture) if len(picture) <= LARGEST else None
    return found is not None and all(SHORTEST_SIDE <= side <= LONGEST_SIDE for side in found)
