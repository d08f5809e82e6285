"""What a voice note's bytes must be, and everything else is refused whole."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.rooms.notes import rules
from server.rooms.notes.ogg import NotANote, begins_well, crc, milliseconds
from tests.support.notes import HEAD, PACKET, PACKET_SAMPLES, PRE_SKIP, TAGS, note, page


def test_how_long_a_note_is_its_packets_say() -> None:
    for packets in (1, 49, 50, 51, 700):
        assert milliseconds(note(packets)) == (packets * PACKET_SAMPLES - PRE_SKIP) // 48
    whole = note(5_000)
    assert (milliseconds(whole), len(whole)) == (299_993, 212_797)


@pytest.mark.parametrize(
    ("first", "more", "samples"),
    [
        (0 << 3, b"", 480),  # SILK, 10 ms
        (3 << 3, b"", 2_880),
        (12 << 3, b"", 480),  # hybrid
        (15 << 3, b"", 960),
        (16 << 3, b"", 120),  # CELT, 2.5 ms
        (31 << 3, b"", 960),
        (31 << 3 | 1, b"", 1_920),  # two frames
        (31 << 3 | 2, b"", 1_920),
        (31 << 3 | 3, b"\x03", 2_880),  # as many as the second byte says
    ],
)
def test_every_length_of_a_frame(first: int, more: bytes, samples: int) -> None:
    assert (
        milliseconds(note(20, packet=bytes([first]) + more + b"x", samples=samples)) == (20 * samples - PRE_SKIP) // 48
    )


def test_the_checksum_is_that_of_rfc_3533() -> None:
    """Computed here bit by bit, as the document describes it."""

    def slowly(page: bytes) -> int:
        register = 0
        for byte in page:
            register ^= byte << 24
            for _ in range(8):
                register = (register << 1 ^ 0x04C11DB7 if register >> 31 else register << 1) & 0xFFFFFFFF
        return register

    for sample in (b"", b"OggS", bytes(range(256)) * 3):
        assert crc(sample) == slowly(sample)


WHOLE = note(60)
HEAD_PAGE = page([HEAD], 0, 0, flags=2)
TAGS_PAGE = page([TAGS], 1, 0)
ENDS = PACKET_SAMPLES


def head(**changes: int) -> bytes:
    fields = {"version": 1, "channels": 1, "skip": 0, "rate": 48_000, "gain": 0, "family": 0} | changes
    return b"OpusHead" + struct.pack("<BBHIhB", *fields.values())


BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "another file": lambda: b"RIFF" + bytes(3_000),
    "only the head": lambda: HEAD_PAGE,
    "no voice": lambda: HEAD_PAGE + TAGS_PAGE,
    "no end": lambda: HEAD_PAGE + TAGS_PAGE + page([PACKET], 2, ENDS),
    "two ends": lambda: WHOLE + page([PACKET], 4, 61 * ENDS, flags=4),
    "something behind": lambda: WHOLE + b"x",
    "another stream in between": lambda: HEAD_PAGE + TAGS_PAGE + page([PACKET], 2, ENDS, flags=4, serial=8),
    "a missing page": lambda: HEAD_PAGE + TAGS_PAGE + page([PACKET], 3, ENDS, flags=4),
    "a longer claim": lambda: HEAD_PAGE + TAGS_PAGE + page([PACKET], 2, ENDS + 1, flags=4),
    "a shorter claim in the middle": lambda: (
        HEAD_PAGE + TAGS_PAGE + page([PACKET], 2, ENDS - 1) + page([PACKET], 3, 2 * ENDS, flags=4)
    ),
    "an end before its page": lambda: (
        HEAD_PAGE + TAGS_PAGE + page([PACKET], 2, ENDS) + page([PACKET], 3, ENDS - 1, flags=4)
    ),
    "all of it skipped": lambda: note(1, head=head(skip=ENDS)),
    "a packet over two pages": lambda: (
        HEAD_PAGE
        + TAGS_PAGE
        + page([PACKET + bytes(255 - len(PACKET))], 2, ENDS)[:-1]
        + page([PACKET], 3, ENDS, flags=5)
    ),
    "an empty packet": lambda: note(1, packet=b""),
    "a packet of no frame": lambda: note(1, packet=b"\xfb\x00"),
    "a packet of two seconds": lambda: note(1, packet=bytes([3 << 3 | 3, 32]), samples=32 * ENDS),
    "comments": lambda: note(1, tags=b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 1) + bytes(4)),
    "words in the vendor": lambda: note(1, tags=b"OpusTags" + struct.pack("<I", 70) + b"x" * 70 + bytes(4)),
    "words behind the tags": lambda: note(1, tags=TAGS + b"0612345678"),
    "no tags": lambda: HEAD_PAGE + page([PACKET], 1, ENDS, flags=4),
    "three channels": lambda: note(1, head=head(channels=3)),
    "surround": lambda: note(1, head=head(family=1)),
    "another version": lambda: note(1, head=head(version=16)),
    "more packets than there is time": lambda: note(30_001, packet=bytes([16 << 3]), samples=120),
    "a wrong bit": lambda: WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_note(name: str) -> None:
    with pytest.raises(NotANote):
        milliseconds(BAD[name]())


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(place: int, change: int) -> None:
    changed = bytearray(WHOLE)
    changed[place] ^= change
    with pytest.raises(NotANote):
        milliseconds(bytes(changed))


@given(st.integers(0, len(WHOLE) - 1))
def test_no_piece_is_a_note(length: int) -> None:
    with pytest.raises(NotANote):
        milliseconds(WHOLE[:length])


@given(st.binary(max_size=400))
@example(b"OggS" + bytes(23))
def test_any_bytes_are_a_note_or_are_none(content: bytes) -> None:
    for tried in (content, HEAD_PAGE + content, HEAD_PAGE + TAGS_PAGE + content):
        with pytest.raises(NotANote):
            milliseconds(tried)


def test_the_first_piece_tells() -> None:
    assert begins_well(WHOLE[: rules.CHUNK])
    assert not any(begins_well(start) for start in (b"", b"OggS", b"\x1aE\xdf\xa3" + bytes(50), b"OggS" + bytes(100)))


def test_the_name_of_a_note() -> None:
    assert [rules.seconds(ms) for ms in (1, 499, 1_500, 61_400, 300_000)] == [1, 1, 2, 61, 300]
    assert rules.is_body("A" * 22 + " 42")
    assert not any(
        map(rules.is_body, ("", "A" * 22, "A" * 22 + " 0", "A" * 22 + " 042", "A" * 21 + " 5", "A" * 22 + " 5\n"))
    )
