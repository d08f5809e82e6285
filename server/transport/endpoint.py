"""HTTP endpoints as a table of types: method, path, body, query, answer, permission.

A capability writes ``@endpoint(…)`` on a handler of its ``http.py``; ``router.Endpoints`` does the rest alike for
all: who is asking, whether they may, what they sent, and one shape for every refusal.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from aiohttp import web
from multidict import CIMultiDict

from server.kernel.errors import NotFound, NotSignedIn
from server.kernel.identifiers import parse_id
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.transport.pace import Pace, pace_of
from server.transport.reached import reached

MAX_BODY = 16 * 1024  # bytes: the largest body of an endpoint that does not say otherwise

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


@dataclass(slots=True)
class Call:
    """One request, as a handler sees it. ``query`` is the declared type, or the raw mapping when none is declared;
    ``body`` is the declared type, or the bytes of an upload; ``headers`` go out with the answer. ``principal`` is there
    unless the endpoint is declared ``signed_in=False``."""

    request: web.Request
    language: str
    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    caller: Principal | None = None
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)

    @property
    def principal(self) -> Principal:
        if self.caller is None:
            raise NotSignedIn
        return self.caller

    @property
    def address(self) -> str:
        """The network address of who asks, as far as it can be believed."""
        return reached(self.request).address

    def identifier(self, name: str) -> UUID:
        """The identifier at ``{name}`` in the path. What cannot be one does not exist: NotFound."""
        try:
            return parse_id(self.path[name])
        except ValueError:
            raise NotFound from None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A row of the table, as the decorator wrote it."""

    method: str
    path: str
    body: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    answer: type[msgspec.Struct] | None
    permission: Permission | None
    signed_in: bool
    status: int
    max_body: int
    upload: str | None = None
    content: str | None = None
    finishes_sign_in: bool = False
    pace: Pace = Pace.READ
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A row of the table with who answers it."""

    declared: Declaration
    handler: Callable[[Call], Awaitable[msgspec.Struct | web.Response | None]]
    name: str
    summary: str


def endpoint(
    method: str,
    path: str,
    *,
    body: type[msgspec.Struct] | None = None,
    query: type[msgspec.Struct] | None = None,
    answer: type[msgspec.Struct] | None = None,
    permission: Permission | None = None,
    signed_in: bool = True,
    status: int | None = None,
    max_body: int = MAX_BODY,
    upload: str | None = None,
    content: str | None = None,
    finishes_sign_in: bool = False,
    pace: Pace | None = None,
    lenient: bool = False,
) -> Callable[[F], F]:
    """Declares ``async def handler(call: Call) -> Struct | None``, a function or a method, as an endpoint.

    Without ``answer`` the status is 204. A ``body`` type must forbid unknown fields. ``upload`` names the media type of
    a body that is not JSON: the handler gets its bytes. ``content`` names that of an answer that is not JSON: the
    handler makes the whole response. ``finishes_sign_in`` admits also who still lacks a second factor.
    ``pace`` is its class in ``pace.PACES``; by default the one of its method. ``lenient``: nothing is refused over the
    form of its body, of which all members have defaults (``payload.gleaned``).
    """
    if body is not None and upload is not None:
        raise ValueError(f"{method} {path}: a body is JSON or an upload")
    if permission is not None and not signed_in:
        raise ValueError(f"{method} {path}: a permission is someone's")
    for kind in (body, query):
        if kind is not None and not kind.__struct_config__.forbid_unknown_fields and not lenient:
            raise ValueError(f"{method} {path}: {kind.__name__} must forbid unknown fields")
    declared = Declaration(
        method,
        path,
        body,
        query,
        answer,
        permission,
        signed_in,
        status or (200 if answer or content else 204),
        max_body,
        upload,
        content,
        finishes_sign_in,
        pace or pace_of(method, signed_in=signed_in, upload=upload is not None),
        lenient,
    )

    def mark(handler: F) -> F:
        handler.__endpoint__ = declared  # type: ignore[attr-defined]  # how ``Endpoints.add`` finds it
        return handler

    return mark


def declared_in(owner: object) -> Iterator[Endpoint]:
    """The endpoints of ``owner``: itself when it is a function, or its methods in the order of their names."""
    if inspect.isroutine(owner):
        handlers = [owner]
    else:
        names = [name for name, member in inspect.getmembers(type(owner)) if hasattr(member, "__endpoint__")]
        handlers = [getattr(owner, name) for name in names]
    for handler in handlers:
        declared = getattr(handler, "__endpoint__", None)
        if isinstance(declared, Declaration):
            summary = (inspect.getdoc(handler) or "").split("\n\n")[0].replace("\n", " ")
            yield Endpoint(declared, handler, handler.__name__, summary)
