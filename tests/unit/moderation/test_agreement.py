"""The figures of the second review, against values that others have published."""

from uuid import UUID

import pytest

from server.kernel.identifiers import new_id
from server.moderation.agreement import SAMPLED, is_sampled, kappa, wilson

DRAWN = [26, 38]  # of the first sixty numbers: so for ever, in every process


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_wilson_interval(hits: int, of: int, low: float, high: float) -> None:
    share = wilson(hits, of)
    assert share is not None
    assert (share.hits, share.of, share.share) == (hits, of, hits / of)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_of_nothing_there_is_no_share() -> None:
    assert wilson(0, 0) is None
    assert kappa([]) is None


def test_an_interval_stays_within_0_and_1() -> None:
    for hits, of in ((0, 1), (1, 1), (0, 10**6), (10**6, 10**6)):
        share = wilson(hits, of)
        assert share is not None
        assert 0 <= share.low <= share.share <= share.high <= 1


def test_cohens_kappa() -> None:
    """The example of grant proposals: 50 of them, agreed on 35, by chance on 25 (kappa 0.4)."""
    told = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert kappa(told) == pytest.approx(0.4)
    assert kappa([("yes", "yes"), ("no", "no")]) == 1
    assert kappa([("yes", "no"), ("no", "yes")]) == -1
    assert kappa([("yes", "yes")] * 5) is None


def test_one_in_twenty_is_judged_twice_and_always_the_same() -> None:
    ids = [new_id() for _ in range(20_000)]
    drawn = [flag_id for flag_id in ids if is_sampled(flag_id)]
    assert 0.042 < len(drawn) / len(ids) < 0.058  # five standard deviations
    assert [flag_id for flag_id in ids if is_sampled(flag_id)] == drawn
    assert SAMPLED == 0.05
    assert [n for n in range(60) if is_sampled(UUID(int=n))] == DRAWN
