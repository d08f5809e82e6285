"""How a request proves who sends it: a bearer token, or the cookie, which only pages of this server may use.

What a token means is the business of an ``Authenticator``; here it is only carried.
"""

import re
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from multidict import CIMultiDict

from server.kernel.errors import Forbidden
from server.kernel.principal import Principal
from server.transport.reached import reached

COOKIE = "binome"
SECURED = "__Host-"  # RFC 6265bis section 4.1.3.2: set over https, for this host alone; no neighbour can plant it
DEVICE_COOKIE = "binome_device"  # by which a person's own device is known again; it opens nothing
DEVICE_SECONDS = 400 * 24 * 3600  # RFC 6265bis section 5.5: no cookie lives longer
SAFE_METHODS = frozenset({"GET", "HEAD"})  # RFC 9110 section 9.2.1; they change nothing here

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")  # base64url; longer or other texts cannot be one of ours
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Authenticator(Protocol):
    async def authenticate(self, token: str, address: str | None = None) -> Principal:
        """The person whose session ``token`` opens; ``address`` is the one that brings it. Raises NotSignedIn,
        SessionExpired for one that has ended, or TooFast when too many that nobody knows came from there."""
        ...


def plausible_token(text: str) -> bool:
    """Whether ``text`` has the shape of a token. What has not is never hashed, looked up or logged."""
    return _TOKEN.fullmatch(text) is not None


def bearer_of(request: web.BaseRequest) -> str | None:
    """The token in ``Authorization: Bearer`` (RFC 6750), if any."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and plausible_token(token) else None


def cookie_of(request: web.BaseRequest) -> str | None:
    """The token in our cookie, if any."""
    return _cookie(request, COOKIE)


def device_of(request: web.BaseRequest) -> str | None:
    """What the browser's device is known by, if anything."""
    return _cookie(request, DEVICE_COOKIE)


def _cookie(request: web.BaseRequest, name: str) -> str | None:
    """The one that only this host can have set. Under the plain name, which a neighbour of the same domain or somebody
    on the line can plant, only on this machine itself.

    Read as browsers write it (RFC 6265bis section 5.8.3). aiohttp's reader takes commas, and white space of all kinds,
    for what parts cookies: behind these a neighbour could write a cookie that browsers do not take for one of ours."""
    wanted = _prefix(request) + name
    found = []
    for header in request.headers.getall(hdrs.COOKIE, ()):
        for item in header.split(";"):
            given, _, value = item.strip(" \t").partition("=")
            if given == wanted:
                found.append(value)
    return found[0] if len(found) == 1 and plausible_token(found[0]) else None


def token_of(request: web.BaseRequest) -> str | None:
    """The token that the request carries. A bearer token counts before a cookie: it is there on purpose."""
    return bearer_of(request) or cookie_of(request)


def uses_cookie(request: web.BaseRequest) -> bool:
    """Whether it is the cookie that ``token_of`` reads, which a browser sends without being asked to."""
    return bearer_of(request) is None and cookie_of(request) is not None


def check_reading(request: web.BaseRequest) -> None:
    """Raises Forbidden when a page of another site (a neighbour of the same domain included) asks with the cookie:
    it could not read the answer, but measure it. Also when somebody types the address: it is the page that asks for
    the PIN of a device, and whoever picked that up must not read past it (docs/decisions/0185)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Forbidden("cross_site")


def check_origin(request: web.BaseRequest, *, required: bool = True) -> None:
    """Raises Forbidden unless the page that sends this request is one of this server.

    For changes and web sockets that the cookie authenticates (RFC 6265bis section 8.2): browsers send
    ``Sec-Fetch-Site`` on trustworthy addresses and ``Origin`` on all; scripts can forge neither. With
    ``required=False`` a request with neither, which no browser sends, passes.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise Forbidden("cross_site")
        return
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None:
        if required:
            raise Forbidden("cross_site")
        return
    here = reached(request)
    own = _origin(f"{here.scheme}://{here.host}")
    if own is None or _origin(origin) != own:
        raise Forbidden("cross_site")


def _origin(text: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(text)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    return parts.scheme, parts.hostname, port


def cookie_header(request: web.BaseRequest, token: str, max_age: int, name: str = COOKIE) -> str:
    """The ``Set-Cookie`` value that gives a browser ``token`` for ``max_age`` seconds (0 takes it away).

    ``Secure`` and ``__Host-`` unless the browser is on this very machine, where there is no line to listen on.
    """
    prefix = _prefix(request)
    secure = "; Secure" if prefix else ""
    return f"{prefix}{name}={token}; HttpOnly; Max-Age={max_age}; Path=/; SameSite=Strict{secure}"


def _prefix(request: web.BaseRequest) -> str:
    here = reached(request)
    return "" if here.on_this_machine and here.scheme == "http" else SECURED


def set_cookie(headers: CIMultiDict[str], request: web.BaseRequest, token: str, max_age: int) -> None:
    """Gives the browser its session with this answer."""
    headers.add(hdrs.SET_COOKIE, cookie_header(request, token, max_age))


def set_device(headers: CIMultiDict[str], request: web.BaseRequest, token: str) -> None:
    """Lets the browser's device be known again."""
    headers.add(hdrs.SET_COOKIE, cookie_header(request, token, DEVICE_SECONDS, DEVICE_COOKIE))


def clear_cookie(headers: CIMultiDict[str], request: web.BaseRequest) -> None:
    """Takes the session away from the browser with this answer."""
    headers.add(hdrs.SET_COOKIE, cookie_header(request, "", 0))
