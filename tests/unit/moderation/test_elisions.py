"""Words run together as they are heard."""

from server.moderation import lexicon
from server.moderation.elisions import run_together
from server.moderation.folding import fold


def test_words_that_the_lexicon_knows_may_be_stuck_to_a_pronoun() -> None:
    made = run_together(["dors", "envie", "avoir"], {"veu": "veux"})
    assert made["jdors"] == "je dors"
    assert made["jveu"] == "je veux"
    assert made["jenvie"] == "j envie"
    assert made["davoir"] == "d avoir"


def test_a_word_is_never_taken_apart() -> None:
    made = run_together(["avoir", "savoir", "ange", "mange", "etre"], {"letre": "l autre"})
    assert "savoir" not in made
    assert "mange" not in made
    assert "letre" not in made


def test_a_short_form_that_is_left_out_makes_nothing() -> None:
    assert run_together([], {"vraiment": ""}) == {}


def test_such_a_message_is_read_like_the_careful_one() -> None:
    words = [lexicon.words(text, fold(text)).words for text in ("jpleure davoir mal", "je pleure d'avoir mal")]
    assert words[0] == words[1]
