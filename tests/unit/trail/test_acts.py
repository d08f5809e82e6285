"""The list of acts, and the words that the journal has for those that are readings."""

import re
from pathlib import Path

import pytest

import server
from server.trail.acts import READINGS, Act

LOCALES = Path(server.__file__).parents[1] / "client_web" / "src" / "locales"


def test_the_list_is_sorted_and_each_name_is_two_words() -> None:
    assert [act.name for act in Act] == sorted(act.name for act in Act)
    assert [act for act in Act if not re.fullmatch(r"[a-z_]+\.[a-z_]+", act)] == []
    assert {act for act in Act if act.name != re.sub(r"\W", "_", act).upper()} == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_journal_has_words_for_each_reading(language: str) -> None:
    texts = (LOCALES / f"{language}_journal.ts").read_text(encoding="utf-8")
    assert [act.value for act in READINGS if f"'journal.{act}':" not in texts] == []
