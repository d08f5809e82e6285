"""The way each HTTP request goes: who is asking, may they, what did they send, and one shape for every answer.

Serves the table of ``endpoint.py``; knows no capability.
"""

import asyncio
import gzip
import logging
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import hdrs, web
from aiohttp.http import HttpProcessingError
from multidict import CIMultiDict

from server.infra.limits import site_of
from server.infra.outage import is_passing
from server.kernel.errors import (
    BadCredentials,
    BadRequest,
    BinomeError,
    Forbidden,
    InternalError,
    NotFound,
    NotSignedIn,
    TooFast,
    TooLarge,
    TryAgain,
)
from server.kernel.principal import Principal
from server.transport import openapi
from server.transport.endpoint import Call, Declaration, Endpoint, declared_in
from server.transport.messages import error_body, negotiate
from server.transport.pace import Pace, Pacer
from server.transport.payload import convert, decode, decoder, gleaned
from server.transport.web_session import SAFE_METHODS, Authenticator, check_origin, check_reading, token_of, uses_cookie

log = logging.getLogger(__name__)

BODY_SECONDS = 60.0  # the time a body may take: 16 KiB at the 2.4 kbit/s of a very bad line
GLEAN_SECONDS = 5.0  # likewise, of a body that may as well not come
RETRY_IN_MS = 2_000  # told with try_again: an embedded PostgreSQL is back in about a second
_WORTH_COMPRESSING = 1_024  # bytes: below, gzip saves less than one packet


