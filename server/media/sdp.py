"""Session descriptions (RFC 8866, JSEP RFC 8829): what a browser offers or answers, read strictly and within bounds.

aiortc's parser reads the lines. What comes out of here is only what the forwarding unit uses, each value checked, so
that nothing of a stranger's text is ever repeated to anybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.sdp import MediaDescription, SessionDescription

from server.media.codecs import BY_KIND, Codec
from server.media.dtls import Fingerprint
from server.media.engine import Credentials, Kind
from server.media.errors import UnusableDescription

LARGEST: Final = 32 * 1024  # characters; Chromium's offer with every codec it has is about 8,000
MOST_LINES: Final = 1000
MOST_SECTIONS: Final = 8  # what we offer has 6
MOST_CODECS: Final = 64  # in one section: aiortc looks each one up for each of its attributes
LONGEST_LINE: Final = 1000  # characters

TOKEN: Final = re.compile(r"[A-Za-z0-9_+\-]{1,16}")  # mids: RFC 8843 asks for short ones
FRAGMENT: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")  # RFC 8839 section 5.4
PASSWORD: Final = re.compile(r"[A-Za-z0-9+/]{22,256}")
FINGERPRINT: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}  # bytes; weaker ones do not count (RFC 8122)
HEX_PAIRS: Final = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")
PAYLOAD_TYPES: Final = range(128)
SSRCS: Final = range(1 << 32)
MOST_SSRCS: Final = 16  # named in one section; browsers name two
ONE_BYTE_IDS: Final = range(1, 15)  # of header extensions (RFC 8285 section 4.2)
MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 8843
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"  # RFC 6464
# What we accept on *up*: what tells two sections of pictures apart, and who speaks. A voice is told by its format.
EXTENSIONS: Final[dict[Kind, tuple[str, ...]]] = {"audio": (AUDIO_LEVEL,), "video": (MID,)}


@dataclass(frozen=True, slots=True)
class Format:
    """A payload type of a section: a codec, its retransmissions (RFC 4588), or itself with redundancy (RFC 2198)."""

    payload_type: int
    codec: Codec
    is_rtx: bool
    is_red: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One ``m=`` of a description. ``formats`` are those of ours that it has, in our order of preference, each codec
    once; it is empty when the section is refused."""

    kind: Kind
    mid: str
    formats: tuple[Format, ...]
    sends: bool
    ssrcs: frozenset[int] = frozenset()  # that the description names: media and repairs
    extensions: Mapping[str, int] = field(default_factory=dict)  # those of ours that it has: URI and identifier

    def payload_type(self, codec: Codec, *, rtx: bool = False, red: bool = False) -> int | None:
        wanted = (codec, rtx, red)
        return next((f.payload_type for f in self.formats if (f.codec, f.is_rtx, f.is_red) == wanted), None)


@dataclass(frozen=True, slots=True)
class Description:
    credentials: Credentials
    fingerprints: tuple[Fingerprint, ...]
    setup: str
    sections: tuple[Section, ...]


def parse_offer(text: str) -> Description:
    """The offer of *up*: one audio and at most two video sections, in full and small. Raises UnusableDescription."""
    description = _parse(text)
    kinds = [section.kind for section in description.sections]
    if kinds.count("audio") != 1 or kinds.count("video") > 2:
        raise UnusableDescription("one audio and at most two video sections are needed")
    formats = {f for section in description.sections for f in section.formats}
    if len({f.payload_type for f in formats}) != len(formats):
        raise UnusableDescription("a payload type has two meanings")
    ssrcs = [ssrc for section in description.sections for ssrc in section.ssrcs]
    if len(set(ssrcs)) != len(ssrcs):
        raise UnusableDescription("an SSRC is in two sections")
    if not next(section for section in description.sections if section.kind == "audio").formats:
        raise UnusableDescription("opus is needed")
    if description.setup == "passive":  # we are
        raise UnusableDescription("setup must be actpass or active")
    return description


def parse_answer(text: str, mids: tuple[str, ...]) -> Description:
    """The answer for *down*, to an offer of the sections ``mids``. Raises UnusableDescription."""
    description = _parse(text)
    if tuple(section.mid for section in description.sections) != mids:
        raise UnusableDescription("the answer must have the sections of the offer")
    if description.setup != "active":  # the only role beside our passive one
        raise UnusableDescription("setup must be active")
    return description


def _parse(text: str) -> Description:
    if len(text) > LARGEST:
        raise UnusableDescription("too long")
    lines = text.splitlines()
    if len(lines) > MOST_LINES or max(map(len, lines), default=0) > LONGEST_LINE:
        raise UnusableDescription("too many lines, or one too long")
    sections = [line for line in lines if line.startswith("m=")]
    if not 0 < len(sections) <= MOST_SECTIONS or any(len(line.split()) > MOST_CODECS + 3 for line in sections):
        raise UnusableDescription("too few or too many sections")
    if sum(line.startswith("a=rtpmap:") for line in lines) > MOST_CODECS * len(sections):
        raise UnusableDescription("too many codecs")
    try:
        parsed = SessionDescription.parse(text)
    except (AssertionError, AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError) as error:
        # aiortc's parser trips over what is malformed in whatever way it happens to.
        raise UnusableDescription("malformed") from error
    return _checked(parsed)


