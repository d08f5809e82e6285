"""Which section a stream is of, with what a browser tells of it and without."""

import struct

from server.media.binding import Binding
from server.media.rtp import HEADER, extension
from server.media.sdp import MID, parse_offer
from tests.unit.media.test_sdp import OFFER, two_qualities

FULL, SMALL, FULL_REPAIRS, SMALL_REPAIRS = 1451282122, 1451282123, 2492137128, 2492137129


def packet(*elements: tuple[int, bytes], profile: int = 0xBEDE) -> bytes:
    body = b"".join(bytes([number << 4 | len(data) - 1]) + data for number, data in elements)
    body += bytes(-len(body) % 4)
    return HEADER.pack(0x90, 96, 1, 1, 5) + struct.pack("!HH", profile, len(body) // 4) + body + b"payload"


def binding(offer: str) -> Binding:
    made = Binding()
    made.accept(parse_offer(offer))
    return made


def test_one_section_of_pictures_is_told_by_its_formats_alone() -> None:
    made = binding("\r\n".join(line for line in OFFER.splitlines() if "a=ssrc" not in line) + "\r\n")
    bare = HEADER.pack(0x80, 96, 1, 1, 5)
    assert [made.find(bare, payload_type, 5) for payload_type in (111, 96, 97)] == ["audio", "video", "video"]


def test_two_sections_are_told_by_the_ssrcs_of_the_description() -> None:
    made = binding(two_qualities())
    bare = HEADER.pack(0x80, 96, 1, 1, 5)
    found = [made.find(bare, 96, ssrc) for ssrc in (FULL, SMALL, FULL_REPAIRS, SMALL_REPAIRS)]
    assert found == ["video", "small", "video", "small"]
    assert made.find(bare, 96, 5) is None  # nothing tells
    assert made.find(bare, 111, 5) == "audio"


def test_mid_is_believed_before_all_else() -> None:
    made = binding(two_qualities())
    assert made.find(packet((4, b"2")), 96, FULL) == "small"
    assert made.find(packet((4, b"1")), 96, 5) == "video"
    assert made.find(packet((4, b"9")), 96, SMALL) == "small"  # a mid that nobody offered says nothing
    assert made.find(packet((3, b"2")), 96, 5) is None


def test_without_mid_in_the_offer_an_extension_means_nothing() -> None:
    made = binding(two_qualities(OFFER.replace(MID, "urn:of:something:else")))
    assert made.find(packet((4, b"2")), 96, FULL) == "video"


def test_an_element_is_found_behind_others_and_padding() -> None:
    data = packet((1, b"\x85"), (4, b"12"))
    assert extension(data, 1) == b"\x85"
    assert extension(data, 4) == b"12"
    assert extension(data, 2) == b""
    padded = HEADER.pack(0x90, 96, 1, 1, 5) + struct.pack("!HHBBBB", 0xBEDE, 1, 0, 0, 0x10, 0x7F)
    assert extension(padded, 1) == b"\x7f"


def test_other_profiles_and_truncated_extensions_hold_nothing() -> None:
    assert extension(packet((4, b"2"), profile=0x1000), 4) == b""
    assert extension(HEADER.pack(0x80, 96, 1, 1, 5), 4) == b""
    for length in range(12, 24):
        extension(packet((1, b"\x85"), (4, b"12"))[:length], 4)
