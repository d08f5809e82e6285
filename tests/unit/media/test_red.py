"""RFC 2198: what is packed is read again, and nothing that strangers send is read as something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media import red
from server.media.red import Block, Redundancy

# As in the figure of section 3: payload type 111, a block of 20 ms before with four bytes, the header of its own.
BY_HAND = bytes.fromhex("ef 0f 00 04 6f".replace(" ", "")) + b"lastthis"


def test_a_header_made_by_hand_is_read() -> None:
    assert red.unpack(BY_HAND) == [Block(960, 111, b"last"), Block(0, 111, b"this")]
    assert red.pack(111, 960, b"last", b"this") == BY_HAND


@given(st.integers(0, 127), st.integers(1, red.FARTHEST), st.binary(min_size=1, max_size=red.LARGEST), st.binary())
def test_what_is_packed_is_read_again(payload_type: int, earlier: int, before: bytes, own: bytes) -> None:
    assert red.fits(earlier, before)
    payload = red.pack(payload_type, earlier, before, own)
    assert red.unpack(payload) == [Block(earlier, payload_type, before), Block(0, payload_type, own)]
    assert len(payload) == 5 + len(before) + len(own)


@pytest.mark.parametrize(
    ("earlier", "before"), [(0, b"x"), (red.FARTHEST + 1, b"x"), (960, b""), (960, bytes(red.LARGEST + 1))]
)
def test_what_a_block_header_cannot_tell_is_left_out(earlier: int, before: bytes) -> None:
    assert not red.fits(earlier, before)


@pytest.mark.parametrize(
    "payload", [b"", b"\xef", BY_HAND[:4], BY_HAND[:8], b"\xef\x0f\x00\x00" * (red.MOST_BLOCKS + 1) + b"\x6f"]
)
def test_what_is_cut_or_endless_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="truncated"):
        red.unpack(payload)


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused_and_never_grow(payload: bytes) -> None:
    try:
        blocks = red.unpack(payload)
    except ValueError:
        return
    assert sum(len(block.data) for block in blocks) < len(payload)
    assert b"".join(block.data for block in blocks) == payload[-sum(len(block.data) for block in blocks) :] or not any(
        block.data for block in blocks
    )


def test_redundancy_comes_with_loss_and_stays_until_it_is_over() -> None:
    redundancy = Redundancy()
    assert not redundancy.wanted(0.0, 1.0)
    assert not redundancy.wanted(0.02, 2.0)
    assert redundancy.wanted(0.05, 3.0)
    assert redundancy.wanted(0.02, 4.0)  # not enough to begin, enough to go on
    assert all(redundancy.wanted(0.0, 5.0 + step) for step in range(9))
    assert not redundancy.wanted(0.0, 14.5)
    assert not redundancy.wanted(0.02, 15.0)
