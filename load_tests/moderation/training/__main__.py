"""Trains the linear model under the rules: `python -m load_tests.moderation.training --tweets FOLDER`. Writes
server/moderation/data/model.bin and its card, docs/model-card.md. Never runs at install; the same input gives the same
file."""

import argparse
import hashlib
import pickle
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from load_tests.moderation import environment
from load_tests.moderation.training import card
from load_tests.moderation.training.examples import SOURCES, Example, examples
from server.moderation import lexicon
from server.moderation.assess import warm
from server.moderation.data_files import DATA
from server.moderation.folding import fold
from server.moderation.model import FEWEST, Class, Header, encode, features, sentences

BITS = 15
FOLDS = 5
STRENGTH = 4.0  # the inverse of how strongly weights are held down
SURE = 0.92  # the likelihood from which the model speaks up alone …
SURER = {
    "suicide": 0.985,
    "self_harm": 0.97,
    "ill_being": 0.95,
    "meeting": 0.96,
    "sexual_approach": 0.95,
    "insult": 0.985,
    "hate": 0.97,
}
"""… but where everyday private talk sounds alike: love, teasing, appointments."""
AGREES = 0.5  # precision from which it may support a weak rule
ROUNDS = 2  # of choosing the sentence of a message that is the reason
SEVERITY = {"suicide": 3, "self_harm": 3, "abuse": 3}  # of the others 2
CLASSES = {
    "suicide": ("suicide", "self_harm"),
    "self_harm": ("self_harm", "suicide"),
    "ill_being": ("ill_being", "suicide", "self_harm"),
    "abuse": ("abuse", "neglect"),
    "neglect": ("neglect", "abuse"),
    "bullied": ("bullied", "insult", "incitement", "threat"),
    "secrecy": ("secrecy",),
    "photo_request": ("photo_request", "sexual_approach"),
    "meeting": ("meeting",),
    "sexual_approach": ("sexual_approach", "sexual", "photo_request"),
    "insult": ("insult", "hate", "incitement", "threat"),
    "hate": ("hate", "insult"),
    "threat": ("threat", "insult", "incitement"),
}
"""The first is the category that is learnt; of the others, which resemble it, nothing is learnt."""

Row = dict[int, float]


@dataclass(frozen=True, slots=True)
class Read:
    """An example as the model reads it: a row of features for each sentence."""

    example: Example
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Of ``fit.py``."""

    weights: list[float]
    bias: float
    held_out: list[float]


@dataclass(frozen=True, slots=True)
class Fitted:
    name: str
    known: Class
    weights: list[int]
    recall: float  # at ``alone``, of examples that were not seen
    alarms: float
    examples: int


def row(sentence: Sequence[str]) -> Row:
    """The features of a sentence as ``Model.likelihoods`` adds them up."""
    found: Row = {}
    share = 1 / sqrt(max(len(sentence), FEWEST))
    before = ""
    for word in sentence:
        for key in (word, f"{before} {word}"):
            for feature in features(key):
                place = feature & ((1 << BITS) - 1)
                found[place] = found.get(place, 0.0) + share
        before = word
    return found


def read(example: Example) -> Read:
    words = lexicon.words(example.text, fold(example.text)).words
    return Read(example, tuple(row(sentence) for sentence in sentences(words)))


def fit(python: Path, name: str, resembling: Sequence[str], all_read: Sequence[Read]) -> Fitted:
    """One class. Of a message that is of it, only the sentence that speaks most for it is learnt from."""
    category = resembling[0]
    chosen: list[tuple[Read, bool]] = []
    for one in all_read:
        of_it = category in one.example.categories
        told = one.example.known is None or category in one.example.known
        if one.rows and (of_it or (told and not one.example.categories.intersection(resembling[1:]))):
            chosen.append((one, of_it))
    best: dict[int, float] = {}
    picks = [-1] * len(chosen)  # of messages of the class: all sentences at first
    answer: Answer | None = None
    for _ in range(ROUNDS):
        rows, targets, folds, owners = [], [], [], []
        for i, (one, of_it) in enumerate(chosen):
            of_message = one.rows if picks[i] < 0 else (one.rows[picks[i]],)
            for part in of_message:
                rows.append(sorted(part.items()))
                targets.append(int(of_it))
                folds.append(zlib.crc32(one.example.source.encode()) % FOLDS)
                owners.append(i)
        asked = {"bits": BITS, "rows": rows, "targets": targets, "fold": folds, "strength": STRENGTH}
        said = subprocess.run(
            [python, Path(__file__).with_name("fit.py")], input=pickle.dumps(asked), stdout=subprocess.PIPE, check=True
        ).stdout
        answer = Answer(**pickle.loads(said))  # noqa: S301 - from the program that we have just started
        best = {}
        for i, likelihood in zip(owners, answer.held_out, strict=True):
            best[i] = max(best.get(i, 0.0), likelihood)
        weights = answer.weights
        for i, (one, of_it) in enumerate(chosen):
            if of_it and len(one.rows) > 1:
                scores = [sum(weights[f] * v for f, v in part.items()) for part in one.rows]
                picks[i] = scores.index(max(scores))
    assert answer is not None
    return _finished(name, resembling, chosen, best, answer)


def _finished(
    name: str,
    resembling: Sequence[str],
    chosen: Sequence[tuple[Read, bool]],
    best: dict[int, float],
    answer: Answer,
) -> Fitted:
    of_it = sorted((best[i] for i, (_, true) in enumerate(chosen) if true), reverse=True)
    others = sorted((best[i] for i, (_, true) in enumerate(chosen) if not true), reverse=True)
    everyday = [best[i] for i, (one, _) in enumerate(chosen) if one.example.everyday]
    alone = SURER.get(name, SURE)
    agrees = min(alone, next((t for t in sorted(of_it) if _precision(of_it, others, t) >= AGREES), alone))
    scale = max(map(abs, answer.weights)) / 127
    weights = [round(weight / scale) for weight in answer.weights]
    known = Class(name, list(resembling), SEVERITY.get(name, 2), round(agrees, 4), round(alone, 4), answer.bias, scale)
    recall = sum(value >= alone for value in of_it) / len(of_it)
    alarms = sum(value >= alone for value in everyday) / len(everyday)
    return Fitted(name, known, weights, recall, alarms, len(of_it))


def _precision(of_it: Sequence[float], others: Sequence[float], threshold: float) -> float:
    right = sum(value >= threshold for value in of_it)
    return right / (right + sum(value >= threshold for value in others))


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.moderation.training", description=__doc__)
    parser.add_argument("--tweets", type=Path, help="folder with the two sets of tweets; without it, without them")
    options = parser.parse_args(given)
    warm()
    python = environment.python_of("moderation-training")
    known = [read(example) for example in examples(options.tweets)]
    fits = []
    for name, resembling in CLASSES.items():
        fits.append(fit(python, name, resembling, known))
        done = fits[-1]
        print(f"{name:16} {done.examples:5} examples, recall {done.recall:.3f} at {done.alarms:.4f} alarms, not seen")
    header = Header(BITS, [done.known for done in fits], SOURCES)
    data = encode(header, list(zip(*(done.weights for done in fits), strict=True)))
    (DATA / "model.bin").write_bytes(data)
    card.write(header, fits, len(known), hashlib.sha256(data).hexdigest(), len(data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
