"""Which core does what: what is measured has the first one alone, what measures has the rest."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

ALLOWED = sorted(os.sched_getaffinity(0))
MEASURED = frozenset(ALLOWED[:1])
MEASURING = frozenset(ALLOWED[1:]) or MEASURED  # one core only: figures then hold the load too, and say so


def shared() -> bool:
    """True when there is one core for both, so that no figure of CPU or latency is worth much."""
    return MEASURED == MEASURING


def take_measuring() -> None:
    """Puts this process, and what it starts from now on, on the measuring cores."""
    os.sched_setaffinity(0, MEASURING)


@contextmanager
def on(cores: frozenset[int]) -> Iterator[None]:
    """What is started inside runs on ``cores``, from its first instruction on."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, ours)
