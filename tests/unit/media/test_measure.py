"""What is told of a peer: from the reports of its browser, and from what passed."""

from server.media.measure import VALID, Rate, ReportedLoss
from server.media.rtcp import ReportBlock


def block(ssrc: int, lost: int, highest: int) -> ReportBlock:
    return ReportBlock(ssrc, lost, 0, highest, 0, 0, 0)


def test_a_rate_is_of_what_passed_since_the_last_time() -> None:
    rate = Rate(10.0)
    assert rate.since(1000, 12.0) == 4000
    assert rate.since(1000, 14.0) == 0
    assert rate.since(1250, 14.5) == 4000


def test_the_first_report_tells_a_loss_already() -> None:
    loss = ReportedLoss()
    assert loss.fraction(1.0) == 0.0
    loss.reported(block(1, 64, 100), "audio", 1.0)
    assert loss.fraction(1.0) == 0.25


def test_streams_count_by_what_was_expected_of_them() -> None:
    loss = ReportedLoss()
    for ssrc, kind, lost, packets in ((1, "audio", 128, 50), (2, "video", 0, 150)):
        for highest in (1000, 1000 + packets):
            loss.reported(block(ssrc, lost, highest), "audio" if kind == "audio" else "video", 1.0)
    assert loss.fraction(1.0) == 0.125
    assert loss.fraction(1.0, "audio") == 0.5
    assert loss.fraction(1.0, "video") == 0.0


def test_what_was_said_long_ago_is_no_loss_now() -> None:
    loss = ReportedLoss()
    loss.reported(block(1, 128, 100), "audio", 1.0)
    assert loss.fraction(1.0 + VALID) == 0.5
    assert loss.fraction(1.1 + VALID) == 0.0


def test_numbers_that_leap_or_run_backwards_do_no_harm() -> None:
    loss = ReportedLoss()
    for highest in (100, 1 << 31, 5, 5):
        loss.reported(block(1, 255, highest), "audio", 1.0)
        assert 0.0 < loss.fraction(1.0) <= 1.0
