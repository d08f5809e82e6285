from itertools import pairwise

from server.media.losses import LATEST, LIFETIME, MOST_TRIES, REMEMBERED, Losses

RTT = 0.1


def ask(losses: Losses, highest: int, now: float, round_trip: float = RTT) -> list[int]:
    return losses.due(highest, now, round_trip)


def test_what_may_only_be_overtaken_is_not_asked_for() -> None:
    losses = Losses()
    losses.add(10, 11, now=0.0)
    assert ask(losses, 12, 1.0) == []  # two packets behind it, as reordering may have it
    assert ask(losses, 13, 0.010) == []  # three, but 10 ms only
    assert ask(losses, 13, 0.020) == [10]


def test_a_packet_is_asked_for_once_a_round_trip_and_five_times_at_most() -> None:
    losses = Losses()
    losses.add(10, 11, now=0.0)
    times = [step / 100 for step in range(2, 190) if ask(losses, 50, step / 100) == [10]]
    assert len(times) == MOST_TRIES
    assert all(later - earlier >= 1.1 * RTT for earlier, later in pairwise(times))


def test_on_a_long_way_it_waits_longer() -> None:
    losses = Losses()
    losses.add(10, 11, now=0.0)
    assert [step for step in range(2, 200) if ask(losses, 50, step / 100, round_trip=0.75)] == [2, 85, 168]


def test_what_came_late_is_taken_once() -> None:
    losses = Losses()
    losses.add(10, 13, now=0.0)
    assert [losses.take(number) for number in (11, 11, 9, 13)] == [True, False, False, False]
    assert ask(losses, 50, 0.1) == [10, 12]


def test_nothing_older_than_a_key_frame_is_asked_for_but_it_is_still_taken() -> None:
    losses = Losses()
    losses.add(10, 12, now=0.0)
    losses.add(20, 21, now=0.0)
    losses.forgive(before=15)
    assert ask(losses, 50, 0.1) == [20]
    assert losses.take(10)


def test_old_losses_are_forgotten() -> None:
    losses = Losses()
    losses.add(10, 12, now=0.0)
    ask(losses, 50, LIFETIME + 0.1)
    assert not losses
    assert not losses.take(10)


def test_memory_is_bounded_however_much_is_lost() -> None:
    losses = Losses()
    losses.add(0, 10**9, now=0.0)
    losses.add(10**9 + 1, 10**9 + 3, now=0.0)
    assert len(losses) == REMEMBERED
    assert not losses.take(0)
    assert losses.take(10**9 + 2)


def test_a_late_voice_is_waited_for_though_not_asked_for_and_then_forgotten() -> None:
    losses = Losses()
    losses.add(10, 12, now=0.0)
    losses.trim(LATEST)
    assert losses.take(10)
    losses.trim(LATEST + 0.1)
    assert not losses.take(11)
