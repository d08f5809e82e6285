"""Where a decodable picture starts in H.264 (RFC 6184): what a forwarder must know, and no more."""

from typing import Final

NAL_TYPE: Final = 0x1F
SPS: Final = 7
STAP_A: Final = 24  # section 5.7.1
FU_A: Final = 28  # section 5.8
FU_START: Final = 0x80


def starts_key_frame(payload: bytes) -> bool:
    """Whether a decoder can start here. Browsers send SPS and PPS before each IDR picture, in one STAP-A or apart;
    an IDR slice alone starts nothing for a decoder that has no parameter sets, so the SPS is what counts."""
    if not payload:
        return False
    kind = payload[0] & NAL_TYPE
    if kind == STAP_A:
        position = 1
        while position + 3 <= len(payload):
            if payload[position + 2] & NAL_TYPE == SPS:
                return True
            position += 2 + int.from_bytes(payload[position : position + 2], "big")
        return False
    if kind == FU_A:  # an SPS is never so large as to be fragmented by a sane sender, but it may be
        return len(payload) > 1 and payload[1] & FU_START != 0 and payload[1] & NAL_TYPE == SPS
    return kind == SPS
