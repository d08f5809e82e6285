"""The linear model under the rules, with a tiny one that is trained here."""

import math
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.moderation import lexicon
from server.moderation.folding import fold
from server.moderation.model import MAGIC, READ, Class, Header, Model, encode, features, load, sentences, weighed
from server.moderation.policy import decide, table
from server.moderation.verdict import Finding, Speaker
from server.moderation.words import Words

BITS = 10
DANGER = [
    "j'en peux plus de vivre",
    "plus envie de rien",
    "je veux disparaître",
    "la vie ne sert à rien",
    "tout est noir",
]
CALM = ["on fait les maths", "à demain pour le cours", "super ta note", "je finis l'exercice", "merci pour ton aide"]


def words(text: str) -> Words:
    return lexicon.words(text, fold(text))


def trained() -> Model:
    """Logistic regression by stochastic gradient, for one class, on ten sentences."""
    weights = [0.0] * (1 << BITS)
    rows = [(words(text).words, label) for label, texts in ((1.0, DANGER), (0.0, CALM)) for text in texts]
    order = random.Random(4)  # noqa: S311 - an order that is always the same
    for _ in range(60):
        order.shuffle(rows)
        for read, label in rows:
            keys = [
                key for s in sentences(read) for i, w in enumerate(s) for key in (w, f"{s[i - 1] if i else ''} {w}")
            ]
            found = [feature % (1 << BITS) for key in keys for feature in features(key)]
            logit = sum(weights[f] for f in found) / math.sqrt(max(4, len(read)))
            for f in found:
                weights[f] += 0.1 * (label - 1 / (1 + math.exp(-logit)))
    scale = max(map(abs, weights)) / 127
    known = Class("danger", ["suicide", "ill_being"], 2, agrees=0.6, alone=0.9, bias=0.0, scale=scale)
    return Model(encode(Header(BITS, [known], ["ten sentences"]), [[round(weight / scale)] for weight in weights]))


MODEL = trained()
WEAK = Finding("ill_being", 0.8, 0, 4, "ill_being.fr.weak", weak=True)


def test_it_has_learnt() -> None:
    for text in DANGER:
        assert MODEL.likelihoods(words(text).words)[0] > 0.9
    for text in CALM:
        assert MODEL.likelihoods(words(text).words)[0] < 0.1
    assert MODEL.likelihoods([]) == [0.0]


def test_sentences_are_read_one_by_one() -> None:
    together = f"{CALM[0]}. {DANGER[0]}. {CALM[1]}"
    assert MODEL.likelihoods(words(together).words) == MODEL.likelihoods(words(DANGER[0]).words)


def test_a_weak_entry_counts_fully_only_when_the_model_agrees() -> None:
    strong = Finding("contact", 0.9, 5, 9, "contact.phone")
    agreed = weighed([WEAK, strong], words(DANGER[1]), MODEL)
    assert agreed == [WEAK, strong]
    noted = weighed([WEAK, strong], words(CALM[1]), MODEL)
    assert [(finding.rule, finding.severity) for finding in noted] == [
        ("ill_being.fr.weak", 1),
        ("contact.phone", None),
    ]
    assert weighed([WEAK, strong], words(DANGER[1]), None)[0].severity == 1


def test_alone_it_asks_for_a_look_and_no_more() -> None:
    text = "tout est noir, je veux disparaître"
    (finding,) = weighed([], words(text), MODEL)
    assert (finding.category, finding.rule, finding.severity) == ("suicide", "model.danger", 2)
    assert (finding.start, finding.end, finding.version) == (0, len(text), MODEL.version)
    for speaker in (Speaker("mentor", 40), Speaker("mentee", 15), Speaker("mentee", 20)):
        verdict = decide([finding], speaker)
        assert (verdict.action, verdict.severity, verdict.flag, verdict.alert) == ("deliver", 2, True, False)
        assert verdict.show_help == (speaker.role == "mentee")
    assert weighed([], words(CALM[0]), MODEL) == []


def test_what_a_rule_has_found_the_model_does_not_say_again() -> None:
    told = Finding("suicide", 0.9, 0, 4, "suicide.fr.die")
    assert weighed([told], words(DANGER[2]), MODEL) == [told]
    noted = Finding("suicide", 0.9, 0, 4, "suicide.fr.die", severity=1)
    assert [finding.rule for finding in weighed([noted], words(DANGER[2]), MODEL)] == ["suicide.fr.die", "model.danger"]


@pytest.mark.parametrize(
    "data",
    [
        b"", MAGIC, MAGIC + b"{}\n", b"model 0\n{}\n", MAGIC + b'{"bits": 60, "classes": []}\n',
        encode(MODEL.header, [[0]] * 8), encode(MODEL.header, [[0]] * ((1 << BITS) + 1)),
    ],
)  # fmt: skip
def test_what_is_not_a_model_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a model"):
        Model(data)


@given(st.text(max_size=200))
def test_any_text_has_its_likelihoods(text: str) -> None:
    for likelihood in MODEL.likelihoods(words(text).words):
        assert 0.0 <= likelihood <= 1.0
    for finding in weighed([], words(text), MODEL):
        assert 0 <= finding.start < finding.end <= len(text)


def test_a_page_of_words_never_seen_is_read_in_time() -> None:
    page = [f"mot{number}inconnu" for number in range(4 * READ)]
    start = time.thread_time()
    MODEL.likelihoods(page)
    assert time.thread_time() - start < 0.05


def test_the_model_that_is_shipped_knows_only_categories_of_the_policy() -> None:
    model = load()
    for known in model.header.classes if model else ():
        assert set(known.categories) <= set(table())
