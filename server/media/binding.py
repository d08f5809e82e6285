"""Which section of the offer an incoming stream belongs to (RFC 9143 section 9.2, and what browsers leave out)."""

from typing import Final, Literal

from server.media.rtp import extension
from server.media.sdp import AUDIO_LEVEL, MID, Description

Name = Literal["audio", "video", "small"]  # of what a person publishes: a voice, pictures in full, small pictures
VIDEO_NAMES: Final[tuple[Name, ...]] = ("video", "small")  # in the order of the offer
NAMES: Final[tuple[Name, ...]] = ("audio", *VIDEO_NAMES)


class Binding:
    """By the mid extension, else by the SSRC that the description names, else by a payload type that only one section
    has. So none of them is needed of everybody."""

    def __init__(self) -> None:
        self.level_id = 0  # of the audio level in header extensions; 0 without
        self._mid_id = 0
        self._by_mid: dict[bytes, Name] = {}
        self._by_ssrc: dict[int, Name] = {}
        self._by_payload_type: dict[int, Name] = {}

    def accept(self, offer: Description) -> None:
        self.level_id = self._mid_id = 0
        self._by_mid, self._by_ssrc, self._by_payload_type = {}, {}, {}
        shared: set[int] = set()
        video_names = iter(VIDEO_NAMES)
        for section in offer.sections:
            name: Name = next(video_names) if section.kind == "video" else "audio"
            self.level_id = section.extensions.get(AUDIO_LEVEL, self.level_id)
            self._mid_id = section.extensions.get(MID, self._mid_id)
            self._by_mid[section.mid.encode()] = name
            self._by_ssrc |= dict.fromkeys(section.ssrcs, name)
            for form in section.formats:
                if self._by_payload_type.setdefault(form.payload_type, name) != name:
                    shared.add(form.payload_type)
        for payload_type in shared:
            del self._by_payload_type[payload_type]

    def find(self, packet: bytes, payload_type: int, ssrc: int) -> Name | None:
        """For the first packet of an SSRC; None when it cannot be told."""
        name = self._by_mid.get(extension(packet, self._mid_id)) if self._mid_id else None
        return name or self._by_ssrc.get(ssrc) or self._by_payload_type.get(payload_type)
