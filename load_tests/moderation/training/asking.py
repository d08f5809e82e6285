"""What ``fit.py`` is asked: the examples as the model reads them, in numbers."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from load_tests.moderation.training.examples import Example
from server.moderation import lexicon
from server.moderation.folding import fold
from server.moderation.model import FEWEST, features, sentences

if TYPE_CHECKING:  # needs the packages of its own environment
    from load_tests.moderation.training.fit import Asked, Task

BITS, KIND_BITS = 18, 14
FOLDS = 5
STRENGTH = 4.0  # the inverse of how strongly weights are held down


@dataclass(frozen=True, slots=True)
class Read:
    """An example as the model reads it: the features of each sentence, and what one of them counts."""

    example: Example
    sentences: tuple[tuple["array[int]", float], ...]


def read(example: Example) -> Read:
    words = lexicon.words(example.text, fold(example.text)).words
    return Read(
        example,
        tuple(
            (array("I", features(sentence.words)), 1 / sqrt(max(len(sentence.words), FEWEST)))
            for sentence in sentences(words)
        ),
    )


def asked(known: Sequence[Read], tasks: Sequence["Task"]) -> "Asked":
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
