"""How often two people who look at the same flag decide alike: which flags are looked at twice, and the figures.
Pure."""

import hashlib
import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

SAMPLED: Final = 0.05  # of the decided flags: the figure
Z: Final = 1.959963984540054  # of a normal distribution, for an interval of 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of``, with the Wilson score interval (Wilson 1927) of 95 %."""

    hits: int
    of: int
    share: float
    low: float
    high: float


def is_sampled(flag_id: UUID) -> bool:
    """Whether a flag is one of the twentieth that is judged twice. By a digest of its identifier: nobody can tell when
    it is raised, and every process says the same."""
    drawn = int.from_bytes(hashlib.sha256(b"sample:" + flag_id.bytes).digest()[:8])
    return drawn < SAMPLED * 2**64


def wilson(hits: int, of: int) -> Share | None:
    """None of nothing."""
    if of == 0:
        return None
    p = hits / of
    middle = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z * math.sqrt(p * (1 - p) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)
    return Share(hits, of, p, min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half)))  # rounding aside


def kappa(decided: Collection[tuple[str, str]]) -> float | None:
    """Cohen's kappa (Cohen 1960) of pairs of decisions: the agreement beyond that of chance. None where chance alone
    would agree always, and of nothing."""
    if not decided:
        return None
    n = len(decided)
    seen = sum(one == other for one, other in decided) / n
    first, second = Counter(one for one, _ in decided), Counter(other for _, other in decided)
    chance = sum(first[decision] * second[decision] for decision in first) / (n * n)
    return None if chance == 1 else (seen - chance) / (1 - chance)
