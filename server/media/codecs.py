"""The codecs that are forwarded, and what must be read inside their payloads: where a key frame starts.

Nothing is decoded. Pictures are VP8 (RFC 7741) or H.264 (RFC 6184), which every WebRTC browser has (RFC 7742).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from server.media import h264, vp8
from server.media.engine import Kind


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """A format both sides may use. ``payload_type`` and the others are the ones on *down*; on *up* the browser numbers
    them. ``red_payload_type``: of the codec with an earlier packet in front (RFC 2198). ``parameters`` is the
    ``a=fmtp`` of our own offer and answer."""

    name: str
    kind: Kind
    clock_rate: int
    channels: int | None
    payload_type: int
    rtx_payload_type: int | None
    red_payload_type: int | None
    parameters: str
    starts_key_frame: Callable[[bytes], bool]


FEEDBACK: Final[dict[Kind, tuple[str, ...]]] = {"audio": (), "video": ("nack", "nack pli", "ccm fir", "goog-remb")}

OPUS: Final = Codec(
    name="opus",
    kind="audio",
    clock_rate=48000,
    channels=2,  # fixed by RFC 7587 section 7, whatever is really sent
    payload_type=111,
    rtx_payload_type=None,
    red_payload_type=63,
    # In-band FEC survives bursts of one packet; DTX halves what a conversation costs, as people take turns.
    parameters="minptime=10;useinbandfec=1;usedtx=1",
    starts_key_frame=lambda _payload: True,
)
VP8: Final = Codec(
    name="VP8",
    kind="video",
    clock_rate=90000,
    channels=None,
    payload_type=96,
    rtx_payload_type=97,
    red_payload_type=None,
    parameters="",
    starts_key_frame=vp8.starts_key_frame,
)
H264: Final = Codec(
    name="H264",
    kind="video",
    clock_rate=90000,
    channels=None,
    payload_type=102,
    rtx_payload_type=103,
    red_payload_type=None,
    parameters="level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    starts_key_frame=h264.starts_key_frame,
)
AUDIO: Final = (OPUS,)
VIDEO: Final = (VP8, H264)  # in order of preference
BY_KIND: Final[dict[Kind, tuple[Codec, ...]]] = {"audio": AUDIO, "video": VIDEO}
