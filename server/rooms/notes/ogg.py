"""What a voice note's bytes must be: Ogg Opus (RFC 7845), and of that only what a recorder needs. Pure.

One logical stream, one or two channels, whole packets in each page, no comments: nothing can hide beside the voice, and
nothing here reads more than it checks. How long a note is, its packets say; what its headers claim must agree.
"""

import struct
import zlib
from typing import Final

MAX_PACKETS: Final = 30_000  # five minutes of the shortest frames that a recorder makes (10 ms)
_PAGE = struct.Struct("<4sBBqIIIB")  # RFC 3533 section 6
_HEAD = struct.Struct("<8sBBHIhB")  # RFC 7845 section 5.1
_BOS, _EOS = 2, 4
_MAX_VENDOR = 64
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))

# Samples at 48 kHz of one frame, by the configuration number of its packet (RFC 6716 section 3.1).
_SAMPLES = (
    *((480, 960, 1920, 2880) * 3),
    *((480, 960) * 2),
    *((120, 240, 480, 960) * 4),
)
_LONGEST_PACKET = 5_760  # samples: 120 ms


class NotANote(ValueError):
    """These bytes are no voice note."""


def begins_well(piece: bytes) -> bool:
    """Whether the first piece of an upload can be the beginning of a note."""
    return piece[:4] == b"OggS" and piece[28:36] == b"OpusHead"


def milliseconds(content: bytes) -> int:
    """How long the note is. Raises NotANote for whatever is not one, whole."""
    pre_skip, at, serial = _first_page(content)
    at = _tags(content, at, serial)
    sequence, samples, packets, granule = 2, 0, 0, 0
    flags = 0
    while at < len(content):
        flags, granule, sizes, start = _page(content, at, serial, sequence)
        if flags not in (0, _EOS) or not sizes:
            raise NotANote
        before = samples
        at = start
        packets += len(sizes)
        if packets > MAX_PACKETS:
            raise NotANote
        for size in sizes:
            samples += _duration(content, at, size)
            at += size
        ends = flags == _EOS
        if granule > samples or (not ends and granule != samples) or granule < before or (ends and at != len(content)):
            raise NotANote
        sequence += 1
    if flags != _EOS or granule <= pre_skip:
        raise NotANote
    return (granule - pre_skip) // 48


def _first_page(content: bytes) -> tuple[int, int, int]:
    """(samples to skip at the start, where the next page begins, the number of the stream)."""
    if len(content) < _PAGE.size:
        raise NotANote
    serial = _PAGE.unpack_from(content)[4]
    flags, granule, sizes, start = _page(content, 0, serial, 0)
    if flags != _BOS or granule != 0 or sizes != [_HEAD.size]:
        raise NotANote
    magic, version, channels, pre_skip, _rate, _gain, family = _HEAD.unpack_from(content, start)
    if (magic, version, family) != (b"OpusHead", 1, 0) or channels not in (1, 2):
        raise NotANote
    return pre_skip, start + _HEAD.size, serial


def _tags(content: bytes, at: int, serial: int) -> int:
    flags, granule, sizes, start = _page(content, at, serial, 1)
    if flags != 0 or granule != 0 or len(sizes) != 1:
        raise NotANote
    tags = content[start : start + sizes[0]]
    vendor = len(tags) - 16
    if not 0 <= vendor <= _MAX_VENDOR or tags[:12] != b"OpusTags" + struct.pack("<I", vendor) or any(tags[-4:]):
        raise NotANote
    return start + sizes[0]


def _page(content: bytes, at: int, serial: int, sequence: int) -> tuple[int, int, list[int], int]:
    """(flags, granule position, sizes of the packets, where the first begins) of the page at ``at``."""
    try:
        magic, version, flags, granule, stream, number, checksum, count = _PAGE.unpack_from(content, at)
    except struct.error:
        raise NotANote from None
    lacing = content[at + _PAGE.size : at + _PAGE.size + count]
    start = at + _PAGE.size + count
    end = start + sum(lacing)
    if (magic, version, stream, number) != (b"OggS", 0, serial, sequence) or len(lacing) != count:
        raise NotANote
    if end > len(content) or (count and lacing[-1] == 255):
        raise NotANote
    if crc(content[at : at + 22] + bytes(4) + content[at + 26 : end]) != checksum:
        raise NotANote
    sizes, size = [], 0
    for segment in lacing:
        size += segment
        if segment < 255:
            sizes.append(size)
            size = 0
    return flags, granule, sizes, start


def _duration(content: bytes, at: int, size: int) -> int:
    """Samples at 48 kHz of the packet of ``size`` bytes at ``at``."""
    if size == 0:
        raise NotANote
    first = content[at]
    frames = (1, 2, 2)[first & 3] if first & 3 < 3 else (content[at + 1] & 0x3F if size > 1 else 0)
    samples = frames * _SAMPLES[first >> 3]
    if not 0 < samples <= _LONGEST_PACKET:
        raise NotANote
    return samples


def crc(page: bytes) -> int:
    """The checksum of RFC 3533: the polynomial of zlib's, read from the other end, begun at 0 and not inverted."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")
