from dataclasses import replace

import pytest

from server.media.engine import Measured
from server.signalling.ladder_state import Sample
from server.signalling.samples import Company, Tally, in_sample, out_sample, own_loss, sent_sample, upstream_loss
from server.signalling.wire import Numbers

MEASURED = Measured("udp", 0.1, 40_000, 0.2, 60_000, 90_000, 0.3, voices=50, gap=0.1, late=0.05)
NUMBERS = Numbers(120, 300, 45, 90, 55, 250, 40, 280, 310, 20, 1)
ALONE = Company(voices=50, lost=0.0, pictures=False)


def test_the_way_out_is_what_the_server_saw() -> None:
    assert out_sample(7.0, 1.0, MEASURED, Tally(), NUMBERS, pictures=True) == Sample(
        at=7.0,
        path="udp",
        loss=0.1,
        rate=40_000,
        room=300_000,
        trip=0.3,
        fps=20,
        span=1.0,
        gap=0.1,
        late=0.05,
        pictures=True,
    )


def test_the_way_in_is_what_the_client_says() -> None:
    sample = in_sample(7.0, MEASURED, NUMBERS, ALONE, pictures=True)
    assert (sample.loss, sample.rate, sample.room, sample.concealed) == (0.25, 55_000, 90_000, 0.04)
    assert (sample.sure, sample.blind) == (False, False)


def test_unknown_numbers_are_none() -> None:
    numbers = Numbers(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0)
    sample = in_sample(7.0, MEASURED, numbers, ALONE, pictures=False)
    assert (sample.loss, sample.rate, sample.concealed) == (None, None, None)
    assert out_sample(7.0, 1.0, replace(MEASURED, round_trip=None), Tally(), numbers, pictures=False).trip is None


def test_without_news_of_the_client_only_its_reports_count() -> None:
    assert sent_sample(7.0, MEASURED, ALONE, pictures=True, reported=True).loss == 0.2
    unheard = sent_sample(7.0, MEASURED, ALONE, pictures=True, reported=False)
    assert (unheard.loss, unheard.blind, unheard.room) == (None, True, 90_000)


def test_few_packets_are_counted_together_until_they_tell() -> None:
    tally = Tally()
    assert [tally.loss(at, 5, 0.2) for at in (1.0, 2.0, 3.0, 4.0)] == [None, None, pytest.approx(0.2), None]
    assert tally.loss(60.0, 5, 1.0) is None  # what was counted long ago is forgotten
    assert tally.loss(61.0, None, 0.3) == 0.3


def test_what_was_lost_before_is_nobodys_fault_here() -> None:
    assert own_loss(0.19, 0.1) == pytest.approx(0.1)
    assert own_loss(0.05, 0.1) == 0.0
    assert own_loss(0.9, 0.8) is None
    sample = in_sample(7.0, MEASURED, NUMBERS, Company(50, 0.25, pictures=False), pictures=False)
    assert sample.loss == pytest.approx(0.0)


def test_a_voice_sent_twice_is_repaired_before_it_is_forwarded() -> None:
    assert upstream_loss([]) == 0.0
    assert upstream_loss([(50, 0.2, False), (50, 0.2, True)]) == pytest.approx(0.12)
