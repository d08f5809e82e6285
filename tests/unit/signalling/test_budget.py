import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.signalling.budget import CEILING, SLACK, spent, used


@pytest.mark.parametrize(
    ("share", "expected"), [(0, "none"), (79, "none"), (80, "near"), (90, "pictures"), (100, "all"), (300, "all")]
)
def test_it_warns_then_takes_pictures_then_leans_the_voice(share: int, expected: str) -> None:
    assert spent(1_000_000, share * 10_000) == expected


def test_no_limit_and_no_bytes() -> None:
    assert (spent(None, 1e12), spent(0, 0)) == ("none", "all")
    assert set(CEILING.values()) == {"video", "voice", "voice-lean"}  # never less than a voice


@given(said=st.none() | st.integers(0, 2**40), counted=st.floats(0, 2**40))
def test_a_client_is_believed_within_reason(said: int | None, counted: float) -> None:
    assert 0.8 * counted <= used(said, counted) <= 2 * counted + SLACK
