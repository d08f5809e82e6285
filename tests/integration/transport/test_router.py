"""The way of a request through a real server: who, may they, what, and one shape for every refusal."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from aiohttp import web
from msgspec import Meta
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.kernel.errors import Conflict, NotSignedIn, SessionExpired, TooFast
from server.kernel.identifiers import new_id, shorten
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.transport import lean, shield
from server.transport.endpoint import Call, endpoint
from server.transport.router import Endpoints
from server.transport.wire import Identifier
from tests.support.site import Site, serving

ALICE, EXPIRED, ENGLISH = "A" * 43, "E" * 43, "B" * 43


def principal(role: Role, language: str = "fr") -> Principal:
    return Principal(new_id(), new_id(), new_id(), role, "Alice", language, None, datetime(2030, 1, 1, tzinfo=UTC))


class Known:
    """Three tokens; everything else is unknown."""

    def __init__(self) -> None:
        self.people = {ALICE: principal(Role.ADMIN), ENGLISH: principal(Role.MENTOR, "en")}

    async def authenticate(self, token: str, address: str | None = None) -> Principal:  # noqa: ARG002 - the protocol's signature
        if token == EXPIRED:
            raise SessionExpired
        if token not in self.people:
            raise NotSignedIn
        return self.people[token]


class Note(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=5_000)]
    to: Identifier | None = None


class Echo(msgspec.Struct):
    text: str
    to: UUID | None = None


class Search(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=9)] = 3


class Parts:
    """Endpoints that do each thing an endpoint can do."""

    def __init__(self) -> None:
        self.reached = 0
        self.failure: Exception = Conflict()

    @endpoint("POST", "/api/v1/notes", body=Note, answer=Echo, permission=Permission.ACCOUNT_CREATE, status=201)
    async def write(self, call: Call) -> Echo:
        """Write a note."""
        self.reached += 1
        return Echo(call.body.text, call.body.to)

    @endpoint("GET", "/api/v1/notes/{note}", query=Search, answer=Echo)
    async def read(self, call: Call) -> Echo:
        """Read a note."""
        return Echo(str(call.query.limit), call.identifier("note"))

    @endpoint("DELETE", "/api/v1/notes/{note}")
    async def forget(self, call: Call) -> None:
        """Forget a note."""
        self.reached += 1
        call.headers["X-Seen"] = call.principal.name

    @endpoint("GET", "/api/v1/open", answer=Echo, signed_in=False)
    async def anyone(self, call: Call) -> Echo:
        """For anyone."""
        return Echo(f"{call.language} {call.query.get('q', '')}")

    @endpoint("GET", "/api/v1/long", answer=Echo, signed_in=False)
    async def long(self, call: Call) -> Echo:
        """A long answer."""
        return Echo(f"{call.language} " * 1_000)

    @endpoint("PUT", "/api/v1/notes/{note}/sound", upload="audio/ogg", max_body=8, answer=Echo)
    async def sing(self, call: Call) -> Echo:
        """Add a sound to a note."""
        self.reached += 1
        return Echo(call.body.hex())

    @endpoint("GET", "/api/v1/notes/{note}/sound", content="audio/ogg")
    async def hear(self, call: Call) -> web.Response:
        """The sound of a note."""
        call.identifier("note")
        return web.Response(body=b"OggS", content_type="audio/ogg")

    @endpoint("GET", "/api/v1/failing", answer=Echo, signed_in=False)
    async def failing(self, call: Call) -> Echo:  # noqa: ARG002 - an endpoint takes its call
        """Fails."""
        raise self.failure


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
async def site(parts: Parts) -> AsyncIterator[Site]:
    app = web.Application()
    endpoints = Endpoints(Known())
    endpoints.add(parts)
    endpoints.attach(app)
    lean.attach(app)
    shield.attach(app)
    async with serving(app) as site:
        yield site


async def test_a_request_goes_through(site: Site) -> None:
    to = new_id()
    reply = await site.ask("POST", "/api/v1/notes", {"text": "été", "to": shorten(to)}, token=ALICE)
    assert (reply.status, reply.body) == (201, {"text": "été", "to": str(to)})


async def test_headers_are_few(site: Site) -> None:
    reply = await site.ask("GET", "/api/v1/open")
    assert set(reply.headers) == {"Cache-Control", "Content-Length", "Content-Type", "Date"} | set(shield.ON_ALL)
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8".partition(";")[0]
    assert reply.headers["Cache-Control"] == "no-store"


async def test_no_content_is_no_content(site: Site) -> None:
    reply = await site.ask("DELETE", f"/api/v1/notes/{new_id()}", token=ALICE)
    assert (reply.status, reply.body, reply.headers["X-Seen"]) == (204, None, "Alice")


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        (None, 401, "not_signed_in"),
        ("U" * 43, 401, "not_signed_in"),
        (EXPIRED, 401, "session_expired"),
        (ENGLISH, 403, "forbidden"),
    ],
)
async def test_who_may_not(site: Site, parts: Parts, token: str | None, status: int, code: str) -> None:
    """Refused before the body is even looked at."""
    reply = await site.ask("POST", "/api/v1/notes", raw=b"not json", token=token)
    assert (reply.status, reply.error, parts.reached) == (status, (code, None), 0)
    assert reply.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


@pytest.mark.parametrize("headers", [{}, {"Accept-Language": "tlh"}, {"Accept-Language": "en"}])
async def test_a_signed_in_person_is_refused_in_their_language(site: Site, headers: dict[str, str]) -> None:
    reply = await site.ask("POST", "/api/v1/notes", {}, token=ENGLISH, headers=headers)
    assert reply.body["error"]["message"] == "This account does not allow that. Your organisation can help."


async def test_whose_page_is_in_another_language_is_refused_in_that(site: Site) -> None:
    reply = await site.ask("POST", "/api/v1/notes", {}, token=ENGLISH, headers={"Accept-Language": "fr"})
    assert reply.body["error"]["message"].startswith("Ce compte ne permet pas")


async def test_before_sign_in_the_browser_says_the_language(site: Site) -> None:
    french = await site.ask("GET", "/api/v1/notes/x", headers={"Accept-Language": "fr-FR,en;q=0.5"})
    english = await site.ask("GET", "/api/v1/notes/x", headers={"Accept-Language": "en-GB"})
    assert french.body["error"]["message"] == "Il faut se connecter pour continuer."
    assert english.body["error"]["message"] == "Please sign in to continue."


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (b"", "bad_request", None),
        (b"{", "bad_request", None),
        (b"[]", "bad_request", None),
        (b"{}", "bad_request", "text"),
        (b'{"text": 3}', "bad_request", "text"),
        (b'{"text": ""}', "bad_request", "text"),
        (b'{"text": "a", "more": 1}', "bad_request", "more"),
        (b'{"text": "a\\u0000b"}', "bad_request", "text"),
        (b'{"text": "\\ud800"}', "bad_request", "text"),
        (b'{"text": "\xff"}', "bad_request", None),
        (b'{"text": "a", "to": "nobody"}', "bad_request", "to"),
    ],
)
async def test_bad_bodies(site: Site, parts: Parts, raw: bytes, code: str, field: str | None) -> None:
    reply = await site.ask("POST", "/api/v1/notes", raw=raw, token=ALICE)
    assert (reply.status, reply.error, parts.reached) == (400, (code, field), 0)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", ""]
)
async def test_only_json_is_read(site: Site, parts: Parts, content_type: str) -> None:
    """A form of another site can send these without asking; JSON it cannot."""
    reply = await site.ask(
        "POST", "/api/v1/notes", raw=b'{"text": "a"}', token=ALICE, headers={"Content-Type": content_type}
    )
    assert (reply.status, reply.error, parts.reached) == (400, ("bad_request", None), 0)


async def test_a_charset_beside_json_is_fine(site: Site) -> None:
    reply = await site.ask(
        "POST",
        "/api/v1/notes",
        raw=b'{"text": "a"}',
        token=ALICE,
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    assert reply.status == 201


async def test_an_announced_oversize_is_refused_unread(site: Site) -> None:
    reply = await site.ask("POST", "/api/v1/notes", {"text": "a" * 20_000}, token=ALICE)
    assert (reply.status, reply.error) == (413, ("too_large", None))
    assert "16384 octets" in reply.body["error"]["message"]


async def test_an_oversize_in_chunks_is_refused(site: Site) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(100):
            yield b"a" * 1_000

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {ALICE}"}
    async with site.http.post(site.url + "/api/v1/notes", data=chunks(), headers=headers) as got:
        assert (got.status, (await got.json())["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("raw", [gzip.compress(b'{"text": "' + b"a" * 10_000_000 + b'"}'), b"not gzip at all"])
async def test_a_compressed_body_is_refused_unread(site: Site, parts: Parts, raw: bytes) -> None:
    reply = await site.ask("POST", "/api/v1/notes", raw=raw, token=ALICE, headers={"Content-Encoding": "gzip"})
    assert (reply.status, reply.error, parts.reached) == (400, ("bad_request", None), 0)


async def test_a_body_cut_short_does_not_hurt_the_server(site: Site, parts: Parts) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(
        b"POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer " + ALICE.encode() + b'\r\nContent-Length: 100\r\n\r\n{"text": "a'
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await site.ask("GET", "/api/v1/open")).status == 200
    assert parts.reached == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 204),
        ({}, 204),
    ],
)
async def test_changes_with_the_cookie_come_from_our_own_pages(
    site: Site, parts: Parts, headers: dict[str, str], status: int
) -> None:
    reply = await site.ask("DELETE", f"/api/v1/notes/{new_id()}", cookie=ALICE, headers=headers)
    assert (reply.status, parts.reached) == (status, int(status == 204))


async def test_a_cookie_without_any_origin_changes_nothing(site: Site, parts: Parts) -> None:
    reply = await site.ask("DELETE", f"/api/v1/notes/{new_id()}", headers={"Cookie": f"binome={ALICE}"})
    assert (reply.status, reply.error, parts.reached) == (403, ("forbidden", None), 0)


async def test_reading_with_the_cookie_asks_no_origin(site: Site) -> None:
    reply = await site.ask("GET", f"/api/v1/notes/{new_id()}", headers={"Cookie": f"binome={ALICE}"})
    assert reply.status == 200


async def test_a_bearer_token_needs_no_origin(site: Site) -> None:
    reply = await site.ask(
        "DELETE", f"/api/v1/notes/{new_id()}", token=ALICE, headers={"Origin": "https://somewhere.example"}
    )
    assert reply.status == 204


async def test_other_sites_get_no_leave_to_read(site: Site) -> None:
    reply = await site.ask(
        "OPTIONS",
        "/api/v1/notes",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert (reply.status, [name for name in reply.headers if name.startswith("Access-Control")]) == (404, [])


NOTE = "01a202eb-5697-7af4-bb1c-4657865cac51"  # fixed, as it stands in names of tests


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/api/v1/notes/x", ("not_found", None)),
        ("/api/v1/notes/%00", ("not_found", None)),
        ("/api/v1/notes/..%2f..%2fetc", ("not_found", None)),
        (f"/api/v1/notes/{NOTE}?limit=10", ("bad_request", "limit")),
        (f"/api/v1/notes/{NOTE}?limit=x", ("bad_request", "limit")),
        (f"/api/v1/notes/{NOTE}?limit=%00", ("bad_request", "limit")),
        (f"/api/v1/notes/{NOTE}?other=1", ("bad_request", "other")),
    ],
)
async def test_bad_paths_and_queries(site: Site, path: str, error: tuple[str, str | None]) -> None:
    assert (await site.ask("GET", path, token=ALICE)).error == error


async def test_a_query_that_is_not_declared_is_raw(site: Site) -> None:
    assert (await site.ask("GET", "/api/v1/open?q=oui")).body == {"text": "fr oui", "to": None}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api"),
        ("GET", "/api/"),
        ("GET", "/api/v1/nothing"),
        ("POST", "/api/v2/notes"),
        ("PUT", "/api/v1/notes"),
        ("GET", "/api/v1/notes"),
        ("TRACE", "/api/v1/notes"),
        ("POST", "/api/openapi.json"),
    ],
)
async def test_unknown_addresses_under_api_are_json(site: Site, method: str, path: str) -> None:
    reply = await site.ask(method, path, token=ALICE)
    assert (reply.status, reply.error) == (404, ("not_found", None))


@pytest.mark.parametrize(
    "failure",
    [
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.TooManyConnectionsError("full"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionRefusedError(111, "refused"),
        PoolTimeout("no connection came free"),
    ],
)
async def test_a_database_that_is_away_is_try_again(site: Site, parts: Parts, failure: Exception) -> None:
    parts.failure = failure
    reply = await site.ask("GET", "/api/v1/failing")
    assert (reply.status, reply.error, reply.headers["Retry-After"]) == (503, ("try_again", None), "2")
    assert reply.body["error"]["retry_in_ms"] == 2_000


async def test_a_mistake_of_ours_says_nothing_of_itself(
    site: Site, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    parts.failure = KeyError("secret thing")
    with caplog.at_level(logging.ERROR):
        reply = await site.ask("GET", "/api/v1/failing?word=private")
    assert (reply.status, reply.error) == (500, ("internal", None))
    assert "secret" not in json.dumps(reply.body)
    (record,) = caplog.records
    facts: dict[str, Any] = vars(record)
    assert (record.getMessage(), facts["route"], facts["error"]) == ("endpoint_failed", "/api/v1/failing", "KeyError")
    assert "private" not in str({key: value for key, value in facts.items() if key != "exc_info"})


async def test_waiting_times_are_told_twice(site: Site, parts: Parts) -> None:
    parts.failure = TooFast(retry_in_ms=1_500)
    reply = await site.ask("GET", "/api/v1/failing")
    assert (reply.status, reply.headers["Retry-After"], reply.body["error"]["retry_in_ms"]) == (429, "2", 1_500)


async def test_long_answers_are_compressed_for_who_takes_it(site: Site) -> None:
    packed = await site.ask("GET", "/api/v1/long", headers={"Accept-Encoding": "gzip, br"})
    plain = await site.ask("GET", "/api/v1/long", headers={"Accept-Encoding": "identity"})
    assert packed.body == plain.body == {"text": "fr " * 1_000, "to": None}
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < 100
    assert "Content-Encoding" not in plain.headers


async def test_head_is_get_without_a_body(site: Site) -> None:
    reply = await site.ask("HEAD", "/api/v1/open")
    assert (reply.status, reply.body) == (200, None)


def test_a_declaration_that_makes_no_sense_is_refused() -> None:
    class Loose(msgspec.Struct):
        x: int

    with pytest.raises(ValueError, match="forbid unknown fields"):
        endpoint("POST", "/api/v1/x", body=Loose)
    with pytest.raises(ValueError, match="someone"):
        endpoint("GET", "/api/v1/x", permission=Permission.PAIR_LIST, signed_in=False)
    with pytest.raises(ValueError, match="declares no endpoint"):
        Endpoints(Known()).add(Loose(1))


async def test_a_body_of_bytes(site: Site, parts: Parts) -> None:
    path = f"/api/v1/notes/{new_id()}/sound"
    ogg = {"Content-Type": "audio/ogg"}
    assert (await site.ask("PUT", path, raw=b"\x00\xff", token=ALICE, headers=ogg)).body["text"] == "00ff"
    assert (await site.ask("PUT", path, raw=b"", token=ALICE, headers=ogg)).body["text"] == ""
    assert parts.reached == 2
    for headers, raw, code in (
        ({"Content-Type": "application/json"}, b"{}", "bad_request"),
        ({}, b"{}", "bad_request"),
        ({**ogg, "Content-Encoding": "gzip"}, gzip.compress(b"x"), "bad_request"),
        (ogg, b"x" * 9, "too_large"),
    ):
        assert (await site.ask("PUT", path, raw=raw, token=ALICE, headers=headers)).error[0] == code
    assert (await site.ask("PUT", path, raw=b"x", headers=ogg)).error[0] == "not_signed_in"
    assert parts.reached == 2


async def test_an_answer_of_bytes(site: Site) -> None:
    path = f"/api/v1/notes/{new_id()}/sound"
    async with site.http.get(site.url + path, headers={"Authorization": f"Bearer {ALICE}"}) as got:
        assert (got.status, got.content_type, await got.read()) == (200, "audio/ogg", b"OggS")
    assert (await site.ask("GET", path)).error[0] == "not_signed_in"
    assert (await site.ask("GET", "/api/v1/notes/x/sound", token=ALICE)).error[0] == "not_found"
    described = (await site.ask("GET", "/api/openapi.json")).body["paths"]["/api/v1/notes/{note}/sound"]
    assert described["get"]["responses"]["200"]["content"] == {"audio/ogg": {}}
    assert described["put"]["requestBody"]["content"] == {"audio/ogg": {}}


async def test_who_tries_what_is_not_theirs_is_noted_without_a_word_of_it(
    site: Site, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "server.transport.router")
    await site.ask("POST", "/api/v1/notes", {"text": "a secret"}, token=ENGLISH)
    await site.ask("GET", "/api/v1/notes/nobody-knows", token=ALICE)
    await site.ask("GET", f"/api/v1/notes/{NOTE}?limit=x", token=ALICE)  # a mistake is none of it
    told = [(record.message, *(record.__dict__.get(name) for name in ("route", "code"))) for record in caplog.records]
    assert told == [
        ("refused", "/api/v1/notes", "forbidden"),
        ("refused", "/api/v1/notes/{note}", "not_found"),
    ]
    assert all(record.__dict__["account"] for record in caplog.records)
    assert "secret" not in caplog.text
    assert "nobody-knows" not in caplog.text
