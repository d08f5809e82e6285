"""How ends of rights are counted."""

from load_tests.revocation import Delays, Ended, delays


def test_what_was_over_before_the_answer_took_no_time() -> None:
    assert delays([-0.02, 0.01, 0.03, 0.5]) == Delays(p50=10.0, p99=500.0, most=500.0)


def test_each_way_keeps_its_samples() -> None:
    told = Ended("paused", told=[-0.001, 0.002], media=[0.004], answer=[0.1]).details()
    assert told["told"] == {"p50": 0.0, "p99": 2.0, "most": 2.0}
    assert told["samples_ms"] == {"told": [-1.0, 2.0], "media": [4.0], "answer": [100.0]}
