"""The words of a text: short forms, disguises, and where each word stands in what was really written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.moderation.elisions import ShortForms
from server.moderation.folding import fold
from server.moderation.words import PUNCTUATION, Words, looks_alike

VOCABULARY = frozenset(("connard", "je", "veux", "mourir", "con", "salope", "snap", "te", "tuer", "pourquoi"))
SHORT = ShortForms(VOCABULARY, {"jveux": "je veux", "trop": "", "pk": "pourquoi", "ss": "suis"})


def read(text: str) -> Words:
    return Words(text, fold(text), SHORT, VOCABULARY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("   ", []),
        ("Je veux, vraiment !", ["je", "veux", ",", "vraiment", "!"]),
        ("l'été-là", ["l", "ete", "la"]),
        ("jveux trop partir", ["je", "veux", "partir"]),
        ("pk?", ["pourquoi", "?"]),
        ("c0nn@rd", ["connard"]),
        ("C0NN4RD!!", ["connard", "!", "!"]),
        ("(c0nnard)", ["(", "connard", ")"]),
        ("connaaaard", ["connard"]),
        ("connnnnard", ["connard"]),
        ("noooon", ["noooon"]),
        ("c o n n a r d", ["connard"]),
        ("c.o.n.n.a.r.d", ["connard"]),
        ("c-o-n-n-a-r-d va", ["connard", "va"]),
        ("j e v e u x m o u r i r", ["je", "veux", "mourir"]),
        ("a b c d e", ["a", "b", "c", "d", "e"]),
        ("sn@p", ["snap"]),
        ("14h30 2x 3eme", ["14h30", "2x", "3eme"]),
        ("lol😂😂", ["lol", "😂", "😂"]),
    ],
)
def test_what_is_read(text: str, words: list[str]) -> None:
    read_words = read(text)
    assert read_words.words == words
    assert read_words.line == f" {' '.join(words)} "


@pytest.mark.parametrize(
    ("text", "first", "after", "part"),
    [
        ("Oh, Connard !", 2, 3, "Connard"),
        ("là c0nn@rd!", 1, 2, "c0nn@rd"),
        ("ah c o n n a r d va", 1, 2, "c o n n a r d"),
        ("éé jveux mourir", 1, 4, "jveux mourir"),
        ("te trop tuer", 0, 2, "te trop tuer"),
        ("c\u200bon", 0, 1, "c\u200bon"),
        ("œuf con", 1, 2, "con"),
        ("😂con", 1, 2, "con"),
    ],
)
def test_where_words_stand(text: str, first: int, after: int, part: str) -> None:
    start, end = read(text).span(first, after)
    assert text[start:end] == part


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("connard", False), ("connàrd", False), ("c0nnard", True), ("соnnard", True), ("c\u200bonnard", True)],
)
def test_what_was_hidden_is_known(text: str, hidden: bool) -> None:
    assert read(text).disguised(0, 1) is hidden


def test_accents_and_pictures_do_not_hide() -> None:
    assert not looks_alike("Noël, ça va ? 😂 «œuf»")


TEXTS = st.text(
    st.sampled_from("abcjeuxmortn 019@$!.,'-_()\u200b\u0301éœ😂\ud800\n") | st.characters(codec=None), max_size=80
)


@given(TEXTS)
def test_the_quick_way_and_the_long_way_read_the_same(text: str) -> None:
    words = read(text)
    assert words.reading.words == words.words


@given(TEXTS)
def test_spans_lie_in_the_text(text: str) -> None:
    words = read(text)
    for index in range(len(words.words)):
        start, end = words.span(index, index + 1)
        assert 0 <= start < end <= len(text)


@given(st.text(st.sampled_from("abc " + PUNCTUATION), max_size=60))
def test_the_line_counts_its_words(text: str) -> None:
    words = read(text)
    if words.words:
        assert words.line.split() == words.words
        for index, word in enumerate(words.words):
            offset = len(" ".join(words.words[:index])) + (1 if index else 0)
            assert words.line[offset:].startswith(f" {word} ")
            assert words.line.count(" ", 0, offset) == index
