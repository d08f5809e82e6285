from hypothesis import given
from hypothesis import strategies as st

from server.media import h264

SPS = bytes.fromhex("6742c01f8c8d40")
PPS = bytes.fromhex("68ce3c80")
IDR = bytes.fromhex("65b8000400")
SLICE = bytes.fromhex("419a0000")


def stap_a(*units: bytes) -> bytes:
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def test_a_decoder_can_start_where_the_sequence_parameters_are() -> None:
    assert h264.starts_key_frame(SPS)
    assert h264.starts_key_frame(stap_a(SPS, PPS, IDR))
    assert h264.starts_key_frame(stap_a(b"\x09\xf0", SPS, PPS))  # an access unit delimiter before them
    assert h264.starts_key_frame(b"\x7c\x87" + SPS[1:])  # FU-A, start of an SPS


def test_it_cannot_start_anywhere_else() -> None:
    for payload in (
        b"",
        PPS,
        IDR,
        SLICE,
        stap_a(PPS, IDR),
        b"\x7c\x85rest",
        b"\x7c\x07end of an SPS",
        b"\x7c",
        b"\x78",
    ):
        assert not h264.starts_key_frame(payload)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(payload: bytes) -> None:
    h264.starts_key_frame(b"\x78" + payload)
    h264.starts_key_frame(payload)
