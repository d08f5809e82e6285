"""Shares with their intervals: what was found of what there is, what of it was right, alarms on ordinary lines."""

import math
from collections.abc import Collection, Sequence, Set
from typing import Any

from load_tests.moderation.lines import GROUPS, Line

Z = 1.96  # a 95 % interval


def share(hits: int, of: int, *, per: int = 1) -> dict[str, Any]:
    """A share of one, or of ``per``, with its Wilson score interval (Wilson 1927)."""
    if of == 0:
        return {"hits": 0, "of": 0}
    p = hits / of
    middle = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z * math.sqrt(p * (1 - p) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return {"hits": hits, "of": of, "share": round(p * per, 4), "from": round(low * per, 4), "to": round(high * per, 4)}


def report(lines: Sequence[Line], claims: Sequence[Set[str]], microseconds: Sequence[float]) -> dict[str, Any]:
    """What ``claims[i]``, the categories that a system gave ``lines[i]`` in ``microseconds[i]``, are worth: by
    category, by group of categories, and on the lines that are ordinary."""
    categories = sorted({category for line in lines for category in line.categories} | set().union(*claims))
    ordinary = [claim for line, claim in zip(lines, claims, strict=True) if not line.categories]
    return {
        "lines": len(lines),
        "category": {name: _of({name}, lines, claims, microseconds) for name in categories},
        "group": {name: _of(members, lines, claims, microseconds) for name, members in GROUPS.items()},
        "alarms_per_1000_ordinary": share(sum(map(bool, ordinary)), len(ordinary), per=1000),
        "microseconds": _times(microseconds),
    }


def _of(
    members: Collection[str], lines: Sequence[Line], claims: Sequence[Set[str]], microseconds: Sequence[float]
) -> dict[str, Any]:
    wanted = frozenset(members)
    true = [not wanted.isdisjoint(line.categories) for line in lines]
    told = [not wanted.isdisjoint(claim) for claim in claims]
    right = sum(t and c for t, c in zip(true, told, strict=True))
    alarms = sum(c and not line.categories for line, c in zip(lines, told, strict=True))
    ordinary = sum(not line.categories for line in lines)
    return {
        "recall": share(right, sum(true)),
        "precision": share(right, sum(told)),
        "alarms_per_1000_ordinary": share(alarms, ordinary, per=1000),
        "microseconds": _times([cost for cost, t in zip(microseconds, true, strict=True) if t]),
    }


def _times(costs: Sequence[float]) -> dict[str, float]:
    if not costs:
        return {}
    ordered = sorted(costs)
    return {
        "mean": round(sum(ordered) / len(ordered), 1),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 1),
    }
