"""Descriptions captured from Chromium 156, and everything that strangers may send instead."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.codecs import H264, OPUS, VP8
from server.media.errors import UnusableDescription
from server.media.sdp import AUDIO_LEVEL, LARGEST, MID, Format, parse_answer, parse_offer

CAPTURED = Path(__file__).parent / "captured"
OFFER = (CAPTURED / "chromium_offer.sdp").read_bytes().decode()
ANSWER = (CAPTURED / "chromium_answer.sdp").read_bytes().decode()
MIDS = ("a0", "a1", "a2", "v0", "v1", "v2")


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_what_chromium_offers() -> None:
    description = parse_offer(OFFER)
    audio, video = description.sections
    assert (audio.kind, audio.mid, audio.sends) == ("audio", "0", True)
    assert audio.formats == (Format(111, OPUS, is_rtx=False), Format(63, OPUS, is_rtx=False, is_red=True))
    assert audio.extensions == {AUDIO_LEVEL: 1}
    assert (video.kind, video.mid, video.sends) == ("video", "1", True)
    assert video.formats == (
        Format(96, VP8, is_rtx=False),
        Format(97, VP8, is_rtx=True),
        Format(108, H264, is_rtx=False),
        Format(109, H264, is_rtx=True),
    )
    assert description.setup == "actpass"
    assert [algorithm for algorithm, _ in description.fingerprints] == ["sha-256"]
    assert len(description.credentials.password) >= 22


def test_what_chromium_answers() -> None:
    description = parse_answer(ANSWER, MIDS)
    assert description.setup == "active"
    voice, picture = description.sections[0], description.sections[3]
    assert voice.payload_type(OPUS) == 111
    assert (picture.payload_type(VP8), picture.payload_type(VP8, rtx=True)) == (96, 97)
    assert (picture.payload_type(H264), picture.payload_type(H264, rtx=True)) == (102, 103)


def test_a_voice_alone_is_enough() -> None:
    offer = changed(OFFER[: OFFER.index("m=video")], "BUNDLE 0 1", "BUNDLE 0")
    assert [section.kind for section in parse_offer(offer).sections] == ["audio"]


def two_qualities(offer: str = OFFER) -> str:
    """A second section of pictures behind the first, with SSRCs of its own, as browsers add one."""
    small = offer[offer.index("m=video") :].replace("a=mid:1", "a=mid:2")
    for ssrc in parse_offer(offer).sections[1].ssrcs:
        small = changed(small, str(ssrc), str(ssrc ^ 1))
    return changed(offer, "BUNDLE 0 1", "BUNDLE 0 1 2") + small


def test_a_second_section_of_pictures_is_told_by_mid_and_by_ssrc() -> None:
    _, full, small = parse_offer(two_qualities()).sections
    assert full.formats == small.formats
    assert full.extensions == small.extensions == {MID: 4}
    assert len(full.ssrcs) == len(small.ssrcs) == 2
    assert not full.ssrcs & small.ssrcs


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=ssrc:2492137129", "a=ssrc:2492137128"),
        ("a=ssrc:2492137129", "a=ssrc:4294967296"),
        ("a=ssrc:2492137129", "a=ssrc:-1"),
    ],
)
def test_two_qualities_that_cannot_be_told_apart_are_refused(old: str, new: str) -> None:
    offer = two_qualities()
    at = offer.rindex("m=video")
    with pytest.raises(UnusableDescription):
        parse_offer(offer[:at] + changed(offer[at:], old, new))


def test_pictures_that_nobody_could_decode_are_refused_and_the_voice_goes_on() -> None:
    offer = changed(OFFER, " VP8/90000", " VP9/90000").replace(" H264/90000", " AV1/90000")
    assert parse_offer(offer).sections[1].formats == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("m=audio", "m=application"),
        ("m=audio", "m=video"),
        ("opus/48000/2", "speex/48000/2"),
        ("a=rtcp-mux\r\n", ""),
        ("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"),
        ("a=group:BUNDLE 0 1", "a=group:BUNDLE 7 0 1"),
        ("a=group:BUNDLE 0 1\r\n", ""),
        ("a=mid:1", "a=mid:0"),
        ("a=mid:1", "a=mid:"),
        ("a=mid:1", "a=mid:" + "x" * 17),
        ("a=mid:1", "a=mid:1 1"),
        ("a=setup:actpass", "a=setup:passive"),
        ("a=setup:actpass", "a=setup:holdconn"),
        ("a=setup:actpass\r\n", ""),
        ("a=fingerprint:sha-256 ", "a=fingerprint:sha-1 "),
        ("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 AA:"),
        ("a=fingerprint:", "a=nothing:"),
        ("a=ice-pwd:", "a=ice-pwd:short\r\na=nothing:"),
        ("a=ice-ufrag:", "a=ice-ufrag:a b\r\na=nothing:"),
        ("a=rtpmap:111", "a=rtpmap:eleven"),
        ("a=fmtp:111", "a=fmtp:55"),
        ("m=video 9", "m=video nine"),
        ("v=0", "v=zero"),
    ],
)
def test_what_cannot_be_used_is_refused(old: str, new: str) -> None:
    with pytest.raises(UnusableDescription):
        parse_offer(changed(OFFER, old, new))


def test_a_payload_type_with_two_meanings_is_refused() -> None:
    offer = changed(changed(OFFER, "SAVPF 96 97", "SAVPF 111 97"), "a=rtpmap:96 VP8", "a=rtpmap:111 VP8")
    with pytest.raises(UnusableDescription):
        parse_offer(offer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not SDP",
        "\0",
        "m=",
        "v=0\r\n" * 5000,
        OFFER * 8,
        "x" * (LARGEST + 1),
        "x" * 1_000_000,
        "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" * 1000,
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF " + " ".join(map(str, range(128))) + "\r\n",
        "v=0\r\na=" + "y" * 2000 + "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" + "a=rtpmap:111 opus/48000/2\r\n" * 200,
        OFFER + 2 * OFFER[OFFER.index("m=video") :],
    ],
)
def test_what_is_no_description_is_refused_quickly(text: str) -> None:
    with pytest.raises(UnusableDescription):
        parse_offer(text)


def test_an_answer_to_another_offer_is_refused() -> None:
    with pytest.raises(UnusableDescription):
        parse_answer(ANSWER, MIDS[:-1])
    with pytest.raises(UnusableDescription):
        parse_answer(ANSWER, ("a1", "a0", *MIDS[2:]))
    with pytest.raises(UnusableDescription):
        parse_answer(changed(ANSWER, "a=setup:active", "a=setup:passive"), MIDS)


def test_a_section_that_the_browser_refuses_stays_empty() -> None:
    start = ANSWER.index("m=video")
    refused = ANSWER[:start] + ANSWER[start:].replace("m=video 9", "m=video 0", 1).replace("a=rtcp-mux\r\n", "", 1)
    refused = changed(refused, "BUNDLE a0 a1 a2 v0 v1 v2", "BUNDLE a0 a1 a2 v1 v2")
    description = parse_answer(refused, MIDS)
    assert [bool(section.formats) for section in description.sections] == [True, True, True, False, True, True]


LINES = OFFER.splitlines()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_lines_left_out_repeated_moved_or_damaged_are_read_or_refused(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 6))):
        index = data.draw(st.integers(0, len(lines) - 1))
        act = data.draw(st.sampled_from(["drop", "repeat", "move", "cut", "write", "insert"]))
        if act == "drop" and len(lines) > 1:
            del lines[index]
        elif act == "repeat":
            lines[index:index] = [lines[index]] * data.draw(st.integers(1, 20))
        elif act == "move":
            lines.insert(data.draw(st.integers(0, len(lines))), lines[index])
        elif act == "cut":
            lines[index] = lines[index][: data.draw(st.integers(0, len(lines[index])))]
        elif act == "write":
            lines[index] += data.draw(st.text(max_size=20))
        elif act == "insert":
            lines.insert(index, "a=" + data.draw(st.sampled_from(["ssrc:", "fmtp:", "rtcp:", "candidate:", "extmap:"])))
    try:
        description = parse_offer("\r\n".join(lines) + "\r\n")
    except UnusableDescription:
        return
    assert len(description.sections) in (1, 2, 3)
    assert description.fingerprints


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(UnusableDescription):
        parse_offer("v=0\r\n" + text)
