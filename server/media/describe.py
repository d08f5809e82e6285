"""Our side of the two session descriptions: the answer of *up*, the offer of *down*.

Written by hand and short: on a 16 kbit/s line a description takes a second for each two thousand characters. What is
the same for all sections stands once, at session level; the candidates stand in the first section, which carries the
bundle (RFC 9143).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.media.addresses import candidate_lines
from server.media.codecs import BY_KIND, FEEDBACK, Codec
from server.media.engine import Credentials, Kind
from server.media.sdp import Description

ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
ABS_SEND_TIME_ID: Final = 1


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is the same for all legs of this process: where it is reached, and its certificate's SHA-256."""

    addresses: tuple[str, ...]
    port: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SlotDescription:
    """One section of *down*. Slots with the same ``stream`` are one person's: played in step."""

    mid: str
    kind: Kind
    stream: str
    ssrc: int
    rtx_ssrc: int
    cname: str


def answer(offer: Description, endpoint: Endpoint, local: Credentials, setup: str, origin: str) -> str:
    """The answer to an offer of *up*, which it only receives. ``origin`` is session number and version (RFC 8866
    section 5.2)."""
    accepted = [section.mid for section in offer.sections if section.formats]
    lines = _session(endpoint, local, setup, origin, accepted)
    bundled = False
    for section in offer.sections:
        payload_types = " ".join(str(f.payload_type) for f in section.formats)
        if not section.formats:
            lines += [
                f"m={section.kind} 0 UDP/TLS/RTP/SAVPF 0",
                "c=IN IP4 0.0.0.0",
                f"a=mid:{section.mid}",
                "a=inactive",
            ]
            continue
        lines += _media(section.kind, payload_types, section.mid, "recvonly" if section.sends else "inactive")
        if section.kind == "audio" or len(offer.sections) > 2:  # one section of pictures is told by its formats
            lines += [f"a=extmap:{number} {uri}" for uri, number in section.extensions.items()]
        for form in section.formats:
            if form.is_rtx:
                original = section.payload_type(form.codec)
                lines += [f"a=rtpmap:{form.payload_type} rtx/90000", f"a=fmtp:{form.payload_type} apt={original}"]
            elif form.is_red:
                lines += _red(form.codec, form.payload_type, section.payload_type(form.codec))
            else:
                lines += _codec(form.codec, form.payload_type)
        lines += _feedback(section.kind)
        if not bundled:
            lines += _candidates(endpoint)
            bundled = True
    return _text(lines)


def offer(slots: Sequence[SlotDescription], endpoint: Endpoint, local: Credentials, origin: str) -> str:
    """The offer of *down*, which only sends: the same sections for the life of the connection."""
    lines = _session(endpoint, local, "actpass", origin, [slot.mid for slot in slots])
    for index, slot in enumerate(slots):
        codecs = BY_KIND[slot.kind]
        payload_types = [
            number
            for codec in codecs
            for number in (codec.payload_type, codec.rtx_payload_type, codec.red_payload_type)
            if number is not None
        ]
        lines += _media(slot.kind, " ".join(map(str, payload_types)), slot.mid, "sendonly")
        lines.append(f"a=msid:{slot.stream} {slot.mid}")
        if slot.kind == "video":
            lines.append(f"a=extmap:{ABS_SEND_TIME_ID} {ABS_SEND_TIME}")
        for codec in codecs:
            lines += _codec(codec, codec.payload_type)
            if codec.rtx_payload_type is not None:
                lines.append(f"a=rtpmap:{codec.rtx_payload_type} rtx/90000")
                lines.append(f"a=fmtp:{codec.rtx_payload_type} apt={codec.payload_type}")
            if codec.red_payload_type is not None:
                lines += _red(codec, codec.red_payload_type, codec.payload_type)
        lines += _feedback(slot.kind)
        # Browsers take the first SSRC that they read for the one of the media, whatever the group says.
        lines.append(f"a=ssrc:{slot.ssrc} cname:{slot.cname}")
        if slot.kind == "video":
            lines.append(f"a=ssrc:{slot.rtx_ssrc} cname:{slot.cname}")
            lines.append(f"a=ssrc-group:FID {slot.ssrc} {slot.rtx_ssrc}")
        if index == 0:
            lines += _candidates(endpoint)
    return _text(lines)


def _session(endpoint: Endpoint, local: Credentials, setup: str, origin: str, mids: Sequence[str]) -> list[str]:
    return [
        "v=0",
        f"o=- {origin} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}",
        "a=ice-lite",
        f"a=ice-ufrag:{local.fragment}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:sha-256 {endpoint.fingerprint}",
        f"a=setup:{setup}",
    ]


def _media(kind: Kind, payload_types: str, mid: str, direction: str) -> list[str]:
    return [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {payload_types}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{mid}",
        f"a={direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]


def _codec(codec: Codec, payload_type: int) -> list[str]:
    channels = f"/{codec.channels}" if codec.channels else ""
    lines = [f"a=rtpmap:{payload_type} {codec.name}/{codec.clock_rate}{channels}"]
    if codec.parameters:
        lines.append(f"a=fmtp:{payload_type} {codec.parameters}")
    return lines


def _red(codec: Codec, payload_type: int, of: int | None) -> list[str]:
    """The codec's packets with the one before in front (RFC 2198 section 5). Behind the codec itself in the list, so
    that browsers send it only to who puts it first."""
    return [
        f"a=rtpmap:{payload_type} red/{codec.clock_rate}/{codec.channels}",
        f"a=fmtp:{payload_type} {of}/{of}",
    ]


def _feedback(kind: Kind) -> list[str]:
    """For all formats of a section at once (RFC 4585 section 4.2)."""
    return [f"a=rtcp-fb:* {feedback}" for feedback in FEEDBACK[kind]]


def _candidates(endpoint: Endpoint) -> list[str]:
    return [*candidate_lines(endpoint.addresses, endpoint.port), "a=end-of-candidates"]


def _text(lines: Sequence[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
