"""The client as it is served: cached for ever or asked for, compressed, fenced in by its policy, nothing besides."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships none
import pytest
from aiohttp import web

from server.transport import lean
from server.transport.static import StaticFiles
from tests.support.site import Site, serving

PAGE = "<!doctype html><title>Binôme</title>" + "<p>bonjour</p>" * 100
SCRIPT = "console.log('bonjour');" * 100


@pytest.fixture
def root(tmp_path: Path) -> Path:
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE, encoding="utf-8")
    (built / "icon.svg").write_text("<svg/>", encoding="utf-8")
    (built / "sw.js").write_text("self", encoding="utf-8")
    (built / "manifest.webmanifest").write_text("{}", encoding="utf-8")
    script = built / "assets" / "app-ABCD1234.js"
    script.write_text(SCRIPT, encoding="utf-8")
    script.with_name(script.name + ".br").write_bytes(brotli.compress(SCRIPT.encode()))
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return built


@pytest.fixture
async def site(root: Path) -> AsyncIterator[Site]:
    app = web.Application()
    StaticFiles(root).attach(app)
    lean.attach(app)
    async with serving(app) as site:
        yield site


async def get(site: Site, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, decoded text, headers; ``Accept_Encoding`` stands for ``Accept-Encoding``."""
    sent = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with site.http.request(method, site.url + path, headers=sent) as got:
        return got.status, await got.text(), {name.title(): value for name, value in got.headers.items()}


async def raw_get(site: Site, path: str, host: str = "x") -> tuple[str, str]:
    """Head and body, for what a client library would tidy away before sending."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return head, body


async def test_the_page(site: Site) -> None:
    status, text, headers = await get(site, "/")
    host = site.url.removeprefix("http://")
    assert (status, text) == (200, PAGE)
    assert {name: value for name, value in headers.items() if name not in ("Date", "Content-Length", "Etag")} == {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": f"default-src 'self'; connect-src 'self' ws://{host} wss://{host}; "
        "media-src 'self' blob:; img-src 'self' blob:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
        "Content-Type": "text/html; charset=utf-8",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(self), screen-wake-lock=(self), "
        "display-capture=(), geolocation=(), hid=(), midi=(), payment=(), serial=(), usb=()",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


async def test_an_asset(site: Site) -> None:
    host = site.url.removeprefix("http://")
    status, text, headers = await get(site, "/assets/app-ABCD1234.js", Accept_Encoding="gzip, deflate, br")
    assert (status, text) == (200, SCRIPT)
    assert {name: value for name, value in headers.items() if name not in ("Date", "Content-Length")} == {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Encoding": "br",
        "Content-Security-Policy": f"default-src 'self'; connect-src 'self' ws://{host} wss://{host}; "
        "media-src 'self' blob:; img-src 'self' blob:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
        "Content-Type": "text/javascript; charset=utf-8",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("br; q=0, gzip; q=0.5", "gzip"),
        ("BR", "br"),
        ("deflate", None),
        ("", None),
        ("brr, xgzip", None),
    ],
)
async def test_encodings(site: Site, accepted: str, encoding: str | None) -> None:
    status, text, headers = await get(site, "/assets/app-ABCD1234.js", Accept_Encoding=accepted)
    assert (status, text, headers.get("Content-Encoding")) == (200, SCRIPT, encoding)


async def test_without_neighbours_it_is_compressed_all_the_same(site: Site) -> None:
    _, text, headers = await get(site, "/", Accept_Encoding="gzip, br")
    assert (text, headers["Content-Encoding"]) == (PAGE, "gzip")
    assert int(headers["Content-Length"]) < 120


@pytest.mark.parametrize("accepted", ["identity", "gzip"])
async def test_what_has_not_changed_is_not_sent_again(site: Site, accepted: str) -> None:
    _, _, first = await get(site, "/", Accept_Encoding=accepted)
    for tags in (first["Etag"], f"W/{first['Etag']}", f'"other", {first["Etag"]}', "*"):
        status, text, again = await get(site, "/", Accept_Encoding=accepted, If_None_Match=tags)
        assert (status, text, again["Etag"]) == (304, "", first["Etag"])
    status, text, _ = await get(site, "/", Accept_Encoding=accepted, If_None_Match='"other"')
    assert (status, text) == (200, PAGE)


async def test_each_encoding_has_its_own_tag(site: Site) -> None:
    tags = [(await get(site, "/", Accept_Encoding=accepted))[2]["Etag"] for accepted in ("identity", "gzip")]
    assert len(set(tags)) == 2


@pytest.mark.parametrize("path", ["/rooms/1", "/rooms/", "/signin", "/help", "/a/b/c/d", "/%C3%A9t%C3%A9", "//x"])
async def test_addresses_of_the_client_are_its_page(site: Site, path: str) -> None:
    status, text, headers = await get(site, path)
    assert (status, text, headers["Cache-Control"]) == (200, PAGE, "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/missing.js",
        "/assets/",
        "/assets/app-ABCD1234.js.br",
        "/missing.png",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/index.html%00.png",
        "/.env",
    ],
)
async def test_nothing_else_is_served(site: Site, path: str) -> None:
    head, body = await raw_get(site, path)
    said = "Cette adresse n’existe pas sur ce serveur. En danger\u00a0: 112. Enfant en danger\u00a0: 119.\n"
    assert (head.split()[1], body) == ("404", said)


async def test_types(site: Site) -> None:
    types = {
        path: (await get(site, path))[2]["Content-Type"] for path in ("/icon.svg", "/sw.js", "/manifest.webmanifest")
    }
    assert types == {
        "/icon.svg": "image/svg+xml; charset=utf-8",
        "/sw.js": "text/javascript; charset=utf-8",
        "/manifest.webmanifest": "application/manifest+json",
    }


@pytest.mark.parametrize("path", ["/", "/sw.js", "/icon.svg"])
async def test_whatever_can_run_is_fenced_in(site: Site, path: str) -> None:
    _, _, headers = await get(site, path)
    assert headers["Content-Security-Policy"].startswith("default-src 'self'; connect-src 'self' ws://127.0.0.1:")


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "x'*'", "[::1", "é"])
async def test_a_host_that_is_none_adds_nothing_to_the_policy(site: Site, host: str) -> None:
    head, _ = await raw_get(site, "/", host)
    policies = [line for line in head.split("\r\n") if line.startswith("Content-Security-Policy")]
    assert all("connect-src 'self';" in policy for policy in policies)


async def test_head(site: Site) -> None:
    status, text, headers = await get(site, "/", "HEAD")
    assert (status, text, headers["Content-Type"]) == (200, "", "text/html; charset=utf-8")


async def test_a_new_build_is_seen_without_a_restart(site: Site, root: Path) -> None:
    await get(site, "/")
    (root / "assets" / "app-NEW.js").write_text("new", encoding="utf-8")
    (root / "index.html").write_text("new page", encoding="utf-8")
    os.utime(root / "index.html", ns=(1, 1))
    assert (await get(site, "/"))[1] == "new page"
    assert (await get(site, "/assets/app-NEW.js"))[1] == "new"


async def test_without_a_build_one_clear_page(site: Site, root: Path) -> None:
    (root / "index.html").unlink()
    status, text, headers = await get(site, "/rooms/1", Accept_Language="en")
    assert (status, headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert text.startswith("Binôme is running, but its page has not been built yet. To build it: python client_web")
