"""Redundant audio data (RFC 2198): a packet that also carries what the packet before it carried. Pure.

One redundant block (RED-1) halves nothing on the line but the loss: at 20 % random loss 4 % remain. Each block but the
last has four bytes of header, the last has one.
"""

from typing import Final, NamedTuple

MORE: Final = 0x80  # F: another block header follows
PAYLOAD_TYPE: Final = 0x7F
FARTHEST: Final = (1 << 14) - 1  # of the RTP clock: 341 ms at 48 kHz, what a block header can tell
LARGEST: Final = (1 << 10) - 1  # bytes of a redundant block
MOST_BLOCKS: Final = 8  # redundant ones that are read; browsers send up to two
HEADER_LENGTH: Final = 4
LAST_HEADER_LENGTH: Final = 1

ADD: Final = 0.03  # of a receiver's voice packets lost: redundancy begins to be worth its bytes
LEAVE: Final = 0.01  # below, it no longer is
QUIET: Final = 10.0  # seconds below, before it is left: what it repairs still counts as lost in the reports


class Block(NamedTuple):
    """``earlier`` is how far before the packet's own time it belongs, 0 for the packet's own."""

    earlier: int
    payload_type: int
    data: bytes


def fits(earlier: int, data: bytes) -> bool:
    """Whether a redundant block can be told."""
    return 0 < earlier <= FARTHEST and 0 < len(data) <= LARGEST


def pack(payload_type: int, earlier: int, before: bytes, data: bytes) -> bytes:
    """The payload of a packet: ``data``, and in front of it ``before``, which ``fits``."""
    word = (MORE | payload_type) << 24 | earlier << 10 | len(before)
    return b"".join((word.to_bytes(4, "big"), payload_type.to_bytes(1, "big"), before, data))


def unpack(payload: bytes) -> list[Block]:
    """The blocks, the packet's own last. Raises ValueError when the payload is malformed."""
    headers: list[tuple[int, int, int]] = []
    position = 0
    while True:
        if position >= len(payload):
            raise ValueError("the block headers are truncated")
        if not payload[position] & MORE:
            break
        if position + HEADER_LENGTH > len(payload) or len(headers) == MOST_BLOCKS:
            raise ValueError("the block headers are truncated or too many")
        word = int.from_bytes(payload[position : position + HEADER_LENGTH], "big")
        headers.append((word >> 10 & FARTHEST, word >> 24 & PAYLOAD_TYPE, word & LARGEST))
        position += HEADER_LENGTH
    own = payload[position] & PAYLOAD_TYPE
    position += LAST_HEADER_LENGTH
    blocks = []
    for earlier, payload_type, length in headers:
        if position + length > len(payload):
            raise ValueError("a block is truncated")
        blocks.append(Block(earlier, payload_type, payload[position : position + length]))
        position += length
    blocks.append(Block(0, own, payload[position:]))
    return blocks


class Redundancy:
    """Whether the voices to one receiver carry what went before them."""

    __slots__ = ("_added", "_lossy_at")

    def __init__(self) -> None:
        self._added = False
        self._lossy_at = 0.0

    def wanted(self, loss: float, now: float) -> bool:
        """With ``loss`` of the packets reported lost. Called each second."""
        if loss >= (LEAVE if self._added else ADD):
            self._added = True
            self._lossy_at = now
        elif now - self._lossy_at > QUIET:
            self._added = False
        return self._added
