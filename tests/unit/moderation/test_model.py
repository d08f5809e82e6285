"""The linear model under the rules, with a tiny one that is trained here."""

import math
import random
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.moderation import lexicon
from server.moderation.assess import assess, warm
from server.moderation.folding import fold
from server.moderation.model import (
    FEWEST,
    MAGIC,
    READ,
    Class,
    Header,
    Kind,
    Model,
    encode,
    features,
    load,
    sentences,
    told,
)
from server.moderation.policy import REVIEW, decide, table
from server.moderation.verdict import Finding, Settled, Speaker
from server.moderation.words import Words

BITS, KIND_BITS = 10, 8
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
    """Logistic regression by stochastic gradient, for one class, on ten sentences. A word tells its kinds apart."""
    weights = [0.0] * (1 << BITS)
    rows = [(read(text), label) for label, texts in ((1.0, DANGER), (0.0, CALM)) for text in texts]
    order = random.Random(4)  # noqa: S311 - an order that is always the same
    for _ in range(60):
        order.shuffle(rows)
        for sentence, label in rows:
            found = [feature % (1 << BITS) for feature in features(sentence)]
            logit = sum(weights[f] for f in found) / math.sqrt(max(FEWEST, len(sentence)))
            for f in found:
                weights[f] += 0.1 * (label - 1 / (1 + math.exp(-logit)))
    scale = max(map(abs, weights)) / 127
    kinds = [Kind("suicide", 0.0, 1.0), Kind("ill_being", 0.0, 1.0)]
    known = Class("danger", kinds, ["bullied"], 2, young=0.9, adult=0.999, bias=0.0, scale=scale)
    of_dying = [[0, 1] for _ in range(1 << KIND_BITS)]
    of_dying[next(features(["disparaitre"])) % (1 << KIND_BITS)] = [100, 0]
    header = Header(BITS, KIND_BITS, [known], ["ten sentences"])
    return Model(encode(header, [[round(weight / scale)] for weight in weights], of_dying))


def read(text: str) -> list[str]:
    return [word for sentence in sentences(words(text).words) for word in sentence.words]


def likelihoods(text: str) -> list[float]:
    return [guess.likelihood for guess in MODEL.guesses(words(text).words)]


MODEL = trained()


def test_it_has_learnt() -> None:
    for text in DANGER:
        assert likelihoods(text)[0] > 0.9
    for text in CALM:
        assert likelihoods(text)[0] < 0.1
    assert likelihoods("") == likelihoods("!?") == [0.0]


def test_what_is_added_up_is_what_was_learnt() -> None:
    """Words remembered or not, a likelihood is that of the features by which training reads."""
    model, sentence = trained(), read(DANGER[2])
    logit = sum(model._weights[feature % (1 << BITS)] for feature in features(sentence))
    known = model.header.classes[0]
    expected = 1 / (1 + math.exp(-known.scale * logit / math.sqrt(max(FEWEST, len(sentence)))))
    for _ in range(2):
        assert model.guesses(sentence)[0].likelihood == pytest.approx(expected)


def test_sentences_are_read_one_by_one() -> None:
    together = f"{CALM[0]}. {DANGER[0]}. {CALM[1]}"
    assert likelihoods(together) == likelihoods(DANGER[0])
    (finding,) = told([], words(together), MODEL, young=True)
    assert together[finding.start : finding.end] == DANGER[0]


def test_alone_it_asks_for_a_look_and_no_more() -> None:
    text = "je veux disparaître"
    (finding,) = told([], words(text), MODEL, young=True)
    assert (finding.category, finding.rule, finding.severity) == ("suicide", "model.danger", 2)
    assert (finding.start, finding.end, finding.version) == (0, len(text), MODEL.version)
    for speaker in (Speaker("mentor", 40), Speaker("mentee", 15), Speaker("mentee", 20)):
        verdict = decide([finding], speaker)
        assert (verdict.action, verdict.severity, verdict.flag, verdict.alert) == ("deliver", 2, True, False)
        assert verdict.show_help == (speaker.role == "mentee")
    assert list(told([], words(CALM[0]), MODEL, young=True)) == []
    assert list(told([], words(text), MODEL, young=False)) == []
    assert list(told([], words(text), None, young=True)) == []


