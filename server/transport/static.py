"""Serves the built client: small, compressed, and unable to talk to anyone but this server (promise 7).

All files are held in memory (the client is tens of kilobytes), so that a request touches no path of the disk.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import hdrs, web

from server.transport.messages import catalogue, negotiate
from server.transport.reached import reached
from server.transport.shield import ON_FILES, ON_PAGES

ASSETS = "assets/"  # named by their content, so they never change under one name
_FOR_EVER = "public, max-age=31536000, immutable"  # a year: the longest that RFC 9111 caches are asked to keep
_ASK_FIRST = "no-cache"  # keep it, but ask each time whether it is still the one
_WORTH_COMPRESSING = 512  # bytes

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_COMPRESSED = frozenset({".ico", ".mp3", ".ogg", ".png", ".webp", ".woff2"})  # already, by their own format
_NEIGHBOURS = {"br": ".br", "gzip": ".gz"}  # the better first

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


@dataclass(frozen=True, slots=True)
class File:
    """One file of the client, in each encoding there is; ``identity`` is always among them."""

    content_type: str
    bodies: Mapping[str, bytes]
    etag: str
    immutable: bool


class StaticFiles:
    """The files under ``root``, read at first need and again when ``root/index.html`` changes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read_at: tuple[int, int] | None = None
        self._files: Mapping[str, File] = {}

    def attach(self, app: web.Application) -> None:
        """Answers every GET that nothing else answers; to be attached last."""
        app.router.add_get("/{path:.*}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        self._refresh()
        path = request.match_info["path"]
        if "index.html" not in self._files:
            return _page(request, 503, "missing_build")
        file = self._files.get(path)
        if file is None and _is_route_of_the_client(path):
            file = self._files["index.html"]
        if file is None:
            return _page(request, 404, "not_found")
        return _answer(request, file)

    def _refresh(self) -> None:
        try:
            found = (self._root / "index.html").stat()
        except OSError:
            self._read_at, self._files = None, {}
            return
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._read_at:
            self._files = _read(self._root)
            self._read_at = stamp


def content_security_policy(request: web.Request) -> str:
    """Scripts, styles, pictures, connections: this server alone. The sockets are named with their host, since not
    every browser takes ``'self'`` for them. ``blob:`` is what the page itself holds: the sound of a note
    not sent yet, a still of somebody in a call."""
    host = reached(request).host
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        f"default-src 'self'; connect-src 'self'{sockets}; media-src 'self' blob:; img-src 'self' blob:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )


def _is_route_of_the_client(path: str) -> bool:
    """Addresses such as ``/rooms/1`` are the client's own; a missing file must not look like a page."""
    return not path.startswith(ASSETS) and "." not in path.rpartition("/")[2]


def _answer(request: web.Request, file: File) -> web.Response:
    encoding = _encoding(request.headers.get(hdrs.ACCEPT_ENCODING, ""), file)
    headers: dict[str, str] = {hdrs.CACHE_CONTROL: _FOR_EVER if file.immutable else _ASK_FIRST}
    # On all files and on 304 too: what runs beside the page (its service worker, a worklet) has the policy of its own
    # answer, and a 304 changes the headers of what the browser keeps (RFC 9111 section 3.2).
    headers |= ON_PAGES if file.content_type.startswith("text/html") else ON_FILES
    headers["Content-Security-Policy"] = content_security_policy(request)
    if len(file.bodies) > 1:
        headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    if not file.immutable:
        etag = f'"{file.etag}"' if encoding == "identity" else f'"{file.etag}-{encoding}"'
        headers[hdrs.ETAG] = etag
        if _matches(request.headers.get(hdrs.IF_NONE_MATCH), etag):
            return web.Response(status=304, headers=headers)
    if encoding != "identity":
        headers[hdrs.CONTENT_ENCODING] = encoding
    headers[hdrs.CONTENT_TYPE] = file.content_type
    return web.Response(body=file.bodies[encoding], headers=headers)


def _encoding(accepted: str, file: File) -> str:
    """The smallest encoding that the client takes (RFC 9110 section 12.5.3)."""
    takes = set()
    for item in accepted.lower().split(","):
        name, _, quality = item.partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            takes.add(name.strip())
    offered = [encoding for encoding in file.bodies if encoding in takes]
    return min(offered, key=lambda encoding: len(file.bodies[encoding]), default="identity")


def _matches(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    given = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    return etag in given or "*" in given


def _page(request: web.Request, status: int, name: str) -> web.Response:
    """A page that needs no build: plain words, nothing else."""
    text = catalogue(negotiate(request.headers.get(hdrs.ACCEPT_LANGUAGE)))["pages"][name]
    headers: dict[str, str] = {
        **ON_PAGES,
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.CONTENT_TYPE: "text/plain; charset=utf-8",
    }
    return web.Response(status=status, text=text + "\n", headers=headers)


def _read(root: Path) -> dict[str, File]:
    """All files under ``root`` by their address, with their compressed neighbours; without them, gzip made here."""
    files = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in _NEIGHBOURS.values() or not path.is_file():
            continue
        plain = path.read_bytes()
        bodies = {"identity": plain}
        for encoding, ending in _NEIGHBOURS.items():
            neighbour = path.with_name(path.name + ending)
            if neighbour.is_file():
                bodies[encoding] = neighbour.read_bytes()
        if len(bodies) == 1 and len(plain) >= _WORTH_COMPRESSING and path.suffix not in _COMPRESSED:
            bodies["gzip"] = gzip.compress(plain, mtime=0)
        address = path.relative_to(root).as_posix()
        files[address] = File(
            content_type=_TYPES.get(path.suffix, "application/octet-stream"),
            bodies=bodies,
            etag=hashlib.sha256(plain).hexdigest()[:16],
            immutable=address.startswith(ASSETS),
        )
    return files
