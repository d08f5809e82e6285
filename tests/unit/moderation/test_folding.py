"""Code points to the plain letters and digits they stand for, with the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.moderation.folding import FOLD, KEPT, FoldTable, fold, hides, origins

ANY_TEXT = st.text(st.characters(codec=None), max_size=200)  # any code point, lone surrogates too


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Été À L’ÉCOLE", "ete a l'ecole"),
        ("cœur Æ ß", "coeur ae ss"),
        ("Ｃｏｎ", "con"),
        ("соn", "con"),  # Cyrillic с and о
        ("𝒸𝑜𝓃", "con"),
        ("ⓒⓞⓝ", "con"),
        ("c\u200bo\u200dn", "con"),
        ("c\u0301\u0327o\u20ddn", "con"),
        ("\U0001f172\U0001f17e\U0001f17d", "con"),
        ("0️⃣6️⃣", "06"),
        ("⓪⑥", "06"),
        ("٠٦", "06"),
        ("０６", "06"),
        ("𝟎𝟔", "06"),
        ("½", "1/2"),
        ("a\u00adb", "ab"),
        ("a\x00b\ud800c", "abc"),
        ("a\u00a0b\u3000c\td", "a b c d"),
        ("«oui»…", '"oui".'),
        ("12 €", "12 €"),
        ("漢字", "漢字"),
        ("oui😂", "oui 😂 "),
    ],
)
def test_what_a_text_is_folded_to(text: str, plain: str) -> None:
    assert fold(text) == plain


@given(ANY_TEXT)
def test_every_character_has_an_origin(text: str) -> None:
    folded, indices = fold(text), list(origins(text))
    assert len(indices) == len(folded) + 1
    assert indices == sorted(indices)
    assert indices[-1] == len(text)
    for index, char in zip(indices, folded, strict=False):
        assert char in FOLD[ord(text[index])]


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)).split() == fold(text).split()  # a picture gets its spaces once more


@given(ANY_TEXT)
def test_what_is_folded_can_be_written(text: str) -> None:
    fold(text).encode()


def test_the_table_does_not_grow_for_ever() -> None:
    table = FoldTable()
    for code in range(0x110000):
        table[code]
    assert len(table) == KEPT


@pytest.mark.parametrize("char", ["é", "œ", "Ç", "e", "7", "€", "😂", "\u0301", "漢"])
def test_ordinary_writing_hides_nothing(char: str) -> None:
    assert not hides(char)


@pytest.mark.parametrize("char", ["о", "Ａ", "\u200b", "①", "𝟎", "٣", "ⓐ"])
def test_look_alikes_hide(char: str) -> None:
    assert hides(char)
