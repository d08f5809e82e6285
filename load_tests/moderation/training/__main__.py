"""Trains the linear model under the rules: `python -m load_tests.moderation.training --tweets FOLDER`. Writes
server/moderation/data/model.bin and its card, docs/model-card.md. Never runs at install; the same input gives the same
file."""

import argparse
import hashlib
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from load_tests.moderation import environment
from load_tests.moderation.training import card
from load_tests.moderation.training.aims import AIMS, task
from load_tests.moderation.training.asking import BITS, KIND_BITS, asked, read
from load_tests.moderation.training.examples import OWN, TWEETS_FROM, examples
from load_tests.moderation.training.fitted import finished
from server.moderation.assess import warm
from server.moderation.data_files import DATA
from server.moderation.model import Header, encode

if TYPE_CHECKING:  # needs the packages of its own environment
    from load_tests.moderation.training.fit import Answer


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
    answers: list[Answer] = pickle.loads(done.stdout)  # noqa: S301 - from the program that we have just started
    fits = [finished(*one) for one in zip(AIMS, tasks, [known] * len(AIMS), answers, strict=True)]
    for one in fits:
        print(
            f"{one.known.name:10} {one.examples:5} examples; of a young person from {one.known.young:.3f}, recall "
            f"{one.young:.3f}, of an adult from {one.known.adult:.3f}, {one.adult:.3f}: by others than it had read"
        )
    sources = [OWN, *(TWEETS_FROM if options.tweets else [])]
    header = Header(BITS, KIND_BITS, [one.known for one in fits], sources)
    data = encode(header, _rows([one.weights for one in fits]), _rows([kind for one in fits for kind in one.kinds]))
    (DATA / "model.bin").write_bytes(data)
    card.write(header, fits, len(known), hashlib.sha256(data).hexdigest(), len(data))
    return 0


def _rows(columns: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    return list(zip(*columns, strict=True))


if __name__ == "__main__":
    sys.exit(main())
