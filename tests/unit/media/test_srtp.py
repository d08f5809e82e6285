"""The same bytes as pylibsrtp's own calls, and the same refusals."""

import struct

import pylibsrtp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from server.media.srtp import Srtp

KEY = bytes(range(28))


def session(ssrc_type: int) -> Session:
    return Session(Policy(key=KEY, ssrc_type=ssrc_type, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM))


def pair() -> tuple[Srtp, Srtp]:
    return Srtp(session(Policy.SSRC_ANY_OUTBOUND)), Srtp(session(Policy.SSRC_ANY_INBOUND))


def rtp(number: int, payload: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80, 111, number, 960, 7) + payload


@given(st.lists(st.binary(max_size=1300), max_size=5))
def test_what_is_protected_is_what_pylibsrtp_would_send_and_comes_out_again(payloads: list[bytes]) -> None:
    sending, receiving = pair()
    plain = session(Policy.SSRC_ANY_OUTBOUND)
    for number, payload in enumerate(payloads):
        packet = rtp(number, payload)
        protected = sending.protect(packet)
        assert protected == plain.protect(packet)
        assert receiving.unprotect(protected) == packet


def test_reports_too() -> None:
    sending, receiving = pair()
    report = struct.pack("!BBHI", 0x80, 201, 1, 7)
    assert receiving.unprotect_rtcp(sending.protect_rtcp(report)) == report


def test_what_was_changed_replayed_or_is_too_short_is_refused() -> None:
    sending, receiving = pair()
    protected = sending.protect(rtp(1, b"voice"))
    receiving.unprotect(protected)
    for bad in (protected, protected[:-1] + b"\0", b"", b"\x80", protected[:20]):
        with pytest.raises(pylibsrtp.Error):
            receiving.unprotect(bad)


@pytest.mark.parametrize("size", [1500 - 12 - 143, 1489, 3000])
def test_no_packet_is_longer_than_the_buffer(size: int) -> None:
    sending, receiving = pair()
    with pytest.raises(ValueError, match="too long"):
        sending.protect(rtp(1, bytes(size)))
    if size > 1488:
        with pytest.raises(ValueError, match="too long"):
            receiving.unprotect(rtp(1, bytes(size)))
