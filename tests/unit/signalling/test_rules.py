import pytest

from server.kernel.errors import CallFull
from server.signalling.rules import CAPACITY, check_place, first_rung, lets_pictures_out


def test_one_more_may_come_while_there_is_a_place() -> None:
    for others in range(CAPACITY):
        check_place(others)
    with pytest.raises(CallFull):
        check_place(CAPACITY)


@pytest.mark.parametrize(
    ("wants_pictures", "voice_only", "expected"),
    [(True, False, "video"), (True, True, "voice"), (False, False, "voice"), (False, True, "voice")],
)
def test_the_first_rung(wants_pictures: bool, voice_only: bool, expected: str) -> None:
    assert first_rung(wants_pictures=wants_pictures, voice_only=voice_only) == expected


def test_the_check_before_the_call_only_lowers_the_first_rung() -> None:
    assert first_rung(wants_pictures=True, voice_only=False, suggested="voice-lean") == "voice-lean"
    assert first_rung(wants_pictures=True, voice_only=True, suggested="video") == "voice"


def test_voice_only_hides_a_camera_that_is_on() -> None:
    assert [
        lets_pictures_out(camera=camera, voice_only=voice) for camera in (True, False) for voice in (False, True)
    ] == [
        True,
        False,
        False,
        False,
    ]
