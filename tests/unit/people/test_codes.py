"""Codes to type: what a tired thumb gets wrong is noticed before it counts as a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.people.entry.codes import ALPHABET, LENGTH, new_code, shown, typed

CODES = st.builds(new_code)


@given(CODES)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    for text in (code, shown(code), shown(code).lower(), f"  {code[:3]} {code[3:]}\n", ".".join(code)):
        assert typed(text) == code


@given(CODES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_noticed(code: str, place: int, sign: str) -> None:
    wrong = code[:place] + sign + code[place + 1 :]
    assert typed(wrong) == (code if sign == code[place] else None)


@given(CODES, st.integers(0, LENGTH - 3))
def test_two_neighbours_swapped_are_noticed(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert typed(swapped) == (code if swapped == code else None)


@pytest.mark.parametrize(
    "text", ["", "AAAAA", "0" * LENGTH, "O" * LENGTH, "2" * (LENGTH + 1), "É" * LENGTH, "٢" * LENGTH]
)
def test_what_is_no_code(text: str) -> None:
    assert typed(text) is None


def test_codes_are_random_and_spell_nothing() -> None:
    codes = {new_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert set("".join(codes)) == set(ALPHABET)
    assert not set(ALPHABET) & set("AEIOUY01L")
