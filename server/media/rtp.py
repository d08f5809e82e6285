"""The RTP fixed header (RFC 3550 section 5.1) read and written in place: the forwarding path never builds objects."""

from struct import Struct
from typing import Final, NamedTuple

from server.media.codecs import Codec

HEADER: Final = Struct("!BBHII")
HEADER_LENGTH: Final = 12  # bytes
WRAPPING: Final = 44  # bytes around a packet on the wire: IPv4 20, UDP 8, SRTP's tag 16 (RFC 7714)
VERSION_2: Final = 0x80
PADDING: Final = 0x20
EXTENSION: Final = 0x10
CSRC_COUNT: Final = 0x0F
MARKER: Final = 0x80
PAYLOAD_TYPE: Final = 0x7F
ONE_BYTE_PROFILE: Final = b"\xbe\xde"  # RFC 8285 section 4.2


class Packet(NamedTuple):
    """What is forwarded of an RTP packet: everything but the sender's own numbering, CSRCs and header extensions.

    ``ext_seq`` is the extended sequence number of the incoming stream, ``padding`` and ``marker`` the header's bits
    in place (0x20, 0x80), ``payload`` whatever follows the header, padding included.
    """

    ext_seq: int
    timestamp: int
    padding: int
    marker: int
    codec: Codec
    payload: bytes


def payload_offset(packet: bytes, first_byte: int) -> int:
    """Where the payload starts. Raises ValueError when CSRCs or the extension run past the end."""
    offset = HEADER_LENGTH + 4 * (first_byte & CSRC_COUNT)
    if first_byte & EXTENSION:
        if len(packet) < offset + 4:
            raise ValueError("header extension is truncated")
        offset += 4 + 4 * int.from_bytes(packet[offset + 2 : offset + 4], "big")
    if offset > len(packet):
        raise ValueError("header is longer than the packet")
    return offset


def extension(packet: bytes, identifier: int) -> bytes:
    """The data of a header extension element of one byte of header (RFC 8285 section 4.2); empty when there is none."""
    offset = HEADER_LENGTH + 4 * (packet[0] & CSRC_COUNT)
    if not packet[0] & EXTENSION or packet[offset : offset + 2] != ONE_BYTE_PROFILE:
        return b""
    end = min(len(packet), offset + 4 + 4 * int.from_bytes(packet[offset + 2 : offset + 4], "big"))
    offset += 4
    while offset < end:
        first = packet[offset]
        if not first:  # padding between elements
            offset += 1
            continue
        length = (first & 0x0F) + 1
        if first >> 4 == identifier:
            return packet[offset + 1 : min(end, offset + 1 + length)]
        offset += 1 + length
    return b""


def is_padding_only(packet: Packet) -> bool:
    """Nothing but padding: sent by browsers to probe the rate of a path, worth nothing to a receiver."""
    payload = packet.payload
    return not payload or (packet.padding != 0 and payload[-1] >= len(payload))
