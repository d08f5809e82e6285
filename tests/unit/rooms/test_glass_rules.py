"""Who may break the glass of a pair, and when it is told."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from server.kernel.errors import BadRequest, BinomeError, Conflict, NotFound
from server.pairs.rules import Pair, State
from server.rooms.glass.rules import Deferral, check_reader, check_until, checked_sentence, tell_at

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
JULIEN, LEA, CLAIRE, SAMIR, INES = (UUID(int=number) for number in range(1, 6))
PAIR = Pair(UUID(int=9), UUID(int=10), JULIEN, LEA, CLAIRE, State.ACTIVE)


@pytest.mark.parametrize(("reader", "refusal"), [(JULIEN, NotFound), (LEA, NotFound), (CLAIRE, Conflict)])
def test_those_of_the_pair_have_other_ways(reader: UUID, refusal: type[BinomeError]) -> None:
    with pytest.raises(refusal):
        check_reader(PAIR, reader)
    check_reader(PAIR, SAMIR)


@pytest.mark.parametrize("sentence", ["", "because", "         x", "x" * 501, "ten signs\x00 and more"])
def test_a_sentence_says_why(sentence: str) -> None:
    with pytest.raises(BadRequest):
        checked_sentence(sentence)
    assert checked_sentence("  nobody answers  ") == "nobody answers"


def test_a_deferral_ends_within_thirty_days() -> None:
    check_until(NOW + timedelta(days=30), NOW)
    for wrong in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=30, seconds=1)):
        with pytest.raises(BadRequest):
            check_until(wrong, NOW)


def test_told_at_once_unless_somebody_else_put_it_off() -> None:
    later, latest = NOW + timedelta(days=2), NOW + timedelta(days=5)
    assert tell_at([], SAMIR, NOW) == NOW
    assert tell_at([Deferral(SAMIR, later)], SAMIR, NOW) == NOW
    assert tell_at([Deferral(INES, NOW)], SAMIR, NOW) == NOW
    assert tell_at([Deferral(INES, later), Deferral(CLAIRE, latest), Deferral(SAMIR, latest)], SAMIR, NOW) == latest
