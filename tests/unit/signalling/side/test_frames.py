"""Messages of the side web socket: what is one is read whole, and nothing else ever gets through."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.signalling.side import frames
from server.signalling.side.opus import duration
from server.signalling.side.webp import dimensions, is_still
from tests.support.side import _length, _split, packet, webp

VOICES = b"\x01\x07\x09\x01\x02\x03\x04"
SIXTY_MS = st.binary(min_size=0, max_size=1_200).map(packet)


@pytest.mark.parametrize(
    ("message", "frame"),
    [
        (b"\x00\x05", frames.Ack(5)),
        (b"\x03\x05\x06", frames.Beat(5, 6)),
        (VOICES + b"\x02\x18a\x00\x01\x18", frames.Voice(7, 9, 0x01020304, (b"\x18a", b"", b"\x18"))),
        (b"\x02\x05\x06" + webp(), frames.Still(5, 6, webp())),
    ],
)
def test_a_message_is_read(message: bytes, frame: frames.Frame) -> None:
    assert frames.parse(message) == frame


@pytest.mark.parametrize(
    "message",
    [
        *(b"", b"\x00", b"\x00\x00\x00", b"\x03\x00", b"\x03\x00\x01\x00", b"\x04\x00\x01", b"\xff" * 20),
        *(VOICES, VOICES + b"\x02\x18", VOICES + b"\xfc", VOICES + b"\x01\xf8", VOICES + b"\x02\x1b\x00"),
        VOICES + b"\x01\x18" * 17,
        b"\x02\x00\x01" + webp()[:-1],
    ],
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(frames.MalformedError):
        frames.parse(message)


@given(st.binary(max_size=200), st.sampled_from([b"", VOICES, b"\x02\x00\x01RIFF", b"\x01"]))
def test_no_bytes_do_harm(tail: bytes, head: bytes) -> None:
    try:
        frame = frames.parse(head + tail)
    except frames.MalformedError:
        return
    if isinstance(frame, frames.Voice):
        assert 0 < len(frame.packets) <= frames.MOST_PACKETS
        assert {duration(one) for one in frame.packets if one} <= {frames.FRAME}


@given(st.lists(SIXTY_MS | st.just(b""), min_size=1, max_size=16), st.integers(0, 2**32 - 1))
def test_what_a_client_writes_is_read_again(packets: list[bytes], timestamp: int) -> None:
    body = b"".join(_length(one) + one for one in packets)
    frame = frames.parse(b"\x01\x00\x01" + struct.pack("!I", timestamp) + body)
    assert frame == frames.Voice(0, 1, timestamp, tuple(packets))


@given(st.lists(st.binary(max_size=1_275), min_size=1, max_size=20))
def test_what_we_write_is_read_by_a_client(packets: list[bytes]) -> None:
    message = frames.voice(3, 4, 5, 6, packets)
    assert message[:8] == b"\x01\x03\x04\x05\x00\x00\x00\x06"
    assert _split(message[8:]) == packets


def test_the_others_are_written() -> None:
    written = (frames.ack(255), frames.beat(1, 2), frames.still(1, 2, 3, b"RIFF"))
    assert written == (b"\x00\xff", b"\x03\x01\x02", b"\x02\x01\x02\x03RIFF")


# By RFC 6716 table 2: configuration, code, milliseconds
@pytest.mark.parametrize(
    ("first", "milliseconds"),
    [(b"\x18", 60), (b"\x58", 60), (b"\x08", 20), (b"\x09", 40), (b"\x60", 10), (b"\x78", 20), (b"\x80", 2.5),
     (b"\xf8", 20), (b"\xfb\x03", 60), (b"\xfb\x86", 120), (b"\x19", 120)],
)  # fmt: skip
def test_a_packet_tells_how_long_it_lasts(first: bytes, milliseconds: float) -> None:
    assert duration(first) == milliseconds * 48


@pytest.mark.parametrize("broken", [b"", b"\xfb", b"\xfb\x00", b"\x1b\x03"])
def test_what_is_no_packet_lasts_for_nothing(broken: bytes) -> None:
    assert duration(broken) == 0


@pytest.mark.parametrize(("width", "height"), [(160, 120), (120, 160), (240, 180), (320, 240), (16, 16)])
def test_a_still_is_let_through(width: int, height: int) -> None:
    assert dimensions(webp(width, height)) == (width, height)
    assert is_still(webp(width, height))
    assert is_still(webp(width, height, size=1_999))


def test_other_pictures_are_not() -> None:
    good = webp()
    for other in (
        b"",
        good[:30],
        good + b"\x00",
        good[:-1],
        webp(321, 10),
        webp(15, 15),
        webp(size=8 * 1024 + 2),
        good.replace(b"VP8 ", b"VP8L"),
        good.replace(b"VP8 ", b"VP8X"),
        good.replace(b"\x9d\x01\x2a", b"\x00\x00\x00"),
        good[:20] + b"\x11" + good[21:],  # no key frame
        good[:16] + struct.pack("<I", 10) + good[20:],
        b"\xff\xd8\xff\xe0" + bytes(2_000),
    ):
        assert not is_still(other), other[:40]
