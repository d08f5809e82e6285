"""Buckets in Redis or Valkey, so that several server processes count together, and a restart forgets nothing.

The rule is that of ``limits.py``, run by the server in one script, so that two processes never both take the last
token. Without an answer in a moment each process counts by itself, in memory; nobody waits for a limit.
"""

import hashlib
import logging
from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.infra.limits import MemoryLimiter, Rate
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import Clock

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 0.25  # a request must not be felt to wait for its own limit
AWAY_SECONDS: Final = 5.0  # between two tries while it is away
CONNECTIONS: Final = 20
_PREFIX: Final = "binome:rate:"
_PURPOSE: Final = "names of rates"  # of the secret that the processes of one instance share

# KEYS: buckets. ARGV: for each what one token costs and what the bucket holds, in ms. Kept is the instant at which the
# bucket is full again, by the clock of the Redis server. All or none; the answer is the longest wait in ms.
_SCRIPT: Final = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local wait, full = 0, {}
for i, key in ipairs(KEYS) do
  local at = tonumber(redis.call('GET', key) or now)
  if at < now then at = now end
  full[i] = at + tonumber(ARGV[2 * i - 1])
  wait = math.max(wait, full[i] - now - tonumber(ARGV[2 * i]))
end
if wait > 0.001 then return tostring(wait) end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.3f', full[i]), 'PX', math.ceil(full[i] - now) + 1)
end
return '0'
"""


class RedisLimiter:
    """``limits.Limiter``. Keys are told to Redis as digests under a ``secret`` only: it learns of nobody's address, of
    which there are so few that they could be tried out."""

    def __init__(self, url: str, clock: Clock, secret: bytes) -> None:
        self._secret = secret
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            max_connections=CONNECTIONS,
            retry=Retry(NoBackoff(), 0),
        )
        self._script = self._redis.register_script(_SCRIPT)
        self._memory = MemoryLimiter(clock)
        self._clock = clock
        self._away_until: float | None = None

    async def take(self, wants: Sequence[tuple[str, Rate]]) -> float:
        """See ``limits.Limiter``."""
        if not wants:
            return 0.0
        if self._away_until is not None and self._clock.monotonic() < self._away_until:
            return await self._memory.take(wants)
        arguments: list[Any] = []
        for _, rate in wants:
            arguments += [1000 / rate.per_second, 1000 * rate.burst / rate.per_second]
        try:
            told = await self._script(keys=[self._name(key) for key, _ in wants], args=arguments)
        except (RedisError, OSError, TimeoutError) as error:
            if self._away_until is None:
                log.warning("redis_away", extra={"error": type(error).__name__})
            self._away_until = self._clock.monotonic() + AWAY_SECONDS
            return await self._memory.take(wants)
        if self._away_until is not None:
            self._away_until = None
            log.info("redis_back")
        return float(told) / 1000

    async def close(self) -> None:
        await self._redis.aclose()

    def _name(self, key: str) -> str:
        return _PREFIX + hashlib.blake2b(key.encode(), digest_size=16, key=self._secret).hexdigest()


def limiter(url: str | None, clock: Clock, keyring: InstanceKeyring) -> "RedisLimiter | MemoryLimiter":
    """The one that the settings ask for."""
    return RedisLimiter(url, clock, keyring.keys.sign(_PURPOSE, b"")) if url is not None else MemoryLimiter(clock)
