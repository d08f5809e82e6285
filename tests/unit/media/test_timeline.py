"""Two clocks, two streams: what was said and shown together must be played together."""

import pytest

from server.media.codecs import OPUS, VP8
from server.media.reception import Reception
from server.media.timeline import Timeline

SECOND = 1 << 32


def test_nothing_is_known_before_a_report() -> None:
    timeline = Timeline()
    stream = Reception(1, OPUS)
    assert timeline.timestamp(stream, 5 * SECOND) is None
    timeline.heard(0, SECOND)
    assert timeline.timestamp(stream, 5 * SECOND) is None


@pytest.mark.parametrize("apart", [-50_000 * SECOND, 0, 3_600 * SECOND])
def test_voice_and_pictures_keep_their_distance(apart: int) -> None:
    """The same instant of the publisher gets the same instant of ours in both streams, whenever reports came."""
    timeline = Timeline()
    voice, pictures = Reception(1, OPUS), Reception(2, VP8)
    start = 4_000_000_000 * SECOND
    for second in range(10):
        sent = start + second * SECOND
        delay = (second % 3) * SECOND // 50
        timeline.heard(sent, sent + apart + delay)
        voice.last_sender_report = (sent, 1000 + second * 48000, 0.0)
        if second % 4 == 0:
            pictures.last_sender_report = (sent, 77 + second * 90000, 0.0)
    ours = start + apart + 12 * SECOND
    at_voice, at_pictures = timeline.timestamp(voice, ours), timeline.timestamp(pictures, ours)
    assert at_voice is not None
    assert at_pictures is not None
    assert abs((at_voice - 1000) / 48000 - (at_pictures - 77) / 90000) < 0.0001
    assert abs((at_voice - 1000) / 48000 - 12) < 0.05


def test_a_clock_that_is_set_is_followed_at_once() -> None:
    timeline = Timeline()
    stream = Reception(1, OPUS)
    timeline.heard(100 * SECOND, 100 * SECOND)
    timeline.heard(9_000 * SECOND, 101 * SECOND)
    timeline.heard(90_000 * SECOND, 102 * SECOND)
    stream.last_sender_report = (90_000 * SECOND, 0, 0.0)
    assert timeline.timestamp(stream, 103 * SECOND) == 48000
    timeline.heard(200 * SECOND, 103 * SECOND)  # and back
    stream.last_sender_report = (200 * SECOND, 0, 0.0)
    assert timeline.timestamp(stream, 104 * SECOND) == 48000
