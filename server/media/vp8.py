"""What a forwarder reads in, and writes into, the VP8 payload descriptor (RFC 7741 section 4.2)."""

from typing import Final

X_BIT: Final = 0x80
S_BIT: Final = 0x10
PARTITION: Final = 0x07
I_BIT: Final = 0x80
L_BIT: Final = 0x40
TK_BITS: Final = 0x30
M_BIT: Final = 0x80
NOT_KEY: Final = 0x01  # P, in the first byte of the VP8 payload header


def starts_key_frame(payload: bytes) -> bool:
    """Whether this is the first packet of a key frame: start of partition 0, with P clear behind the descriptor."""
    if not payload or payload[0] & (S_BIT | PARTITION) != S_BIT:
        return False
    position = descriptor_length(payload)
    return 0 < position < len(payload) and not payload[position] & NOT_KEY


def descriptor_length(payload: bytes) -> int:
    """Bytes of descriptor, or 0 when it is truncated."""
    if not payload:
        return 0
    if not payload[0] & X_BIT:
        return 1
    if len(payload) < 2:
        return 0
    extensions = payload[1]
    length = 2
    if extensions & I_BIT:
        if len(payload) <= length:
            return 0
        length += 2 if payload[length] & M_BIT else 1
    if extensions & L_BIT:
        length += 1
    if extensions & TK_BITS:
        length += 1
    return length if length <= len(payload) else 0


def picture_ids(payload: bytes) -> tuple[int, int] | None:
    """PictureID (modulo 2**15, or 2**7 where short) and TL0PICIDX (0 where absent); None without a PictureID."""
    if len(payload) < 3 or not payload[0] & X_BIT or not payload[1] & I_BIT or not descriptor_length(payload):
        return None
    if payload[2] & M_BIT:
        picture, position = (payload[2] & 0x7F) << 8 | payload[3], 4
    else:
        picture, position = payload[2], 3
    return picture, payload[position] if payload[1] & L_BIT else 0


def shift_picture_ids(payload: bytes, picture_offset: int, tl0_offset: int) -> bytes:
    """The payload with both counters moved on, each modulo its own width; unchanged when it has none.

    A decoder that follows one stream through several senders would otherwise see its counters leap."""
    if len(payload) < 3 or not payload[0] & X_BIT or not payload[1] & I_BIT or not descriptor_length(payload):
        return payload
    if payload[2] & M_BIT:
        picture = ((payload[2] & 0x7F) << 8 | payload[3]) + picture_offset & 0x7FFF
        counters, position = bytes((M_BIT | picture >> 8, picture & 0xFF)), 4
    else:
        counters, position = bytes((payload[2] + picture_offset & 0x7F,)), 3
    if payload[1] & L_BIT:
        counters += bytes((payload[position] + tl0_offset & 0xFF,))
        position += 1
    return payload[:2] + counters + payload[position:]
