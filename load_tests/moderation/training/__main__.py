"""Trains the linear model under the rules: `python -m load_tests.moderation.training --tweets FOLDER`. Writes
server/moderation/data/model.bin and its card, docs/model-card.md. Never runs at install; the same input gives the same
file."""

import argparse
import hashlib
import pickle
import subprocess
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path
from typing import Any

from load_tests.moderation import environment
from load_tests.moderation.training import card
from load_tests.moderation.training.examples import SOURCES, Example, examples
from server.moderation import lexicon
from server.moderation.assess import warm
from server.moderation.data_files import DATA
from server.moderation.folding import fold
from server.moderation.model import FEWEST, Class, Header, Kind, encode, features, sentences

BITS, KIND_BITS = 18, 14
FOLDS = 5
STRENGTH = 4.0  # the inverse of how strongly weights are held down
LEAST = 0.5  # likelihood from which it may speak up at all


@dataclass(frozen=True, slots=True)
class Aim:
    """What a class is learnt from. Nothing is learnt from what is only ``kin``, for it resembles the class. ``young``
    and ``adult`` are the shares of everyday messages by a young person and by an adult that it may be wrong about: who
    discloses is the one, who approaches is the other."""

    kinds: tuple[str, ...]
    kin: tuple[str, ...]
    severity: int
    young: float
    adult: float


AIMS = {
    "danger": Aim(("suicide", "self_harm"), ("ill_being", "incitement"), 3, 0.002, 0.0003),
    "ill_being": Aim(("ill_being",), ("suicide", "self_harm"), 2, 0.0015, 0.0005),
    "told": Aim(("abuse", "neglect", "bullied"), ("insult", "incitement", "threat"), 3, 0.012, 0.001),
    "approach": Aim(
        ("secrecy", "photo_request", "meeting", "sexual_approach", "gift", "off_platform"),
        ("sexual", "flattery", "money", "drugs", "contact"),
        2,
        0.0003,
        0.001,
    ),
    "hostile": Aim(
        ("insult", "hate", "threat"), ("incitement", "bullied", "abuse", "weapons", "profanity"), 2, 0.0003, 0.0003
    ),
}


@dataclass(frozen=True, slots=True)
class Read:
    """An example as the model reads it: the features of each sentence, and what one of them counts."""

    example: Example
    sentences: tuple[tuple["array[int]", float], ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    known: Class
    weights: list[int]
    kinds: list[list[int]]
    young: float  # recall where a young person writes, of examples by others than it had read
    adult: float  # where an adult does
    examples: int


def read(example: Example) -> Read:
    words = lexicon.words(example.text, fold(example.text)).words
    return Read(
        example,
        tuple(
            (array("I", features(sentence.words)), 1 / sqrt(max(len(sentence.words), FEWEST)))
            for sentence in sentences(words)
        ),
    )


def task(aim: Aim, known: Sequence[Example]) -> dict[str, list[int]]:
    """The messages that tell of a class: those that are of it, and those of which we know that they are not."""
    messages, targets, kinds = [], [], []
    for number, example in enumerate(known):
        here = [kind for kind in aim.kinds if kind in example.categories]
        told = example.known is None or example.known.issuperset(aim.kinds)
        if here or (told and example.categories.isdisjoint(aim.kin)):
            messages.append(number)
            targets.append(int(bool(here)))
            kinds.append(aim.kinds.index(here[0]) if len(here) == 1 else -1)
    return {"messages": messages, "targets": targets, "kinds": kinds}


def asked(known: Sequence[Read], tasks: Sequence[Mapping[str, list[int]]]) -> dict[str, Any]:
    sources = sorted({one.example.source for one in known})
    flat, offsets, shares, owners = array("I"), [0], [], []
    for number, one in enumerate(known):
        for found, share in one.sentences:
            flat.extend(found)
            offsets.append(len(flat))
            shares.append(share)
            owners.append(number)
    return {
        "bits": BITS,
        "kind_bits": KIND_BITS,
        "strength": STRENGTH,
        "features": flat.tobytes(),
        "offsets": offsets,
        "shares": shares,
        "owners": owners,
        "folds": [sources.index(one.example.source) % FOLDS for one in known],
        "tasks": list(tasks),
    }


def finished(name: str, task: Mapping[str, list[int]], known: Sequence[Example], answer: Mapping[str, Any]) -> Fitted:
    aim = AIMS[name]
    likelihoods: list[float] = answer["held_out"]
    told = list(zip(task["messages"], task["targets"], likelihoods, strict=True))
    everyday = sorted((likely for number, of_it, likely in told if known[number].everyday and not of_it), reverse=True)
    of_it = [likely for _, true, likely in told if true]

    def threshold(alarms: float) -> float:
        return min(1.0, max(LEAST, ceil(everyday[int(alarms * len(everyday))] * 1000) / 1000))

    def recall(threshold: float) -> float:
        return sum(likely >= threshold for likely in of_it) / len(of_it)

    young, adult = threshold(aim.young), threshold(aim.adult)
    learnt = [_bytes(kind) for kind in answer["kinds"]] or [([0] * (1 << KIND_BITS), 1.0, 0.0)]
    kinds = [Kind(category, bias, scale) for category, (_, scale, bias) in zip(aim.kinds, learnt, strict=True)]
    weights, scale, bias = _bytes(answer)
    return Fitted(
        Class(name, kinds, list(aim.kin), aim.severity, young, adult, bias, scale),
        weights,
        [weights for weights, _, _ in learnt],
        recall(young),
        recall(adult),
        len(of_it),
    )


def _bytes(model: Mapping[str, Any]) -> tuple[list[int], float, float]:
    """Weights as signed bytes, what 1 stands for, and the bias."""
    weights = array("f", model["weights"])
    scale = max(map(abs, weights)) / 127
    return [round(weight / scale) for weight in weights], scale, model["bias"]


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.moderation.training", description=__doc__)
    parser.add_argument("--tweets", type=Path, help="folder with the two sets of tweets; without it, without them")
    options = parser.parse_args(given)
    warm()
    python = environment.python_of("moderation-training")
    all_read = [one for one in map(read, examples(options.tweets)) if one.sentences]
    known = [one.example for one in all_read]
    tasks = [task(aim, known) for aim in AIMS.values()]
    done = subprocess.run(
        [python, Path(__file__).with_name("fit.py")],
        input=pickle.dumps(asked(all_read, tasks)),
        stdout=subprocess.PIPE,
        check=True,
    )
    answers = pickle.loads(done.stdout)  # noqa: S301 - from the program that we have just started
    fits = [finished(*one) for one in zip(AIMS, tasks, [known] * len(AIMS), answers, strict=True)]
    for one in fits:
        print(
            f"{one.known.name:10} {one.examples:5} examples; of a young person from {one.known.young:.3f}, recall "
            f"{one.young:.3f}, of an adult from {one.known.adult:.3f}, {one.adult:.3f}: by others than it had read"
        )
    header = Header(BITS, KIND_BITS, [one.known for one in fits], SOURCES)
    data = encode(header, _rows([one.weights for one in fits]), _rows([kind for one in fits for kind in one.kinds]))
    (DATA / "model.bin").write_bytes(data)
    card.write(header, fits, len(known), hashlib.sha256(data).hexdigest(), len(data))
    return 0


def _rows(columns: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    return list(zip(*columns, strict=True))


if __name__ == "__main__":
    sys.exit(main())
