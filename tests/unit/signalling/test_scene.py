"""Who is heard and seen in a call, whatever they switch on."""

from datetime import UTC, datetime
from itertools import product

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.media.engine import PeerState
from server.rooms.store import Pause
from server.signalling.scene import Hold, Hush, Scene, hush_of, in_force

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAUSED = Scene(pause=Pause(NOW, "break", new_id()))
WAITS = Scene(hold=Hold("adult_left", NOW))
BOTH = Scene(PAUSED.pause, WAITS.hold)
OPEN = Scene()


def hush(scene: Scene, role: Role, *facts: str) -> Hush | None:
    staff = role is Role.SUPERVISOR
    return hush_of(
        scene, role, staff=staff, observing="observing" in facts, led="led" in facts, unaware="unaware" in facts
    )


@pytest.mark.parametrize("scene", [OPEN, PAUSED, WAITS, BOTH])
@pytest.mark.parametrize("led", [(), ("led",)])
def test_a_professional_is_heard_whenever_they_do_not_observe(scene: Scene, led: tuple[str, ...]) -> None:
    assert hush(scene, Role.SUPERVISOR, *led) is None
    assert hush(scene, Role.SUPERVISOR, "observing", *led) == "observing"


@pytest.mark.parametrize("facts", [(), ("led",), ("unaware",), ("led", "unaware")])
@pytest.mark.parametrize("role", [Role.MENTOR, Role.MENTEE])
def test_nobody_else_is_heard_in_a_pause(role: Role, facts: tuple[str, ...]) -> None:
    assert [hush(scene, role, *facts) for scene in (PAUSED, WAITS, BOTH)] == ["paused", "adult", "paused"]


def test_the_mentor_alone_is_led_and_who_cannot_be_told_is_not_shown() -> None:
    assert [hush(OPEN, role, "led") for role in (Role.MENTOR, Role.MENTEE)] == ["led", None]
    assert [hush(OPEN, role, "unaware") for role in (Role.MENTOR, Role.MENTEE)] == ["unaware"] * 2
    assert [hush(OPEN, role) for role in (Role.MENTOR, Role.MENTEE)] == [None] * 2


def test_what_is_hushed_lets_nothing_out_and_all_in() -> None:
    for mic, camera, voice_only in product((True, False), repeat=3):
        wished = PeerState(mic, camera, voice_only)
        assert in_force(wished, None) == wished
        assert in_force(wished, "led") == PeerState(False, False, voice_only)
