"""Who sees stills of whom."""

import pytest

from server.media.engine import PeerState
from server.signalling.rungs import RUNGS, Rung
from server.signalling.side.rules import Side, every_ms, may_see

SEEN = PeerState(mic=True, camera=True, voice_only=False)
UNSEEN = PeerState(mic=True, camera=False, voice_only=False)
VOICES_ONLY = PeerState(mic=True, camera=True, voice_only=True)


def side(out: Rung = "video", into: Rung = "video", state: PeerState = SEEN) -> Side:
    return Side(state, out, into)


def test_stills_begin_where_video_ends_and_end_where_voices_stand_alone() -> None:
    seen = {(out, into) for out in RUNGS for into in RUNGS if may_see(side(out=out), side(into=into))}
    assert seen == {
        ("stills", "video"),
        ("stills", "video-small"),
        ("stills", "stills"),
        ("video", "stills"),
        ("video-small", "stills"),
    }


@pytest.mark.parametrize("state", [UNSEEN, VOICES_ONLY])
def test_who_is_not_to_be_seen_is_not(state: PeerState) -> None:
    assert not may_see(side("stills", state=state), side())


def test_who_wants_voices_only_sees_nobody() -> None:
    assert not may_see(side("stills"), side(state=VOICES_ONLY))
    assert may_see(side("stills"), side(state=UNSEEN))


def test_they_are_wanted_less_often_the_more_there_are_to_look_at() -> None:
    low = side(into="stills")
    assert every_ms(side(), []) is None
    assert every_ms(side(), [side(), side()]) is None
    assert [every_ms(side(), [low, *[side()] * others]) for others in (0, 1, 2, 9)] == [4_000, 6_000, 8_000, 8_000]
