"""Under which address, and from which, a request really reached us, with or without a reverse proxy in between.

``X-Forwarded-*`` are believed only from the proxies that the settings name: anyone else can write them.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import web

_FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")
_UNKNOWN = "0.0.0.0"  # noqa: S104 - a placeholder in the place of an address that cannot be read; nothing binds to it


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The networks whose ``X-Forwarded-*`` are believed. None by default."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "TrustedProxies":
        """From a comma-separated list of addresses and networks. Raises ValueError naming what is neither."""
        return cls(tuple(ip_network(item.strip()) for item in text.split(",") if item.strip()))

    def include(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)


TRUSTED_PROXIES = web.AppKey("trusted_proxies", TrustedProxies)


@dataclass(frozen=True, slots=True)
class Reached:
    """``host`` is as a browser writes it, with a port unless it is the scheme's own. ``forwarded`` tells that a
    proxy stands in between, believed or not. ``address`` is the nearest one that is not a believed proxy's."""

    scheme: str
    host: str
    address: str
    from_loopback: bool
    forwarded: bool

    @property
    def on_this_machine(self) -> bool:
        """The browser runs here, too: there is no line to listen on, and the host that it wrote is what it is."""
        return self.from_loopback and not self.forwarded and is_loopback_name(self.host)


def reached(request: web.BaseRequest) -> Reached:
    """How ``request`` reached us."""
    peer = _address(request.remote or "")
    headers = request.headers
    scheme, host, client = request.scheme, request.host, peer
    if _trusted(request).include(peer):
        client, proxies = _client(request, peer)
        scheme = _written(request, "X-Forwarded-Proto", proxies) or scheme
        host = _written(request, "X-Forwarded-Host", proxies) or host
    return Reached(
        scheme=scheme if scheme in ("http", "https") else "http",
        host=host,
        address=str(client) if client is not None else _UNKNOWN,
        from_loopback=client is not None and client.is_loopback,
        forwarded=any(name in headers for name in _FORWARDING),
    )


def host_name(host: str) -> str:
    """``host`` without its port and brackets; empty when it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_address(name: str) -> bool:
    """Whether ``name`` is an IP address rather than a name."""
    return _address(name) is not None


def is_loopback_name(host: str) -> bool:
    """Whether ``host`` (with or without a port) names this very machine (RFC 6761 section 6.3)."""
    name = host_name(host)
    address = _address(name)
    return address.is_loopback if address is not None else name == "localhost" or name.endswith(".localhost")


def _trusted(request: web.BaseRequest) -> TrustedProxies:
    if isinstance(request, web.Request):
        return request.app.get(TRUSTED_PROXIES, TrustedProxies())
    return TrustedProxies()


def _client(
    request: web.BaseRequest, peer: IPv4Address | IPv6Address | None
) -> tuple[IPv4Address | IPv6Address | None, int]:
    """From the nearest hop outwards, the first that is not a believed proxy: further ones are anyone's word. And how
    many believed proxies there were."""
    trusted = _trusted(request)
    client, proxies = peer, 0
    for hop in reversed(_items(request, "X-Forwarded-For")):
        if not trusted.include(client):
            break
        address = _address(hop)
        if address is None:
            break
        client, proxies = address, proxies + 1
    return client, max(proxies, 1)


def _written(request: web.BaseRequest, name: str, proxies: int) -> str | None:
    """What the outermost believed proxy wrote. One that does not replace what it is sent writes behind it."""
    items = _items(request, name)
    return items[-min(proxies, len(items))] if items else None


def _items(request: web.BaseRequest, name: str) -> list[str]:
    return [item.strip() for value in request.headers.getall(name, []) for item in value.split(",")]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])  # a link-local address may carry its zone
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
