"""Every label says in a sentence what was found and by which rule."""

import pytest

from server.moderation.entries import read_entries
from server.moderation.explain import explain, explanations
from server.moderation.policy import table
from server.moderation.sequence import course
from server.moderation.verdict import Label

DETECTORS = [
    "contact.phone", "contact.phone.split", "contact.email", "contact.email.split", "contact.url", "contact.handle",
    "contact.handle.answer", "contact.handle.split", "contact.address", "contact.meeting", "identifying.school",
    "evasion.order", "evasion.length", "evasion.flood", "evasion.disguise", "conversation.two_weak",
    "conversation.three",
    "conversation.strong", "conversation.order", "conversation.skew", "voice.note", "assess.failed",
    "model.danger", "model.hostile", "own.watched.3fa9c2d1", "own.proto",
]  # fmt: skip


def label(category: str, rule: str) -> Label:
    return Label(category, 2, 0.9, 0, 3, rule)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_rule_that_there_is_has_a_whole_sentence(language: str) -> None:
    rules = [(name.split(".")[0], entry.id) for name, entries in read_entries().items() for entry in entries]
    rules += [(rule.split(".")[0], rule) for rule in DETECTORS]
    general = explanations()[language].what["*"]
    for category, rule in rules:
        told = explain(label(category, rule), language)
        assert told[0].isupper(), told
        assert told.endswith("."), told
        assert rule in told
        assert "{" not in told
        if rule.split(".")[0] not in ("assess", "model", "own"):
            assert general not in told, rule


def test_a_conversation_names_what_adds_up() -> None:
    families = tuple(course().families)[:2]
    told = explain(Label("conversation", 2, 0.9, 0, 3, "conversation.two_weak", families=families), "en")
    assert all(course().families[name].en in told for name in families)


def test_each_category_is_told_of_in_both_languages() -> None:
    for language, words in explanations().items():
        assert set(table()) - words.what.keys() == set(), language


def test_the_languages_say_the_same_things() -> None:
    fr, en = explanations()["fr"], explanations()["en"]
    assert (fr.what.keys(), fr.how.keys()) == (en.what.keys(), en.how.keys())


@pytest.mark.parametrize(
    ("given", "language", "told"),
    [
        (label("suicide", "suicide.fr.die"), "fr",
         "Des mots sur l’envie de mourir\u00a0: passage trouvé par la ligne «\u00a0suicide.fr.die\u00a0» du lexique."),
        (label("insult", "insult.en.strong"), "en",
         "An insult to the person who reads, found by line “insult.en.strong” of the lexicon."),
        (label("bullied", "insult.fr.strong"), "en",
         "An account of bullying, found by line “insult.fr.strong” of the lexicon."),
        (label("watched", "own.watched.12345678"), "en",
         "A word that the association watches, by the association’s own rule “own.watched.12345678”."),
        (label("contact", "contact.phone.split"), "tlh",
         "Un numéro de téléphone donné en plusieurs messages, dont celui-ci apporte la fin "
         "(détecteur «\u00a0contact.phone.split\u00a0»)."),
    ],
)  # fmt: skip
def test_what_is_told(given: Label, language: str, told: str) -> None:
    assert explain(given, language) == told
