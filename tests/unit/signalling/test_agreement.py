from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from server.media.engine import Shape
from server.signalling.agreement import Carries, Told, agree, shape_of
from server.signalling.rungs import RUNGS, Voice, rank, voice_of

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def test_alone_one_sends_what_ones_line_carries() -> None:
    assert agree({ONE: Carries("video-small", "video")}) == {
        ONE: Told("video-small", "video", Voice(24, 20, red=False), ("full",))
    }


def test_a_voice_is_encoded_for_the_weakest_who_hears_it() -> None:
    told = agree(
        {ONE: Carries("video", "video"), TWO: Carries("video", "voice-lean"), THREE: Carries("video", "stills")}
    )
    assert told[ONE].voice == Voice(6, 60, red=False)
    assert told[TWO].voice == Voice(16, 40, red=False)  # for the third; one's own way in is no matter


def test_redundancy_is_for_ones_own_way_out() -> None:
    told = agree({ONE: Carries("voice", "voice", out_red=True), TWO: Carries("voice", "voice")})
    assert (told[ONE].voice.red, told[TWO].voice.red) == (True, False)


def test_pictures_that_nobody_can_receive_are_not_sent() -> None:
    told = agree({ONE: Carries("video", "video"), TWO: Carries("video", "notes")})
    assert (told[ONE].out, told[ONE].layers, told[TWO].out) == ("voice", (), "video")


def test_stills_are_sent_as_soon_as_one_receives_no_more() -> None:
    told = agree({ONE: Carries("video", "video"), TWO: Carries("stills", "stills"), THREE: Carries("video", "video")})
    assert [told[who].stills for who in (ONE, TWO, THREE)] == [True, True, True]
    assert told[ONE].out == "video"
    told = agree({ONE: Carries("video", "video"), TWO: Carries("video", "video")})
    assert [told[who].stills for who in (ONE, TWO)] == [False, False]


def test_what_the_engine_is_to_do() -> None:
    lean = Carries("voice-lean", "video-small", in_red=False)
    told = agree({ONE: lean, TWO: Carries("video", "video")})
    assert shape_of(lean, told[ONE]) == Shape("small", "none", redundancy=False, sparing=True)


carried = st.builds(Carries, st.sampled_from(RUNGS), st.sampled_from(RUNGS))


@given(st.lists(carried, min_size=1, max_size=12))
def test_nobody_is_asked_for_more_than_a_line_carries(lines: list[Carries]) -> None:
    people = {UUID(int=number): line for number, line in enumerate(lines)}
    for peer, told in agree(people).items():
        mine = people[peer]
        assert rank(told.out) >= rank(mine.out)
        hearers = [voice_of(other.into) for who, other in people.items() if who != peer]
        for heard in [voice_of(mine.out), *hearers]:
            assert told.voice.kbps <= heard.kbps
            assert told.voice.ptime >= heard.ptime
