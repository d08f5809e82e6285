"""The framing of RFC 4571, however the stream is cut, and whatever is in it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.connection import LARGEST_FRAME, Frames
from server.media.tcp import _owner_of

packets = st.lists(st.binary(max_size=300), max_size=20)


@given(packets, st.lists(st.integers(1, 400), max_size=30))
def test_what_was_framed_comes_out_however_it_was_cut(sent: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(struct.pack("!H", len(packet)) + packet for packet in sent)
    frames, came = Frames(), []
    for length in [*cuts, len(stream)]:
        came += frames.feed(stream[:length])
        stream = stream[length:]
    assert came == [packet for packet in sent if packet]


@given(st.lists(st.binary(max_size=3000), max_size=20))
def test_any_bytes_are_read_or_refused_and_little_is_kept(chunks: list[bytes]) -> None:
    frames = Frames()
    for chunk in chunks:
        try:
            came = frames.feed(chunk)
        except ValueError:
            return
        assert all(0 < len(packet) <= LARGEST_FRAME for packet in came)
        assert len(frames._rest) < LARGEST_FRAME + 2


def test_a_frame_that_is_too_long_is_refused_before_it_came() -> None:
    with pytest.raises(ValueError, match="long"):
        Frames().feed(struct.pack("!H", LARGEST_FRAME + 1))
    assert Frames().feed(struct.pack("!H", LARGEST_FRAME) + bytes(LARGEST_FRAME)) == [bytes(LARGEST_FRAME)]


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_one_subscriber_is_an_address_or_a_network_of_ipv6(host: str, owner: str) -> None:
    assert _owner_of(host) == owner
