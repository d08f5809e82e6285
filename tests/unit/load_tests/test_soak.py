"""What counts as growth in a soak."""

import pytest

from load_tests.voices.soak import Growth, Sample, growth


def test_what_is_taken_in_the_first_quarter_is_no_growth() -> None:
    samples = [Sample(0, 50, 10, 5), Sample(1, 80, 40, 9), *(Sample(at, 100, 50, 10) for at in range(2, 8))]
    assert growth(samples) == Growth(0, 0, 0)


def test_a_leak_is_growth_and_one_peak_is_not() -> None:
    leaking = [Sample(at, 1000 + 10 * at, 50 + at, 10) for at in range(40)]
    assert growth(leaking) == Growth(1345 / 1145 - 1, 20, 0)
    peak = [Sample(at, 3000 if at == 38 else 1000, 50, 10) for at in range(40)]
    assert growth(peak) == Growth(0, 0, 0)


def test_too_few_samples_tell_nothing() -> None:
    with pytest.raises(ValueError, match="3 samples"):
        growth([Sample(0, 1, 1, 1)] * 3)
