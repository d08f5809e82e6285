"""Runs in the environment of training, without anything of ours: fits classes by logistic regression.

Standard input: a pickled ``Asked``. Standard output: a pickled list of ``Answer``, one a task.

Of a message that is of the class, only the sentence that speaks most for it is learnt from, as the messages of one
sentence tell; all sentences of the others are.
"""

import pickle
import sys
from typing import TypedDict

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression


class Task(TypedDict):
    """``messages`` by number, which of them are of the class, and which kind of it (-1: of none or several)."""

    messages: list[int]
    targets: list[bool]
    kinds: list[int]


class Asked(TypedDict):
    """Sentence ``i`` has the features (uint32) between ``offsets[i]`` and ``offsets[i + 1]``, each of which counts
    ``shares[i]``, and is part of message ``owners[i]``; ``folds`` are those of the messages."""

    bits: int
    kind_bits: int
    strength: float
    features: bytes
    offsets: list[int]
    shares: list[float]
    owners: list[int]
    folds: list[int]
    tasks: list[Task]


class Learnt(TypedDict):
    """``weights`` are float32."""

    weights: bytes
    bias: float


class Answer(Learnt):
    """``held_out`` is for each message of the task the likelihood of its likeliest sentence, told by a model that has
    read none of its fold; ``kinds`` tells the categories of the class apart, and is empty where it has but one."""

    held_out: list[float]
    kinds: list[Learnt]


def matrix(asked: Asked, bits: int) -> csr_matrix:
    columns = np.frombuffer(asked["features"], dtype=np.uint32) & ((1 << bits) - 1)
    offsets = np.asarray(asked["offsets"])
    values = np.repeat(np.asarray(asked["shares"], dtype=np.float32), np.diff(offsets))
    made = csr_matrix((values, columns.astype(np.int64), offsets), shape=(len(offsets) - 1, 1 << bits))
    made.sum_duplicates()
    return made


def fitted(x: csr_matrix, y: np.ndarray, strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, solver="liblinear", class_weight={0: 1.0, 1: 2.0}, max_iter=300).fit(x, y)


def best_of(owners: np.ndarray, scores: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Of the wanted sentences the highest scored one of each message."""
    order = np.flatnonzero(wanted)
    order = order[np.lexsort((-scores[order], owners[order]))]
    _, first = np.unique(owners[order], return_index=True)
    return order[first]


def answer(asked: Asked, task: Task, x: csr_matrix, small: csr_matrix) -> Answer:
    owners, folds = np.asarray(asked["owners"]), np.asarray(asked["folds"])
    used, target = np.zeros(len(folds), bool), np.zeros(len(folds), bool)
    used[task["messages"]], target[task["messages"]] = True, task["targets"]
    of_it, others = target[owners], used[owners] & ~target[owners]
    single = of_it & (np.bincount(owners, minlength=len(folds))[owners] == 1)
    model = fitted(x[others | single], _y(others, single), asked["strength"])
    picked = np.zeros(len(owners), bool)
    picked[best_of(owners, model.decision_function(x), of_it)] = True
    held_out = np.zeros(len(folds))
    for fold in range(int(folds.max()) + 1):
        here = folds[owners] == fold
        model = fitted(x[(others | picked) & ~here], _y(others & ~here, picked & ~here), asked["strength"])
        likely = model.predict_proba(x[here])[:, 1]
        np.maximum.at(held_out, owners[here], likely)
    model = fitted(x[others | picked], _y(others, picked), asked["strength"])
    kind = np.full(len(folds), -1)
    kind[task["messages"]] = task["kinds"]
    known = picked & (kind[owners] >= 0)
    several = max(task["kinds"]) + 1 if max(task["kinds"]) > 0 else 0  # of a single kind there is nothing to learn
    kinds = [_told(fitted(small[known], kind[owners][known] == number, asked["strength"])) for number in range(several)]
    return {**_told(model), "held_out": held_out[task["messages"]].tolist(), "kinds": kinds}


def _y(others: np.ndarray, of_it: np.ndarray) -> np.ndarray:
    return np.asarray(of_it[others | of_it])


def _told(model: LogisticRegression) -> Learnt:
    return {"weights": model.coef_[0].astype(np.float32).tobytes(), "bias": float(model.intercept_[0])}


def main() -> None:
    asked: Asked = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the program that started this one
    x, small = matrix(asked, asked["bits"]), matrix(asked, asked["kind_bits"])
    pickle.dump([answer(asked, task, x, small) for task in asked["tasks"]], sys.stdout.buffer)


if __name__ == "__main__":
    main()
