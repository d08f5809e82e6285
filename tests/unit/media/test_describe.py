"""Our descriptions, read back by aiortc's parser, which is not the one that wrote them."""

from aiortc.sdp import SessionDescription

from server.media import describe
from server.media.describe import Endpoint, SlotDescription
from server.media.engine import Credentials
from server.media.sdp import AUDIO_LEVEL, parse_offer
from tests.unit.media.test_sdp import OFFER

ENDPOINT = Endpoint(addresses=("192.0.2.1", "2001:db8::1"), port=8081, fingerprint="AB:" * 31 + "AB")
LOCAL = Credentials("fragment", "a password of ours")
SLOTS = [
    SlotDescription("a0", "audio", "s0", 100, 101, "c0"),
    SlotDescription("v0", "video", "s0", 200, 201, "c0"),
]


def test_the_answer_takes_what_we_forward_and_nothing_else() -> None:
    text = describe.answer(parse_offer(OFFER), ENDPOINT, LOCAL, "passive", "12 1")
    parsed = SessionDescription.parse(text)
    assert parsed.origin == "- 12 1 IN IP4 127.0.0.1"
    audio, video = parsed.media
    assert [(c.payloadType, c.name) for c in audio.rtp.codecs] == [(111, "opus"), (63, "red")]
    assert audio.rtp.codecs[0].parameters == {"minptime": 10, "useinbandfec": 1, "usedtx": "1"}
    assert [(c.payloadType, c.name) for c in video.rtp.codecs] == [
        (96, "VP8"),
        (97, "rtx"),
        (108, "H264"),
        (109, "rtx"),
    ]
    assert video.rtp.codecs[3].parameters == {"apt": 108}
    feedback = {(f.type, f.parameter) for f in video.rtp.codecs[0].rtcpFeedback}
    assert feedback == {("nack", None), ("nack", "pli"), ("ccm", "fir"), ("goog-remb", None)}
    assert [extension.uri for extension in audio.rtp.headerExtensions] == [AUDIO_LEVEL]
    assert video.rtp.headerExtensions == []  # one section of pictures is told by its formats
    assert [media.direction for media in parsed.media] == ["recvonly", "recvonly"]
    assert [media.rtp.muxId for media in parsed.media] == ["0", "1"]
    for media in parsed.media:
        assert media.ice is not None
        assert (media.ice.iceLite, media.ice.usernameFragment, media.ice.password) == (True, "fragment", LOCAL.password)
        assert media.dtls is not None
        assert (media.dtls.role, media.dtls.fingerprints[0].value) == ("server", ENDPOINT.fingerprint)
        assert media.rtcp_mux
    assert [(c.protocol, c.ip, c.port, c.type) for c in audio.ice_candidates] == [
        ("udp", "192.0.2.1", 8081, "host"),
        ("udp", "2001:db8::1", 8081, "host"),
        ("tcp", "192.0.2.1", 8081, "host"),
        ("tcp", "2001:db8::1", 8081, "host"),
    ]
    priorities = [candidate.priority for candidate in audio.ice_candidates]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == 4


def test_pictures_that_we_do_not_take_are_refused_and_leave_the_bundle() -> None:
    offer = OFFER.replace(" VP8/90000", " VP9/90000").replace(" H264/90000", " AV1/90000")
    parsed = SessionDescription.parse(describe.answer(parse_offer(offer), ENDPOINT, LOCAL, "passive", "1 1"))
    assert [media.port for media in parsed.media] == [9, 0]
    assert parsed.group[0].items == ["0"]


def test_the_offer_names_each_slot_with_its_ssrc_first_and_its_repairs_second() -> None:
    text = describe.offer(SLOTS, ENDPOINT, LOCAL, "5 3")
    parsed = SessionDescription.parse(text)
    audio, video = parsed.media
    assert [media.rtp.muxId for media in parsed.media] == parsed.group[0].items == ["a0", "v0"]
    assert [media.direction for media in parsed.media] == ["sendonly", "sendonly"]
    assert [(s.ssrc, s.cname) for s in audio.ssrc] == [(100, "c0")]
    assert [(s.ssrc, s.cname) for s in video.ssrc] == [(200, "c0"), (201, "c0")]
    assert [(g.semantic, g.items) for g in video.ssrc_group] == [("FID", [200, 201])]
    assert (audio.msid, video.msid) == ("s0 a0", "s0 v0")
    assert [extension.uri for extension in video.rtp.headerExtensions] == [describe.ABS_SEND_TIME]
    assert audio.rtp.headerExtensions == []
    assert "transport-cc" not in text  # or browsers would not send REMB


def test_descriptions_are_short_enough_for_a_narrow_line() -> None:
    """Six slots and two addresses: about two seconds at 16 kbit/s."""
    slots = [
        SlotDescription(f"{kind[0]}{index}", kind, f"12345678{index}", 4_000_000_000, 4_000_000_001, f"12345678{index}")
        for kind in ("audio", "video")
        for index in range(3)
    ]
    assert len(describe.offer(slots, ENDPOINT, LOCAL, "12345678901234567 1")) < 3600
    assert len(describe.answer(parse_offer(OFFER), ENDPOINT, LOCAL, "passive", "12345678901234567 1")) < 1300
