"""From a token to the person it speaks for, at each act and without asking the database each time.

What changes in the rights of a person or the life of a session reaches every process as a notice, and a notice drops
what it concerns from the cache. While notices cannot arrive, nothing is taken from the cache.
"""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from server.infra.database import Database
from server.infra.limits import Buckets, Rate, site_of
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.errors import NotSignedIn, SecondFactor, SessionExpired, TooFast
from server.kernel.principal import Principal
from server.people.sessions.store import principal_by_token
from server.people.sessions.tokens import hash_token
from server.transport.web_session import plausible_token

MAX_CACHED = 10_000  # principals, about 1 kB each with their indexes: 10 MB; the ones unused for longest give way
MAX_AGE = 60.0  # seconds until what no notice tells of (a session goes on for longer) shows
READS = 10  # of one session, while rights go on changing under the query

# Tokens from one address that this process has not seen lately; each is a look into the database, before it is known
# whether somebody asks or a flood. A page with a session of last month asks ten times, 60 children have a page each.
STRANGERS = Rate(per_second=20, burst=1_200)


@dataclass(frozen=True, slots=True)
class _Cached:
    principal: Principal
    read_at: float


class SessionAuthenticator:
    """``transport.web_session.Authenticator`` on the sessions in the database."""

    def __init__(self, database: Database, notices: Notices, clock: Clock, rate_factor: float = 1.0) -> None:
        self._database = database
        self._notices = notices
        self._clock = clock
        self._strangers = Buckets(clock)
        self._rate = STRANGERS.times(rate_factor)
        self._cache: OrderedDict[bytes, _Cached] = OrderedDict()
        self._keys: defaultdict[UUID, set[bytes]] = defaultdict(set)  # of a session, of an account
        self._drops = 0  # a read under way during a drop may hold what the drop was about, so it is not kept
        notices.on("rights", self._on_notice)
        notices.on_gap(self._on_gap)

    async def authenticate(self, token: str, address: str | None = None) -> Principal:
        """Raises NotSignedIn for a token that is not known, SecondFactor for one whose sign-in is not finished,
        SessionExpired for a session that ended or whose account was closed; TooFast."""
        principal = await self.authenticate_waiting(token, address)
        if principal.missing is not None:
            raise SecondFactor
        return principal

    async def authenticate_waiting(self, token: str, address: str | None = None) -> Principal:
        """As ``authenticate``, also for a sign-in that is not finished: for what finishes it, and for nothing else."""
        if not plausible_token(token):
            raise NotSignedIn
        key = hash_token(token)
        if address is not None and key not in self._cache:  # who was here a moment ago is not held up by strangers
            wait = self._strangers.take(site_of(address), self._rate)
            if wait:
                raise TooFast(retry_in_ms=ceil(wait * 1000))
        principal = self._recall(key) or await self._read(key)
        if principal.expires_at <= self._clock.now():
            self._drop(key)
            raise SessionExpired
        return principal

    def forget(self, identifier: UUID) -> None:
        """The session or account of this identifier changed or ended: its next use asks the database."""
        self._drops += 1
        for key in list(self._keys.get(identifier, ())):
            self._drop(key)

    def forget_all(self) -> None:
        """Anything may have changed: notices were missed."""
        self._drops += 1
        self._cache.clear()
        self._keys.clear()

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind in ("account", "session"):
            self.forget(UUID(identifier))

    async def _on_gap(self) -> None:
        self.forget_all()

    def _recall(self, key: bytes) -> Principal | None:
        cached = self._cache.get(key)
        if cached is None or not self._notices.alive or self._clock.monotonic() - cached.read_at > MAX_AGE:
            return None
        self._cache.move_to_end(key)
        return cached.principal

    async def _read(self, key: bytes) -> Principal:
        """Read again when a right changed meanwhile: who connects just now is found by no notice that has passed."""
        for _ in range(READS):
            drops, read_at = self._drops, self._clock.monotonic()
            async with self._database.everywhere() as conn:  # whose token it is, is what is asked
                found = await principal_by_token(conn, key, self._clock.now().date())
            if drops == self._drops:
                break
        if found is None:
            self._drop(key)
            raise NotSignedIn
        principal, shut = found
        if shut:
            self._drop(key)
            raise SessionExpired
        if drops == self._drops and self._notices.alive:
            self._keep(key, _Cached(principal, read_at))
        return principal

    def _keep(self, key: bytes, cached: _Cached) -> None:
        self._drop(key)
        self._cache[key] = cached
        for identifier in (cached.principal.session_id, cached.principal.account_id):
            self._keys[identifier].add(key)
        if len(self._cache) > MAX_CACHED:
            self._drop(next(iter(self._cache)))

    def _drop(self, key: bytes) -> None:
        cached = self._cache.pop(key, None)
        if cached is None:
            return
        for identifier in (cached.principal.session_id, cached.principal.account_id):
            self._keys[identifier].discard(key)
            if not self._keys[identifier]:
                del self._keys[identifier]
