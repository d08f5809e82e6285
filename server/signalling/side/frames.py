"""The binary frames of the side web socket (docs/protocol.md): bytes to plain values, and back.

Each way numbers its messages from 1 in one byte, and each message carries the number of the last one that came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct as Layout
from typing import Final

from server.signalling.side.opus import duration
from server.signalling.side.webp import LARGEST, is_still

ACK, VOICE, STILL, BEAT = range(4)
FRAME: Final = 2880  # samples at 48 kHz that each packet of a client lasts: 60 ms
MOST_PACKETS: Final = 16  # in one message of a client: a second of voice, which already waited for too long
LONGEST_MESSAGE: Final = LARGEST + 3  # bytes: a still with its header

_UP_VOICE: Final = Layout("!BBBI")
_DOWN_VOICE: Final = Layout("!BBBBI")


class MalformedError(ValueError):
    """Not a frame of a client."""


@dataclass(frozen=True, slots=True)
class Ack:
    ack: int


@dataclass(frozen=True, slots=True)
class Beat:
    ack: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Voice:
    """``packets`` of 60 ms each, one after the other from ``timestamp``; an empty one stands for silence."""

    ack: int
    sequence: int
    timestamp: int
    packets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Still:
    ack: int
    sequence: int
    picture: bytes


Frame = Ack | Beat | Voice | Still


def parse(message: bytes) -> Frame:
    """A message of a client. Raises MalformedError."""
    kind = message[0] if message else None
    if kind == ACK and len(message) == 2:
        return Ack(message[1])
    if len(message) < 3:
        raise MalformedError("short")
    if kind == BEAT and len(message) == 3:
        return Beat(message[1], message[2])
    if kind == STILL and is_still(message[3:]):
        return Still(message[1], message[2], message[3:])
    if kind == VOICE and len(message) > _UP_VOICE.size:
        _, ack, sequence, timestamp = _UP_VOICE.unpack_from(message)
        return Voice(ack, sequence, timestamp, _split(message, _UP_VOICE.size))
    raise MalformedError("unknown")


def ack(last: int) -> bytes:
    return bytes((ACK, last))


def beat(last: int, sequence: int) -> bytes:
    return bytes((BEAT, last, sequence))


def still(last: int, sequence: int, source: int, picture: bytes) -> bytes:
    return bytes((STILL, last, sequence, source)) + picture


def voice(last: int, sequence: int, source: int, timestamp: int, packets: Sequence[bytes]) -> bytes:
    """Packets of any length, each of which begins where the one before ends."""
    parts = [_DOWN_VOICE.pack(VOICE, last, sequence, source, timestamp)]
    for packet in packets:
        parts += (_length(len(packet)), packet)
    return b"".join(parts)


def _length(length: int) -> bytes:
    """RFC 6716 section 3.2.1."""
    if length < 252:
        return bytes((length,))
    first = 252 + (length & 3)
    return bytes((first, (length - first) >> 2))


def _split(message: bytes, at: int) -> tuple[bytes, ...]:
    packets: list[bytes] = []
    end = len(message)
    while at < end:
        length = message[at]
        at += 1
        if length > 251:
            if at == end:
                raise MalformedError("cut")
            length += 4 * message[at]
            at += 1
        packet = message[at : at + length]
        at += length
        if at > end or (packet and duration(packet) != FRAME):
            raise MalformedError("packet")
        packets.append(packet)
    if len(packets) > MOST_PACKETS:
        raise MalformedError("many")
    return tuple(packets)
