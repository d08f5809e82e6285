"""When the silence of a pair is told."""

from datetime import datetime, timedelta

import pytest

from server.pairs.rules import State
from server.rooms.silence import Known, silent
from tests.support.rooms import NOW


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (Known(None, ago(20.9)), False),
        (Known(None, ago(21)), True),
        (Known(ago(3), ago(90)), False),
        (Known(ago(30), ago(90)), True),
        (Known(ago(30), ago(2)), False),  # it went on again the day before yesterday
        (Known(ago(40), ago(90), opened_at=ago(15)), False),  # told, and still silent
        (Known(ago(30), ago(90), opened_at=ago(60)), True),  # told, then there was an exchange
        (Known(ago(60), ago(90), closed_at=ago(20)), False),  # looked after lately
        (Known(ago(60), ago(90), closed_at=ago(21)), True),
    ],
)
def test_from_when_it_counts(known: Known, told: bool) -> None:
    assert silent(State.ACTIVE, known, NOW, 21) is told


@pytest.mark.parametrize("state", [State.PROPOSED, State.AGREED, State.PAUSED, State.CLOSING, State.CLOSED])
def test_only_of_what_goes_on(state: State) -> None:
    assert not silent(state, Known(None, ago(400)), NOW, 21)
    assert silent(State.PROBATION, Known(None, ago(400)), NOW, 21)
