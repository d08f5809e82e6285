"""What every answer tells the browser to forbid: running it as a page, showing it in a frame, reading it from another
site, saying where one came from, guessing its type, and the plain scheme once the other one was used.

An answer that needs less strictness (the client's own files, ``static.py``) says so itself before it comes by here.
"""

from typing import Final

from aiohttp import web

from server.transport.reached import is_loopback_name, reached

# Nothing in an answer of the API is a page. A browser that is led to show one shows dead text.
NOTHING_RUNS: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
HSTS_SECONDS: Final = 2 * 365 * 24 * 3600  # RFC 6797; two years, as lists of such sites ask
ON_ALL: Final = {
    "Content-Security-Policy": NOTHING_RUNS,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ON_FILES: Final = {**ON_ALL, "Cross-Origin-Embedder-Policy": "require-corp"}
# What a page may use of the device: named is what a browser would else give, or ask for, in its name.
_USES: Final = ("camera", "microphone", "screen-wake-lock")
_USES_NOT: Final = ("display-capture", "geolocation", "hid", "midi", "payment", "serial", "usb")
ON_PAGES: Final = {
    **ON_FILES,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join([f"{name}=(self)" for name in _USES] + [f"{name}=()" for name in _USES_NOT]),
    "X-Frame-Options": "DENY",
}


def attach(app: web.Application) -> None:
    """Shields all answers of ``app``, those to errors included. What cannot even be read as a request is answered
    by ``listener.py``."""
    app.on_response_prepare.append(_shield)


async def _shield(request: web.Request, response: web.StreamResponse) -> None:
    if isinstance(response, web.WebSocketResponse):
        return  # a handshake is no page, and must be small
    forbid(response)
    here = reached(request)
    if here.scheme == "https" and not is_loopback_name(here.host):
        response.headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}; includeSubDomains"


def forbid(response: web.StreamResponse) -> None:
    """Adds what ``response`` does not say itself."""
    for name, value in ON_ALL.items():
        response.headers.setdefault(name, value)