def test_of_its_kinds_it_tells_the_likeliest() -> None:
    assert [finding.category for finding in told([], words(DANGER[3]), MODEL, young=True)] == ["ill_being"]


@pytest.mark.parametrize("category", ["suicide", "ill_being", "bullied"])
def test_what_a_rule_has_found_the_model_does_not_say_again(category: str) -> None:
    found = Finding(category, 0.9, 0, 4, f"{category}.fr.rule")
    assert list(told([found], words(DANGER[2]), MODEL, young=True)) == []
    noted = Finding(category, 0.9, 0, 4, f"{category}.fr.rule", severity=1)
    assert [finding.rule for finding in told([noted], words(DANGER[2]), MODEL, young=True)] == ["model.danger"]


def test_another_finding_does_not_keep_it_silent() -> None:
    phone = Finding("contact", 0.9, 5, 9, "contact.phone")
    assert [finding.rule for finding in told([phone], words(DANGER[2]), MODEL, young=True)] == ["model.danger"]


def test_what_a_rule_knows_to_be_nothing_the_model_leaves_alone_in_that_sentence() -> None:
    text = f"{CALM[0]}. {DANGER[0]}"
    read = words(text)
    at = len(read.words) - 1
    assert list(told([], read, MODEL, young=True, settled=[Settled(at, "suicide")])) == []
    for elsewhere in (Settled(0, "suicide"), Settled(at, "insult")):
        assert [finding.rule for finding in told([], read, MODEL, young=True, settled=[elsewhere])] == ["model.danger"]


@pytest.mark.parametrize(
    "data",
    [
        b"", MAGIC, MAGIC + b"{}\n", b"model 0\n{}\n", MAGIC + b'{"bits": 60, "kind_bits": 8, "classes": []}\n',
        encode(MODEL.header, [[0]] * 8, []), encode(MODEL.header, [[0]] * (1 << BITS), []),
        encode(MODEL.header, [[0]] * (1 << BITS), [[0, 0]] * ((1 << KIND_BITS) + 1)),
    ],
)  # fmt: skip
def test_what_is_not_a_model_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a model"):
        Model(data)


@given(st.text(max_size=200))
def test_any_text_has_its_likelihoods(text: str) -> None:
    for likelihood in likelihoods(text):
        assert 0.0 <= likelihood <= 1.0
    for finding in told([], words(text), MODEL, young=True):
        assert 0 <= finding.start < finding.end <= len(text)


def test_a_page_of_words_never_seen_is_read_in_time() -> None:
    page = [f"mot{number}inconnu" for number in range(4 * READ)]
    start = time.thread_time()
    MODEL.guesses(page)
    assert time.thread_time() - start < 0.05


def test_the_model_that_is_shipped_knows_only_categories_of_the_policy() -> None:
    model = load()
    for known in model.header.classes if model else ():
        assert {kind.category for kind in known.kinds} | set(known.kin) <= set(table())


@pytest.mark.parametrize(
    "text",
    ["le soir je cale une chaise contre ma porte quand il a bu", "hier il est encore venu s'asseoir sur mon lit"],
)
def test_what_no_rule_has_words_for_is_looked_at(text: str) -> None:
    warm()
    verdict = assess(text, Speaker("mentee", 14), now=datetime(2026, 11, 22, tzinfo=UTC))
    assert [(label.category, label.rule) for label in verdict.labels if label.severity >= REVIEW] == [
        ("abuse", "model.told")
    ]
    assert (verdict.action, verdict.flag, verdict.show_help) == ("deliver", True, True)


def test_good_advice_is_no_approach_whatever_the_model_thinks() -> None:
    warm()
    advice = "Et si quelqu'un te demande une photo ou de garder un secret, tu en parles à un adulte"
    assert assess(advice, Speaker("mentor", 40), now=datetime(2026, 11, 22, tzinfo=UTC)).labels == ()
