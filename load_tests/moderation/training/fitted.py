"""A class as it was learnt: its weights in bytes, and from which likelihood on it may speak up."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from load_tests.moderation.training.aims import AIMS
from load_tests.moderation.training.asking import KIND_BITS
from load_tests.moderation.training.examples import Example
from server.moderation.model import Class, Kind

if TYPE_CHECKING:  # needs the packages of its own environment
    from load_tests.moderation.training.fit import Answer, Learnt, Task

LEAST = 0.5  # likelihood from which it may speak up at all


@dataclass(frozen=True, slots=True)
class Fitted:
    known: Class
    weights: list[int]
    kinds: list[list[int]]
    young: float  # recall where a young person writes, of examples by others than it had read
    adult: float  # where an adult does
    examples: int


def finished(name: str, task: "Task", known: Sequence[Example], answer: "Answer") -> Fitted:
    aim = AIMS[name]
    told = list(zip(task["messages"], task["targets"], answer["held_out"], strict=True))
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


def _bytes(model: "Learnt") -> tuple[list[int], float, float]:
    """Weights as signed bytes, what 1 stands for, and the bias."""
    weights = array("f", model["weights"])
    scale = max(map(abs, weights)) / 127
    return [round(weight / scale) for weight in weights], scale, model["bias"]
