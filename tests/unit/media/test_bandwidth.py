import pytest

from server.media import bandwidth
from server.media.bandwidth import CAP_FOR_MORE, CAP_FOR_TWO, LEAST, MOST, START, Capacity, picture_rate, share


def test_a_receiver_is_believed_capable_until_it_says_otherwise() -> None:
    assert Capacity().bits_per_second(0.0) == MOST


def test_while_the_estimate_grows_we_go_ahead_of_it() -> None:
    capacity = Capacity()
    capacity.reported(50_000, now=0.0)
    assert capacity.bits_per_second(1.0) == START
    capacity.reported(200_000, now=1.0)
    assert capacity.bits_per_second(1.0) == 400_000


def test_when_it_falls_it_is_taken_as_it_is_for_a_while() -> None:
    capacity = Capacity()
    capacity.reported(200_000, now=0.0)
    capacity.reported(195_000, now=1.0)  # no more than it wavers
    assert capacity.bits_per_second(1.0) == 390_000
    capacity.reported(60_000, now=2.0)
    assert capacity.bits_per_second(2.0) == 60_000
    capacity.reported(65_000, now=11.0)
    assert capacity.bits_per_second(11.0) == 65_000
    assert capacity.bits_per_second(12.1) == START


def test_an_estimate_of_long_ago_says_nothing() -> None:
    capacity = Capacity()
    capacity.reported(50_000, now=0.0)
    assert capacity.bits_per_second(bandwidth.REPORT_LIFETIME + 0.1) == MOST


def test_heavy_loss_halves_from_what_was_really_sent() -> None:
    capacity = Capacity()
    capacity.lost(0.5, sent=400_000, now=1.0)
    assert capacity.bits_per_second(0.0) == 300_000
    capacity.lost(0.05, sent=400_000, now=1.0)  # bearable: neither up nor down
    assert capacity.bits_per_second(0.0) == 300_000
    capacity.lost(0.0, sent=300_000, now=1.0)
    assert capacity.bits_per_second(0.0) == 315_000


def test_it_neither_falls_to_nothing_nor_grows_for_ever() -> None:
    capacity = Capacity()
    for _ in range(100):
        capacity.lost(1.0, sent=0, now=1.0)
    assert capacity.bits_per_second(0.0) == LEAST
    for _ in range(1000):
        capacity.lost(0.0, sent=10_000_000, now=1.0)
    assert capacity.bits_per_second(0.0) == MOST


def test_voices_have_theirs_before_pictures_share_the_rest() -> None:
    assert share(1_000_000, voices=3, pictures=2) == (1_000_000 - 3 * bandwidth.VOICE) // 2
    assert share(60_000, voices=3, pictures=3) == LEAST


@pytest.mark.parametrize(
    ("shares", "people", "rate"),
    [
        ([], 1, CAP_FOR_TWO),
        ([9_000_000], 2, CAP_FOR_TWO),
        ([9_000_000, 9_000_000], 3, CAP_FOR_MORE),
        ([9_000_000, 120_000, 500_000], 4, 120_000),
        ([1], 2, LEAST),
    ],
)
def test_the_weakest_receiver_decides_within_the_cap(shares: list[int], people: int, rate: int) -> None:
    assert picture_rate(shares, people) == rate
