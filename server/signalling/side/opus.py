"""How long an Opus packet lasts, by its first bytes (RFC 6716 section 3.1). Nothing is decoded."""

from typing import Final

_SILK: Final = (480, 960, 1920, 2880)  # samples at 48 kHz: 10, 20, 40, 60 ms
_HYBRID: Final = (480, 960)
_CELT: Final = (120, 240, 480, 960)
_COUNTED: Final = 3  # the code with which the second byte says how many frames there are
_MOST: Final = 5760  # 120 ms (section 3.2.5)


def duration(packet: bytes) -> int:
    """Samples at 48 kHz; 0 for what is no packet."""
    if not packet:
        return 0
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = _SILK[config & 3]
    elif config < 16:
        frame = _HYBRID[config & 1]
    else:
        frame = _CELT[config & 3]
    frames = 1 if code == 0 else 2
    if code == _COUNTED:
        frames = packet[1] & 63 if len(packet) > 1 else 0
    samples = frames * frame
    return samples if samples <= _MOST else 0
