"""Runs in the environment of training, without anything of ours: fits one class by logistic regression.

Standard input: a pickled dictionary ``{"bits", "rows": [[(feature, value), …], …], "targets": [0 or 1, …], "fold":
[0 … FOLDS - 1, …], "strength": float}``. Standard output: a pickled ``{"weights": [float, …], "bias": float,
"held_out": [float, …]}``, the likelihood of each row told by a model that has not seen its fold.
"""

import pickle
import sys
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression


def matrix(rows: list[list[tuple[int, float]]], bits: int) -> csr_matrix:
    pointers = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((feature for row in rows for feature, _ in row), dtype=np.int64)
    values = np.fromiter((value for row in rows for _, value in row), dtype=np.float32)
    return csr_matrix((values, columns, pointers), shape=(len(rows), 1 << bits))


def fitted(x: csr_matrix, y: np.ndarray, strength: float) -> LogisticRegression:
    model = LogisticRegression(C=strength, solver="liblinear", class_weight={0: 1.0, 1: 2.0}, max_iter=300)
    return model.fit(x, y)


def main() -> None:
    asked: dict[str, Any] = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the program that started this one
    x = matrix(asked["rows"], asked["bits"])
    y, fold = np.asarray(asked["targets"]), np.asarray(asked["fold"])
    held_out = np.zeros(len(y))
    for number in range(int(fold.max()) + 1):
        model = fitted(x[fold != number], y[fold != number], asked["strength"])
        held_out[fold == number] = model.predict_proba(x[fold == number])[:, 1]
    model = fitted(x, y, asked["strength"])
    told = {"weights": model.coef_[0].tolist(), "bias": float(model.intercept_[0]), "held_out": held_out.tolist()}
    pickle.dump(told, sys.stdout.buffer)


if __name__ == "__main__":
    main()