class Endpoints:
    """The table of all endpoints and the way each request goes: who, may they, what, answer.

    ``add`` what each capability's ``http.py`` has, then ``attach`` to the application, before the static files.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        admit_waiting: Callable[[str, str], Awaitable[Principal]] | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        """``admit_waiting`` authenticates for the endpoints that finish a sign-in; by default as for all others.
        Without ``pacer`` nobody is too fast."""
        self._authenticate = authenticator.authenticate
        self._admit_waiting = admit_waiting or authenticator.authenticate
        self._pacer = pacer
        self.table: list[Endpoint] = []
        self._described: asyncio.Task[tuple[bytes, bytes]] | None = None

    def add(self, *owners: object) -> None:
        """Takes the endpoints of each owner. One that declares none is a mistake of the caller."""
        for owner in owners:
            found = list(declared_in(owner))
            if not found:
                raise ValueError(f"{owner!r} declares no endpoint")
            self.table += found

    def attach(self, app: web.Application) -> None:
        """Adds the routes, the description at ``/api/openapi.json``, and a JSON "not found" for the rest of /api."""
        for row in self.table:
            handle = self._route(row)
            app.router.add_route(row.declared.method, row.declared.path, handle)
            if row.declared.method == "GET":
                app.router.add_route("HEAD", row.declared.path, handle)
        app.router.add_get("/api/openapi.json", self._describe)
        for pattern in ("/api", "/api/{rest:.*}"):
            app.router.add_route("*", pattern, _unknown_address)

    async def _describe(self, request: web.Request) -> web.Response:
        # Made once, when somebody asks for it: a start need not wait, and anybody may ask as often as they like.
        self._described = self._described or asyncio.create_task(asyncio.to_thread(self._description))
        plain, packed = await asyncio.shield(self._described)
        headers = {hdrs.CACHE_CONTROL: "public, max-age=300", hdrs.VARY: hdrs.ACCEPT_ENCODING}
        if not _takes_gzip(request):
            return web.Response(body=plain, content_type="application/json", headers=headers)
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=packed, content_type="application/json", headers=headers)

    def _description(self) -> tuple[bytes, bytes]:
        plain = msgspec.json.encode(openapi.describe(self.table))
        return plain, gzip.compress(plain, mtime=0)

    def _route(self, row: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        body_decoder = decoder(row.declared.body) if row.declared.body is not None else None

        async def handle(request: web.Request) -> web.StreamResponse:
            call = Call(request, negotiate(request.headers.get(hdrs.ACCEPT_LANGUAGE)), request.match_info)
            try:
                await self._admit(call, row.declared)
                call.query = _query(request, row.declared)
                if row.declared.lenient and row.declared.body is not None:
                    call.body = gleaned(await _glean(request, row.declared.max_body), row.declared.body)
                elif body_decoder is not None:
                    call.body = decode(await _read(request, row.declared.max_body), body_decoder)
                elif row.declared.upload is not None:
                    call.body = await _read(request, row.declared.max_body, row.declared.upload)
                answer = await row.handler(call)
            except Exception as error:
                note_refusal(error, call.caller, method=row.declared.method, route=row.declared.path)
                return refused(request, error, call.language)
            if isinstance(answer, web.Response):
                return answer
            body = msgspec.json.encode(answer) if answer is not None else b""
            return _json(request, row.declared.status, body, call.headers)

        return handle

    async def _admit(self, call: Call, declared: Declaration) -> None:
        if not declared.signed_in:
            if call.request.method not in SAFE_METHODS:  # else a page of another site could sign somebody in as itself
                check_origin(call.request, required=False)
            await self._pace(call, declared.pace)
            return
        token = token_of(call.request)
        if token is None:
            raise NotSignedIn
        if uses_cookie(call.request):
            check = check_reading if call.request.method in SAFE_METHODS else check_origin
            check(call.request)
        authenticate = self._admit_waiting if declared.finishes_sign_in else self._authenticate
        # Whoever floods the server with tokens from one address does not hold up the calls for help from there.
        place = call.address if declared.pace is not Pace.HELP else f"help:{site_of(call.address)}"
        call.caller = await authenticate(token, place)
        # What is shown there may be in another language than the account's: our client says which.
        call.language = negotiate(call.request.headers.get(hdrs.ACCEPT_LANGUAGE), call.caller.language)
        await self._pace(call, declared.pace)
        if declared.permission is not None:
            call.caller.require(declared.permission)

    async def _pace(self, call: Call, pace: Pace) -> None:
        if self._pacer is not None:
            await self._pacer.check(pace, call.address, call.caller)


def note_refusal(
    error: Exception,
    caller: Principal | None,
    *,
    method: str | None = None,
    route: str | None = None,
    event_type: str | None = None,
) -> None:
    """Logs that somebody was refused what was not theirs, came too often, or did not prove who they are: one such line
    is a mistake, many of one account are somebody who tries."""
    if isinstance(error, Forbidden | NotFound | TooFast | BadCredentials):
        account = caller.account_id if caller is not None else None
        log.info(
            "refused",
            extra={
                "method": method,
                "route": route,
                "event_type": event_type,
                "account": account,
                "code": error.code,
            },
        )


def refused(request: web.Request, error: Exception, language: str) -> web.Response:
    """The answer to a request that ended in ``error``, whatever it is; what is our fault is logged."""
    told = _told(request, error)
    headers = CIMultiDict[str]()
    if told.status == 401:
        headers[hdrs.WWW_AUTHENTICATE] = "Bearer"  # RFC 9110 section 15.5.2
    if told.retry_in_ms is not None:
        headers[hdrs.RETRY_AFTER] = str(-(-told.retry_in_ms // 1000))
    return _json(request, told.status, msgspec.json.encode({"error": error_body(told, language)}), headers)


def _told(request: web.Request, error: Exception) -> BinomeError:
    if isinstance(error, BinomeError):
        return error
    resource = request.match_info.route.resource
    facts = {"method": request.method, "route": resource.canonical if resource else None, "error": type(error).__name__}
    if is_passing(error):
        log.warning("database_away", extra=facts)
        return TryAgain(retry_in_ms=RETRY_IN_MS)
    log.error("endpoint_failed", extra=facts, exc_info=error)
    return InternalError()


def _query(request: web.Request, declared: Declaration) -> object:
    if declared.query is None:
        return request.query
    return convert(dict(request.query), declared.query)


async def _glean(request: web.Request, limit: int) -> bytes:
    """What came of the body, whatever its type, up to ``limit``."""
    body = bytearray()
    try:
        async with asyncio.timeout(GLEAN_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) >= limit:
                    break
    except (TimeoutError, HttpProcessingError, ConnectionError):
        pass
    return bytes(body[:limit])


async def _read(request: web.Request, limit: int, media_type: str = "application/json") -> bytes:
    if request.content_type != media_type or hdrs.CONTENT_ENCODING in request.headers:
        raise BadRequest("content_type")  # nobody compresses a small body, but a bomb is a small compressed body
    if (request.content_length or 0) > limit:
        raise TooLarge("body", maximum=limit)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise TooLarge("body", maximum=limit)
    except (TimeoutError, HttpProcessingError, ConnectionError):
        raise BadRequest("incomplete") from None
    return bytes(body)


async def _unknown_address(request: web.Request) -> web.Response:
    language = negotiate(request.headers.get(hdrs.ACCEPT_LANGUAGE))
    return refused(request, NotFound("address"), language)


def _takes_gzip(request: web.Request) -> bool:
    return "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")


def _json(request: web.Request, status: int, body: bytes, headers: CIMultiDict[str]) -> web.Response:
    headers.setdefault(hdrs.CACHE_CONTROL, "no-store")  # what is about people stays in no cache
    if not body:
        return web.Response(status=status, headers=headers)
    if len(body) >= _WORTH_COMPRESSING and _takes_gzip(request):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        body = gzip.compress(body, compresslevel=6, mtime=0)
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
