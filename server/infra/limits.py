"""How often something may be done: token buckets on an injected clock.

A bucket is kept as one number, the instant at which it will be full again (the generic cell rate algorithm of
ITU-T I.371), so that thousands of them cost a dictionary entry each and nothing ever ticks.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from itertools import islice
from typing import Protocol

from server.kernel.clock import Clock

MAX_KEYS = 100_000  # buckets kept by one Buckets, about 150 bytes each: bounds memory against made-up keys
_IPV6_SITE = 64  # bits: what one household gets, so one address is as good as any other in it
_ROUNDING = 1e-9  # seconds: sums of floats must not refuse what was exactly allowed


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_second`` on average, ``burst`` at once."""

    per_second: float
    burst: float

    def __post_init__(self) -> None:
        if not (self.per_second > 0 and self.burst >= 1):
            raise ValueError("a rate lets at least one through, again and again")

    def times(self, factor: float) -> "Rate":
        """``factor`` times as much on average and at once."""
        return Rate(self.per_second * factor, self.burst * factor)


class TokenBucket:
    """One bucket, full at the start."""

    __slots__ = ("_burst_s", "_clock", "_full_at", "_token_s")

    def __init__(self, rate_per_s: float, burst: float, clock: Clock) -> None:
        rate = Rate(rate_per_s, burst)
        self._token_s = 1 / rate.per_second
        self._burst_s = rate.burst * self._token_s
        self._clock = clock
        self._full_at = clock.monotonic()

    def take(self, n: float = 1) -> float:
        """Takes ``n`` tokens and returns 0.0; or takes none and returns the seconds after which they will be there.
        Raises ValueError when the bucket can never hold so many."""
        now = self._clock.monotonic()
        self._full_at, wait = _take(self._full_at, now, n * self._token_s, self._burst_s)
        return wait


class Buckets:
    """A bucket for each key, made at its first use and forgotten when it is full again."""

    def __init__(self, clock: Clock, max_keys: int = MAX_KEYS) -> None:
        self._clock = clock
        self._max_keys = max_keys
        self._full_at: dict[Hashable, float] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: Hashable, rate: Rate, n: float = 1) -> float:
        """As ``TokenBucket.take``, from the bucket of ``key``."""
        now = self._clock.monotonic()
        known = self._full_at.get(key)
        if known is None and len(self._full_at) >= self._max_keys:
            self._make_room(now)
        full_at, wait = _take(now if known is None else known, now, n / rate.per_second, rate.burst / rate.per_second)
        if wait == 0.0:
            self._full_at[key] = full_at
        return wait

    def take_all(self, wants: Sequence[tuple[Hashable, Rate]]) -> float:
        """One token from each bucket and 0.0; or none from any, and the seconds after which all have one."""
        now = self._clock.monotonic()
        taken, longest = [], 0.0
        for key, rate in wants:
            known = self._full_at.get(key, now)
            full_at, wait = _take(known, now, 1 / rate.per_second, rate.burst / rate.per_second)
            taken.append((key, full_at))
            longest = max(longest, wait)
        if longest == 0.0:
            if len(self._full_at) + len(taken) > self._max_keys:
                self._make_room(now)
            self._full_at.update(taken)
        return longest

    def forget_full(self) -> None:
        """Forgets the buckets that are full: a new one is no different."""
        now = self._clock.monotonic()
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}

    def _make_room(self, now: float) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        if len(self._full_at) >= self._max_keys:  # none is full: the oldest give way, a quarter of them at a time
            for key in list(islice(self._full_at, self._max_keys // 4 + 1)):
                del self._full_at[key]


class Limiter(Protocol):
    """Buckets that may be shared by several processes: of this process here, in Redis in ``redis_limits.py``."""

    async def take(self, wants: Sequence[tuple[str, Rate]]) -> float:
        """As ``Buckets.take_all``. Never raises, and never takes longer than a moment."""
        ...

    async def close(self) -> None: ...


class MemoryLimiter:
    """In the memory of this process, bounded, forgotten at a restart."""

    def __init__(self, clock: Clock, max_keys: int = MAX_KEYS) -> None:
        self._buckets = Buckets(clock, max_keys)

    async def take(self, wants: Sequence[tuple[str, Rate]]) -> float:
        return self._buckets.take_all(wants)

    async def close(self) -> None:
        """There is nothing to close."""


def site_of(address: str) -> str:
    """The address as it counts: an IPv6 one stands for its whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed.packed, _IPV6_SITE), strict=False))
    return str(parsed)


def _take(full_at: float, now: float, cost_s: float, burst_s: float) -> tuple[float, float]:
    """(the new instant of fullness, seconds to wait)."""
    if cost_s > burst_s + _ROUNDING:
        raise ValueError("more tokens than the bucket can hold")
    filled = max(full_at, now) + cost_s
    wait = filled - now - burst_s
    if wait > _ROUNDING:
        return full_at, wait
    return filled, 0.0
