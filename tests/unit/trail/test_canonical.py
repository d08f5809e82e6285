"""What may stand in the audit trail, and how it is spelled."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from server.trail.acts import Act
from server.trail.canonical import draft, instant

NORTH, LEA = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "detail",
    [
        {"name": "Léa"},
        {"why": "she told me so"},
        {"mail": "lea@example.org"},
        {"a name": 1},
        {"share": 0.5},
        {"long": "x" * 121},
        {"many": ["x" * 100] * 50},
        {"raw": b"bytes"},
        {"nested": {"why": ["no no"]}},
        {1: 2},
    ],
)
def test_what_people_wrote_has_no_way_in(detail: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="audit trail"):
        draft(NORTH, NOON, Act.POLICY_CHANGED, None, (), detail)


def test_an_instant_has_one_spelling() -> None:
    assert instant(NOON) == "2026-11-22T12:00:00.000000Z"
    assert instant(NOON.astimezone(timezone(timedelta(hours=11)))) == instant(NOON)
    with pytest.raises(ValueError, match="naive"):
        instant(NOON.replace(tzinfo=None))


WORDS = st.from_regex(r"[A-Za-z0-9_.:+,/-]{0,20}", fullmatch=True)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS | st.uuids(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(
    detail=st.dictionaries(WORDS, VALUES, max_size=4), about=st.sets(st.uuids(), max_size=3), sequence=st.integers(1)
)
def test_the_number_added_by_the_database_leaves_it_canonical(
    detail: dict[str, Any], about: set[UUID], sequence: int
) -> None:
    """As ``sql/0008_audit.sql`` adds it."""
    sequence = min(sequence, 2**53 - 1)
    entry = f'{draft(NORTH, NOON, Act.PAIR_CREATED, LEA, about, detail)[:-1]},"sequence":{sequence}}}'
    assert rfc8785.dumps(msgspec.json.decode(entry)) == entry.encode()
