"""Which quality a line takes: no flapping, and no small picture that stays for good."""

from itertools import pairwise

from server.media.quality import CALM, LONGEST, STEADY, Chooser

WIDE, NARROW = 600_000, 100_000


def run(chooser: Chooser, seconds: float, share: int, *, tight: bool, start: float) -> list[float]:
    """When it changed."""
    return [start + step for step in range(int(seconds)) if chooser.reconsider(share, tight, start + step)]


def test_a_low_estimate_alone_is_no_reason_to_go_down() -> None:
    chooser = Chooser()
    assert run(chooser, 100, NARROW, tight=False, start=0) == []
    assert chooser.quality == "full"


def test_a_full_line_goes_down_at_once_and_up_when_there_was_room_for_a_while() -> None:
    chooser = Chooser()
    assert run(chooser, 1, NARROW, tight=True, start=100) == [100]
    assert chooser.quality == "small"
    assert run(chooser, 10, NARROW, tight=True, start=101) == []
    assert run(chooser, 20, WIDE, tight=False, start=111) == [111 + STEADY]


def test_between_the_two_thresholds_nothing_changes() -> None:
    between = 300_000
    chooser = Chooser()
    assert run(chooser, 20, between, tight=True, start=0) == []
    chooser.quality = "small"
    assert run(chooser, 20, between, tight=True, start=20) == []


def test_one_of_small_pictures_is_tried_again_though_the_estimate_never_grows() -> None:
    chooser = Chooser()
    run(chooser, 1, NARROW, tight=True, start=0)
    assert run(chooser, 60, NARROW, tight=False, start=1) == [CALM]


def test_a_line_that_goes_on_refusing_is_tried_less_and_less_but_always_again() -> None:
    chooser = Chooser()
    climbs: list[float] = []
    now = 0.0
    full_for = 0
    while now < 1500:
        tight = chooser.quality == "full" and full_for >= 3
        if chooser.reconsider(NARROW if tight else WIDE, tight, now) and chooser.quality == "full":
            climbs.append(now)
        full_for = full_for + 1 if chooser.quality == "full" else 0
        now += 1.0
    waits = [later - earlier for earlier, later in pairwise(climbs)]
    assert waits == sorted(waits)
    assert waits[0] < 40
    assert LONGEST <= waits[-1] <= LONGEST + 10


def test_a_climb_that_lasted_forgives_the_ones_before() -> None:
    chooser = Chooser()
    run(chooser, 1, NARROW, tight=True, start=0)
    up = run(chooser, 60, WIDE, tight=False, start=1)[0]
    run(chooser, 1, NARROW, tight=True, start=up + 5)  # a climb that failed
    up = run(chooser, 60, WIDE, tight=False, start=up + 6)[0]
    assert run(chooser, 100, WIDE, tight=False, start=up + 1) == []
    down = up + 101
    assert run(chooser, 1, NARROW, tight=True, start=down) == [down]
    assert run(chooser, 20, WIDE, tight=False, start=down + 1) == [down + 1 + STEADY]
