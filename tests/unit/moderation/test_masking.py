"""What others read when part of a message is hidden."""

import pytest

from server.moderation.masking import mask, placeholders
from server.moderation.verdict import Label


def label(start: int, end: int, category: str = "contact") -> Label:
    return Label(category, 2, 0.9, start, end, "rule")


@pytest.mark.parametrize(
    ("labels", "language", "masked"),
    [
        ([label(8, 18)], "fr", "appelle [••• coordonnées masquées] vite"),
        ([label(8, 18)], "en", "appelle [••• contact details hidden] vite"),
        ([label(8, 18)], None, "appelle [••• coordonnées masquées] vite"),
        ([label(8, 18)], "tlh", "appelle [••• coordonnées masquées] vite"),
        ([label(8, 18, "identifying")], "fr", "appelle [••• masqué] vite"),
        ([label(12, 18), label(8, 14)], "fr", "appelle [••• coordonnées masquées] vite"),
        ([label(8, 18), label(10, 12)], "fr", "appelle [••• coordonnées masquées] vite"),
        ([label(8, 12), label(12, 18)], "fr", "appelle [••• coordonnées masquées] vite"),
        ([label(0, 7), label(19, 23)], "fr", "[••• coordonnées masquées] 0612345678 [••• coordonnées masquées]"),
        ([label(0, 23)], "fr", "[••• coordonnées masquées]"),
        ([], "fr", "appelle 0612345678 vite"),
    ],
)
def test_masking(labels: list[Label], language: str | None, masked: str) -> None:
    assert mask("appelle 0612345678 vite", labels, language) == masked


def test_every_language_has_a_word_for_anything() -> None:
    assert {language: "*" in words for language, words in placeholders().items()} == {"fr": True, "en": True}
