"""Payloads captured from Chromium 156 and aiortc, and descriptors made by hand from RFC 7741 section 4.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media import vp8

# First packets of frames as Chromium sends them: X and I bits, PictureID of 15 bits, then the payload header.
KEY_FRAME = bytes.fromhex("9080ac6f107c009d012a8002e001396b")
KEY_FRAME_CONTINUED = bytes.fromhex("8080ac6f3678297085bdc6cf051c620b")
DELTA_FRAME = bytes.fromhex("9080ac70312200e4e0afc10327a747a7")

ALL_FIELDS = bytes.fromhex("90f0 8123 45 a7 10 7c009d012a".replace(" ", ""))  # PictureID, TL0PICIDX, TID and KEYIDX


def test_only_the_first_packet_of_a_key_frame_starts_one() -> None:
    assert vp8.starts_key_frame(KEY_FRAME)
    assert vp8.starts_key_frame(ALL_FIELDS)
    assert vp8.starts_key_frame(bytes.fromhex("10107c009d012a"))  # the shortest descriptor
    assert not vp8.starts_key_frame(KEY_FRAME_CONTINUED)
    assert not vp8.starts_key_frame(DELTA_FRAME)
    assert not vp8.starts_key_frame(
        bytes.fromhex("11107c009d012a")
    )  # of partition 1, whose first byte means another thing


@pytest.mark.parametrize("length", range(7))
def test_a_payload_cut_short_starts_nothing(length: int) -> None:
    assert not vp8.starts_key_frame(ALL_FIELDS[: min(length, 6)])


@pytest.mark.parametrize(
    ("payload", "length"),
    [
        ("10", 1),
        ("9000", 2),
        ("90807f", 3),
        ("9080ffff", 4),
        ("9040ff", 3),
        ("9020ff", 3),
        ("9010ff", 3),
        ("90f08123", 0),  # announces more than there is
        ("90", 0),
        ("", 0),
        ("90f0812345a7", 6),
    ],
)
def test_descriptor_length(payload: str, length: int) -> None:
    assert vp8.descriptor_length(bytes.fromhex(payload)) == length


def test_picture_ids_are_read_in_both_widths() -> None:
    assert vp8.picture_ids(KEY_FRAME) == (0x2C6F, 0)
    assert vp8.picture_ids(bytes.fromhex("90c07f0511")) == (0x7F, 5)
    assert vp8.picture_ids(ALL_FIELDS) == (0x0123, 0x45)
    assert vp8.picture_ids(bytes.fromhex("1011")) is None
    assert vp8.picture_ids(bytes.fromhex("9040ff11")) is None


def test_shifting_moves_each_counter_within_its_width_and_nothing_else() -> None:
    assert vp8.shift_picture_ids(KEY_FRAME, 1, 9) == bytes.fromhex("9080ac70") + KEY_FRAME[4:]
    assert vp8.shift_picture_ids(bytes.fromhex("9080ffff10"), 1, 0) == bytes.fromhex("9080800010")
    assert vp8.shift_picture_ids(bytes.fromhex("90c07fff11"), 2, 1) == bytes.fromhex("90c0010011")
    assert vp8.shift_picture_ids(ALL_FIELDS, 0x7FFF, 0xFF) == bytes.fromhex("90f0812244a7") + ALL_FIELDS[6:]
    assert vp8.shift_picture_ids(bytes.fromhex("107c"), 5, 5) == bytes.fromhex("107c")


@given(st.binary(max_size=40), st.integers(0, 0x7FFF), st.integers(0, 0xFF))
def test_no_bytes_break_the_reader_or_grow_under_the_writer(payload: bytes, picture: int, tl0: int) -> None:
    vp8.starts_key_frame(payload)
    ids = vp8.picture_ids(payload)
    shifted = vp8.shift_picture_ids(payload, picture, tl0)
    assert len(shifted) == len(payload)
    if ids is None:
        assert shifted == payload
    else:
        width = 0x7FFF if payload[2] & 0x80 else 0x7F
        tl0_present = payload[1] & 0x40
        expected = (ids[0] + picture & width, ids[1] + tl0 & 0xFF if tl0_present else 0)
        assert vp8.picture_ids(shifted) == expected
        assert vp8.starts_key_frame(shifted) == vp8.starts_key_frame(payload)
