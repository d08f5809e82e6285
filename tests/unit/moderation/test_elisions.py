"""Words run together as they are heard."""

from server.moderation import lexicon
from server.moderation.elisions import KEPT, ShortForms
from server.moderation.folding import fold


def test_words_that_the_lexicon_knows_may_be_stuck_to_a_pronoun() -> None:
    short = ShortForms(["dors", "envie", "avoir"], {"veu": "veux"})
    assert short["jdors"] == "je dors"
    assert short["jveu"] == "je veux"
    assert short["jenvie"] == "j envie"
    assert short["davoir"] == "d avoir"
    assert short["quavoir"] == "qu avoir"
    assert short["veu"] == "veux"


def test_a_word_is_never_taken_apart() -> None:
    short = ShortForms(["avoir", "savoir", "ange", "mange", "etre"], {"letre": "l autre"})
    assert short["savoir"] == "savoir"
    assert short["mange"] == "mange"
    assert short["letre"] == "l autre"


def test_a_short_form_that_is_left_out_makes_nothing() -> None:
    short = ShortForms([], {"vraiment": ""})
    assert short["vraiment"] == ""
    assert short["jvraiment"] == "jvraiment"


def test_what_is_remembered_is_bounded_and_changes_nothing() -> None:
    short = ShortForms(["avoir"], {"veu": "veux"})
    for number in range(2 * KEPT):
        assert short[f"mot{number}"] == f"mot{number}"
    assert len(short) == KEPT + 1
    assert short["davoir"] == "d avoir"


def test_such_a_message_is_read_like_the_careful_one() -> None:
    words = [lexicon.words(text, fold(text)).words for text in ("jpleure davoir mal", "je pleure d'avoir mal")]
    assert words[0] == words[1]
