"""What the whole server says to a browser with every kind of answer, and what it does to those who hold on to it."""

import asyncio
import types
from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import web

from server.infra.database import Database
from server.kernel.permissions import Role
from server.transport import listener, shield
from tests.support.notes import note, say, upload
from tests.support.rooms import House, served
from tests.support.site import serving

HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "binome.example", "X-Forwarded-For": "203.0.113.9"}


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with served(database, BINOME_TRUSTED_PROXIES="127.0.0.1") as house:
        yield house


async def raw(port: int, text: bytes) -> tuple[int, Mapping[str, str]]:
    """Status and headers of the answer to bytes that no client library would send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(text)
        async with asyncio.timeout(10):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
    finally:
        writer.transport.abort()
    status, *lines = head.strip().split("\r\n")
    return int(status.split()[1]), {name.title(): value for name, _, value in (line.partition(": ") for line in lines)}


def missing(headers: Mapping[str, str]) -> list[str]:
    """Which protections an answer lacks."""
    told = {name.title(): value for name, value in headers.items()}
    policy = told.get("Content-Security-Policy", "")
    lacking = [name for name in shield.ON_ALL if not told.get(name)]
    lacking += [part for part in ("default-src", "base-uri 'none'", "frame-ancestors 'none'") if part not in policy]
    lacking += [word for word in ("unsafe-inline", "unsafe-eval", "*", "data:", "http:", "https:") if word in policy]
    lacking += [name for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin") if name in told]
    return lacking


async def answers(house: House) -> dict[str, tuple[int, Mapping[str, str]]]:
    """One of each kind."""
    room = await house.room()
    note_id = await upload(house, room.mentor, room, note())
    assert (await say(await house.open(room.mentor), room, note_id, 3))["ok"]
    sound = f"/api/v1/rooms/{room.number}/notes/{note_id}"
    admin = await house.person(Role.ADMIN, "Marie")
    found: dict[str, tuple[int, Mapping[str, str]]] = {}

    async def ask(
        method: str, path: str, status: int, sent: Mapping[str, str] = types.MappingProxyType({}), body: bytes = b""
    ) -> None:
        async with house.site.http.request(method, house.site.url + path, data=body or None, headers=sent) as got:
            found[f"{method} {path} {sorted(sent)} {got.status}"] = got.status, dict(got.headers)
            assert got.status == status, (method, path, got.status)

    signed_in = {"Authorization": f"Bearer {admin.token}"}
    heard = {"Authorization": f"Bearer {room.mentee.token}"}
    json = {"Content-Type": "application/json"}
    await ask("GET", "/", 200)
    await ask("GET", "/rooms/1", 200)
    await ask("HEAD", "/", 200)
    await ask("GET", "/sw.js", 200)
    await ask("GET", "/nothing.png", 404)
    await ask("POST", "/", 405)
    await ask("TRACE", "/", 405)
    await ask("OPTIONS", "/api/v1/home", 404)
    await ask("GET", "/api/openapi.json", 200)
    await ask("GET", "/api/asyncapi.json", 200)
    await ask("GET", "/api/v1/nothing", 404)
    await ask("GET", "/api/v1/home", 401)
    await ask("GET", "/api/v1/home", 200, signed_in)
    await ask("GET", "/api/v1/flags", 403, signed_in)
    await ask("POST", "/api/v1/notices/seen", 400, {**signed_in, **json}, b"{")
    await ask("POST", "/api/v1/notices/seen", 413, {**signed_in, **json}, b"x" * 20_000)
    await ask("GET", sound, 200, heard)
    await ask("GET", sound, 206, {**heard, "Range": "bytes=0-3"})
    await ask("GET", sound, 416, {**heard, "Range": "bytes=900000-"})
    await ask("GET", "/socket.io/?EIO=4&transport=polling", 200)
    await ask("GET", "/socket.io/?EIO=4&transport=polling&j=1", 400)
    await ask("GET", "/socket.io/?EIO=9&transport=polling", 400)
    await ask("GET", "/socket.io/?EIO=4&transport=polling", 403, {"Sec-Fetch-Site": "cross-site"})
    await ask("DELETE", "/api/v1/session", 204, signed_in)
    return found


async def test_every_answer_is_shielded(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    found = await answers(house)
    for line in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",  # TLS to the plain port
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: 1\r\n" * 200 + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Smuggled : 1\r\n\r\n",
        b"<script>alert(1)</script> / HTTP/1.1\r\nHost: x\r\n\r\n",
    ):
        if not line.endswith(b"\r\n\r\n"):
            line += b"\r\n\r\n"
        status, headers = await raw(house.site.port, line)
        found[repr(line[:60])] = status, headers
        assert status in (400, 404, 405), (line[:60], status)
        assert not headers.get("Content-Type", "").startswith("text/html"), line[:60]
    assert {name: lacking for name, (_, headers) in found.items() if (lacking := missing(headers))} == {}
    assert [name for name, (_, headers) in found.items() if "Strict-Transport-Security" in headers] == []
    # Whoever sends rubbish fills no log with errors and wakes nobody up.
    assert [record.name for record in caplog.records if record.levelname == "ERROR"] == []
    assert [record.message for record in caplog.records].count("unreadable") >= 5


async def test_over_https_browsers_are_told_to_stay_there(house: House) -> None:
    told = {}
    for path in ("/", "/nothing.png", "/api/v1/home", "/api/nothing"):
        reply = await house.site.ask("GET", path, headers=HTTPS)
        told[path] = reply.headers.get("Strict-Transport-Security")
    assert told == dict.fromkeys(told, "max-age=63072000; includeSubDomains")
    local = await house.site.ask("GET", "/", headers={**HTTPS, "X-Forwarded-Host": "localhost"})
    assert "Strict-Transport-Security" not in local.headers


async def test_a_page_of_a_neighbour_cannot_even_measure_nor_is_a_pin_passed_by_typing(house: House) -> None:
    """Who picks a child's telephone up must not read all that it said by an address in the address bar."""
    lea = (await house.room()).mentee
    for path in ("home", "data/export", "data/requests", "journal"):
        for site, status in (("same-site", 403), ("cross-site", 403), ("none", 403), ("same-origin", 200)):
            headers = {"Sec-Fetch-Site": site}
            async with house.site.http.get(
                f"{house.site.url}/api/v1/{path}", headers={**headers, "Cookie": f"binome={lea.token}"}
            ) as reply:
                assert reply.status == status, (path, site)


