"""Notifications to browsers, through the push service that each browser brings (RFC 8030).

An endpoint is an address that a client gives us, and that this server then asks: so only those of push services, by
name, over https, at addresses of the open internet; redirects are not followed.
"""

import re
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from server.infra.mail import NotDelivered
from server.infra.message_encryption import AUTH_BYTES, encrypted
from server.infra.vapid import Vapid
from server.kernel.clock import Clock

SECONDS: Final = 20.0
PADDED_TO: Final = 512  # bytes: all that we send has this length, so that push services cannot tell one from another

# Chrome and most others, Firefox, Safari, Edge on Windows: each name and those below it.
SERVICES: Final = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")

_NAME: Final = re.compile(r"([a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63}")  # as DNS has them (RFC 1035, section 2.3.4)

PushUrgency = Literal["very-low", "low", "normal", "high"]  # RFC 8030, section 5.3


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser gave: where to send, and the keys that only it can open with."""

    endpoint: str
    p256dh: bytes
    auth: bytes


@dataclass(frozen=True, slots=True)
class PushMessage:
    """``topic``: a later message of the same takes the place of one that still waits, up to 32 characters of
    base64url. ``ttl``: seconds for which the service keeps it for a device that is off."""

    text: bytes
    topic: str
    ttl: int
    urgency: PushUrgency


class Gone(NotDelivered):
    """The browser takes no more there, for good: the subscription can be forgotten."""

    def __init__(self) -> None:
        super().__init__("gone", final=True)


class Push(Protocol):
    def takes(self, endpoint: str) -> bool:
        """Whether ``endpoint`` is one that this server sends to."""
        ...

    async def send(self, to: Subscription, message: PushMessage, vapid: Vapid, *, seconds: float = SECONDS) -> None:
        """Hands ``message`` to the push service. Raises NotDelivered, and Gone of its kind."""
        ...


def is_push_service(endpoint: str, more: Collection[str] = ()) -> bool:
    """Whether this is an address that a push service gives out; ``more`` are hosts that the operator added."""
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username is not None or not endpoint.isascii() or not endpoint.isprintable():
        return False
    named = _NAME.fullmatch(host) is not None
    known = named and any(host == name or host.endswith(f".{name}") for name in SERVICES)
    return (known and port in (None, 443)) or f"{host}:{port or 443}" in {_with_port(one) for one in more}


def _with_port(host: str) -> str:
    return host if ":" in host else f"{host}:443"


def is_open_internet(address: IPv4Address | IPv6Address) -> bool:
    """Not of this machine, of the network it stands in, or of any other that is not public."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (inner or address).is_global and not address.is_multicast


class _Guarded(AbstractResolver):
    """Finds the addresses of a name, and of those only what may be reached: a name that suddenly points into our own
    network leads nowhere."""

    def __init__(self, may_reach: Callable[[IPv4Address | IPv6Address], bool]) -> None:
        self._may_reach = may_reach
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if self._may_reach(ip_address(one["host"].partition("%")[0]))]
        if not allowed:
            raise OSError(None, "no address of the open internet")
        return allowed

    async def close(self) -> None:
        await self._resolver.close()


class HttpPush:
    """``hosts`` are those that the operator added. ``may_reach`` and ``context`` are for tests, whose push service is
    on this machine."""

    def __init__(
        self,
        clock: Clock,
        hosts: Collection[str] = (),
        *,
        may_reach: Callable[[IPv4Address | IPv6Address], bool] = is_open_internet,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._hosts = hosts
        self._may_reach = may_reach
        self._context = context
        self._http: aiohttp.ClientSession | None = None

    def takes(self, endpoint: str) -> bool:
        return is_push_service(endpoint, self._hosts)

    async def send(self, to: Subscription, message: PushMessage, vapid: Vapid, *, seconds: float = SECONDS) -> None:
        if not self.takes(to.endpoint) or len(to.auth) != AUTH_BYTES:
            raise Gone
        try:
            body = encrypted(message.text, to.p256dh, to.auth, padded_to=PADDED_TO)
        except ValueError:
            raise Gone from None
        headers = {
            "Authorization": vapid.authorization(to.endpoint, self._clock.now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(message.ttl),
            "Topic": message.topic,
            "Urgency": message.urgency,
        }
        timeout = aiohttp.ClientTimeout(seconds)
        try:
            async with self._session().post(
                to.endpoint, data=body, headers=headers, allow_redirects=False, timeout=timeout
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise NotDelivered("unreachable") from None
        except ValueError:  # a name that no resolver takes
            raise Gone from None
        if status in (404, 410):
            raise Gone
        if status in (401, 403):
            raise NotDelivered("login", final=True)
        if not 200 <= status < 300:
            raise NotDelivered("refused", final=300 <= status < 500 and status not in (408, 429))

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            more: dict[str, Any] = {} if self._context is None else {"ssl": self._context}
            # Without a limit: a service that hangs would hold the places that another one waits for. How many messages
            # there are at once is bounded by who sends them.
            connector = aiohttp.TCPConnector(resolver=_Guarded(self._may_reach), limit=0, **more)
            # No cookies: what one service sets is nobody's business; no proxy of the environment either.
            self._http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._http
