"""HTTP around voice notes: up in pieces, down whole or in part."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from aiohttp import hdrs, web
from msgspec import UNSET, Meta, Struct, UnsetType

from server.kernel.errors import NotFound
from server.kernel.identifiers import shorten
from server.kernel.permissions import Permission
from server.rooms.notes.notes import Notes, Progress
from server.rooms.notes.rules import CHUNK, MAX_BYTES, chunks
from server.rooms.notes.store import Note
from server.rooms.reference import of_path
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier

OGG = "audio/ogg"


class NewNoteBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    bytes: Annotated[int, Meta(ge=1, le=MAX_BYTES)]


class NoteProgress(Struct, frozen=True):
    """``next``: the first piece that is not held, of ``chunks`` pieces of ``chunk`` bytes. ``milliseconds`` is there
    when the note is whole."""

    next: int
    chunks: int
    chunk: int
    milliseconds: int | UnsetType = UNSET


class NotesHttp:
    """Endpoints of voice notes."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    @endpoint(
        "POST",
        "/api/v1/rooms/{room}/notes",
        body=NewNoteBody,
        answer=NoteProgress,
        permission=Permission.ROOM_WRITE,
    )
    async def begin(self, call: Call) -> NoteProgress:
        """Begin the upload of a voice note, or learn how far it got."""
        body: NewNoteBody = call.body
        return _progress(await self._notes.begin(of_path(call), call.principal, body.id, body.bytes))

    @endpoint(
        "PUT",
        "/api/v1/rooms/{room}/notes/{note}/chunks/{chunk}",
        upload="application/octet-stream",
        max_body=CHUNK,
        answer=NoteProgress,
        permission=Permission.ROOM_WRITE,
    )
    async def add(self, call: Call) -> NoteProgress:
        """Send one piece of a voice note; with the last one it is whole."""
        note_id, number = call.identifier("note"), _number(call.path["chunk"])
        return _progress(await self._notes.add(of_path(call), call.principal, note_id, number, call.body))

    @endpoint("GET", "/api/v1/rooms/{room}/notes/{note}", content=OGG, permission=Permission.ROOM_READ)
    async def hear(self, call: Call) -> web.Response:
        """A voice note, for who may see its message. Takes a Range."""
        note = await self._notes.audible(of_path(call), call.principal, call.identifier("note"))
        return await sounding(
            call.request, note, lambda start, end: self._notes.content(note, call.principal, start, end)
        )


async def sounding(
    request: web.Request, note: Note, content: Callable[[int, int], Awaitable[bytes]]
) -> web.Response:  # fmt: skip
    """The answer that is a voice note, whole or in part; ``content`` gives the bytes from a place to before another."""
    headers = {
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CACHE_CONTROL: "no-store",  # what is about people stays in no cache
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{shorten(note.id)}.ogg"',
    }
    wanted = _range(request, note.bytes)
    if wanted is None:
        headers[hdrs.CONTENT_RANGE] = f"bytes */{note.bytes}"
        return web.Response(status=416, headers=headers)
    start, end = wanted
    status = 200 if hdrs.RANGE not in request.headers else 206
    if status == 206:
        headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{end - 1}/{note.bytes}"
    return web.Response(status=status, body=await content(start, end), content_type=OGG, headers=headers)


def _progress(progress: Progress) -> NoteProgress:
    note, upto = progress
    return NoteProgress(upto, chunks(note.bytes), CHUNK, UNSET if note.milliseconds is None else note.milliseconds)


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 3:
        return int(text)
    raise NotFound


def _range(request: web.Request, size: int) -> tuple[int, int] | None:
    """From which byte to before which (RFC 9110 section 14); None when nothing of that can be given, or when what is
    asked cannot be read. One range."""
    try:
        wanted = request.http_range
    except ValueError:
        return None
    start, end, _ = wanted.indices(size)
    return (start, end) if start < end else None