async def test_no_other_site_signs_anybody_in_as_itself(house: House) -> None:
    """Nor uses a code or a link, or asks for a letter, in the browser of who visits it."""
    declared = [row.declared for row in house.capabilities.endpoints.table if not row.declared.signed_in]
    rows = [row for row in declared if row.method == "POST"]
    assert [row.path for row in declared if row not in rows] == ["/api/v1/heard/{token}"]  # which changes nothing
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}):
        paths = [row.path.replace("{token}", "A" * 43) for row in rows]
        replies = {path: await house.site.ask("POST", path, {}, headers=headers) for path in paths}
        assert {path: (reply.status, reply.error) for path, reply in replies.items()} == dict.fromkeys(
            replies, (403, ("forbidden", None))
        )


async def test_what_was_uploaded_is_a_download_that_cannot_run(house: House) -> None:
    found = await answers(house)
    sounds = [headers for name, (status, headers) in found.items() if "/notes/" in name and status in (200, 206)]
    assert len(sounds) == 2
    for headers in sounds:
        assert headers["Content-Type"] == "audio/ogg"
        assert headers["Content-Disposition"].startswith('attachment; filename="')
        assert "sandbox" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT"],
    ids=["silent", "half a header", "half a second request"],
)
async def test_whoever_dribbles_headers_is_cut(begun: bytes) -> None:
    site = web.Application()
    async with serving(site, idle_s=0.3) as served_site:
        reader, writer = await asyncio.open_connection("127.0.0.1", served_site.port)
        writer.write(begun)
        dribble = asyncio.create_task(_dribble(writer))
        async with asyncio.timeout(30):
            await reader.read()
            while not reader.at_eof():
                await reader.read()
        dribble.cancel()
        writer.transport.abort()


async def _dribble(writer: asyncio.StreamWriter) -> None:
    while not writer.transport.is_closing():
        writer.write(b"a")
        await asyncio.sleep(0.05)


def test_the_time_is_bounded_and_longer_than_that_of_a_proxy() -> None:
    """A proxy that takes a connection up again at the moment at which we close it answers 502."""
    assert 60 < listener.IDLE_SECONDS < 120