def _checked(parsed: SessionDescription) -> Description:
    sections = tuple(_section(media) for media in parsed.media)
    mids = [section.mid for section in sections]
    if len(set(mids)) != len(mids):
        raise UnusableDescription("mid is not unique")
    bundle = next((group.items for group in parsed.group if group.semantic == "BUNDLE"), [])
    live = [section.mid for section, media in zip(sections, parsed.media, strict=True) if media.port != 0]
    # The first of the bundle carries the transport for all (RFC 9143 section 7.2).
    carrier = next((media for media in parsed.media if bundle and media.rtp.muxId == bundle[0]), None)
    if carrier is None or set(live) - set(bundle):
        raise UnusableDescription("all sections must be in one bundle")
    return Description(
        credentials=_credentials(carrier),
        fingerprints=_fingerprints(carrier),
        setup={"auto": "actpass", "client": "active", "server": "passive"}[carrier.dtls.role] if carrier.dtls else "",
        sections=sections,
    )


def _section(media: MediaDescription) -> Section:
    mid = media.rtp.muxId
    if media.kind not in ("audio", "video"):
        raise UnusableDescription("only audio and video")
    if not TOKEN.fullmatch(mid or ""):
        raise UnusableDescription("mid is missing or unfit")
    if media.port != 0 and not media.rtcp_mux:
        raise UnusableDescription("rtcp-mux is needed")
    kind: Kind = "audio" if media.kind == "audio" else "video"
    return Section(
        kind=kind,
        mid=mid,
        formats=_formats(media, kind) if media.port != 0 else (),
        sends=media.direction in ("sendonly", "sendrecv", None),
        ssrcs=_ssrcs(media),
        extensions={
            extension.uri: extension.id
            for extension in media.rtp.headerExtensions
            if extension.uri in EXTENSIONS[kind] and extension.id in ONE_BYTE_IDS
        },
    )


def _formats(media: MediaDescription, kind: Kind) -> tuple[Format, ...]:
    formats: list[Format] = []
    for codec in BY_KIND[kind]:
        for offered in media.rtp.codecs:
            if offered.payloadType not in media.fmt or not _same(codec, offered.mimeType, offered.clockRate):
                continue
            if codec.name == "H264" and not _constrained_baseline(offered.parameters):
                continue
            formats.append(Format(_payload_type(offered.payloadType), codec, is_rtx=False))
            for repair in media.rtp.codecs:
                if repair.name.lower() == "rtx" and repair.parameters.get("apt") == offered.payloadType:
                    formats.append(Format(_payload_type(repair.payloadType), codec, is_rtx=True))
                    break
            for wrapped in media.rtp.codecs:
                if codec.red_payload_type is not None and _is_red(codec, wrapped, offered.payloadType):
                    formats.append(Format(_payload_type(wrapped.payloadType), codec, is_rtx=False, is_red=True))
                    break
            break
    return tuple(formats)


def _is_red(codec: Codec, offered: RTCRtpCodecParameters, payload_type: int | None) -> bool:
    """``red`` whose blocks are all of ``payload_type`` (``a=fmtp:63 111/111``)."""
    blocks = "/".join(offered.parameters).split("/")
    same_clock = offered.clockRate == codec.clock_rate
    return offered.name.lower() == "red" and same_clock and set(blocks) == {str(payload_type)}


def _ssrcs(media: MediaDescription) -> frozenset[int]:
    ssrcs = frozenset(described.ssrc for described in media.ssrc)
    if len(ssrcs) > MOST_SSRCS or any(ssrc not in SSRCS for ssrc in ssrcs):
        raise UnusableDescription("SSRCs are too many or out of range")
    return ssrcs


def _same(codec: Codec, mime_type: str, clock_rate: int) -> bool:
    return mime_type.lower() == f"{codec.kind}/{codec.name}".lower() and clock_rate == codec.clock_rate


def _constrained_baseline(parameters: dict[str, int | str | None]) -> bool:
    """The one profile that RFC 7742 section 6.2 asks of all, in the mode that browsers prefer."""
    profile = str(parameters.get("profile-level-id", "")).lower()
    return str(parameters.get("packetization-mode", "0")) == "1" and profile[:4] in ("42e0", "42c0")


def _payload_type(number: int | None) -> int:
    if number is None or number not in PAYLOAD_TYPES or 64 <= number <= 95:  # RFC 5761 section 4
        raise UnusableDescription("payload type is out of range")
    return number


def _credentials(media: MediaDescription) -> Credentials:
    fragment = (media.ice.usernameFragment if media.ice else None) or ""
    password = (media.ice.password if media.ice else None) or ""
    if not FRAGMENT.fullmatch(fragment) or not PASSWORD.fullmatch(password):
        raise UnusableDescription("ICE credentials are missing or unfit")
    return Credentials(fragment, password)


def _fingerprints(media: MediaDescription) -> tuple[Fingerprint, ...]:
    found = []
    for fingerprint in media.dtls.fingerprints if media.dtls else []:
        algorithm = fingerprint.algorithm.lower()
        if algorithm not in FINGERPRINT:
            continue
        if not HEX_PAIRS.fullmatch(fingerprint.value) or len(fingerprint.value) != 3 * FINGERPRINT[algorithm] - 1:
            raise UnusableDescription("fingerprint is malformed")
        found.append((algorithm, fingerprint.value.upper()))
    if not 0 < len(found) <= 4:
        raise UnusableDescription("a fingerprint is needed")
    return tuple(found)
