"""Words that were run together or cut up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.moderation import lexicon
from server.moderation.folding import fold
from server.moderation.squeezed import squeezed


def words(text: str) -> list[str]:
    return lexicon.words(text, fold(text)).words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("vatependre", ["va", "te", "pendre"]),
        ("VATEPENDRE !", ["va", "te", "pendre", "!"]),
        ("va te pen dre", ["va", "te", "pendre"]),
        ("t'es un con nard", ["t", "es", "un", "connard"]),
        ("con-nard", ["connard"]),
        ("ajoute moi sur snap chat", ["ajoute", "moi", "sur", "snapchat"]),
        ("xxvatependrexx", ["xx", "va", "te", "pendre", "xx"]),
        ("killyourself", ["kill", "yourself"]),
    ],
)
def test_what_is_put_together_again(text: str, read: list[str]) -> None:
    assert words(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "une tapisserie", "le bateau arrive", "la Suisse", "ils sont attentifs à la pente", "con\nnard",
        "il faut que tu te suicides pas", "entre nouscar", "c'est sa lopette", "va te pendre", "le suicide au théâtre",
    ],
)  # fmt: skip
def test_what_stays_as_it_is(text: str) -> None:
    assert squeezed().regions(fold(text)) == []


@given(st.text(max_size=60) | st.text(st.sampled_from("vatepndr sucidkly -.\n"), max_size=60))
def test_regions_lie_in_the_text_in_order(text: str) -> None:
    folded = fold(text)
    done = 0
    for start, end, read in squeezed().regions(folded):
        assert done <= start < end <= len(folded)
        assert read
        done = end
