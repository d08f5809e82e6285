"""From JSON that anyone may have sent to a typed value, or to a refusal that names the field.

Shared by the HTTP endpoints and the socket. Beyond the type, one thing is refused everywhere: text that PostgreSQL
or a strict UTF-8 reader could not keep (NUL characters, halves of surrogate pairs).
"""

import contextlib
import json
import re
from typing import Any, TypeVar

import msgspec

from server.kernel.errors import BadRequest
from server.transport.wire import decode_hook

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

_MAX_FIELD = 100  # characters of a field's name told back; its writer may have made it of any length
_PATH = re.compile(r" - at `(?:key in )?`?\$?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"^Object missing required field `(?P<name>[^`]*)`")
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*?)`(?: - at `[^`]*`)?$", re.DOTALL)
_LENGTH = re.compile(r"^Expected `\w+` of length (?P<sign><=|>=) (?P<limit>\d+)")


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """A decoder for ``kind`` that reads our identifiers. Make it once, use it with ``decode``."""
    return msgspec.json.Decoder(kind, dec_hook=decode_hook)


def decode(raw: bytes | str, reader: msgspec.json.Decoder[T]) -> T:
    """The value in ``raw``. Raises BadRequest, with the field named wherever there is one."""
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if b"\\u0000" in data:  # cheap to see; only then worth finding out whether and where it is a NUL
        _refuse_bad_text(data)
    try:
        return reader.decode(data)
    except msgspec.ValidationError as error:
        raise refusal(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _refuse_bad_text(data)
        raise BadRequest("malformed_json") from None


def gleaned(raw: bytes | str, kind: type[S]) -> S:
    """As much of a ``kind``, a struct all of whose members have defaults, as ``raw`` holds: a member that cannot be
    read is as one that is not there. Never raises: for what is not refused over its form. Text is as it was sent, also
    such as ``decode`` refuses."""
    found: Any = None
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw)
    if isinstance(found, list):  # of an event, its name stands before it
        found = next((item for item in found if isinstance(item, dict)), None)
    members = {}
    for field in msgspec.structs.fields(kind):
        if isinstance(found, dict) and field.encode_name in found:
            try:
                members[field.name] = msgspec.convert(found[field.encode_name], field.type, dec_hook=decode_hook)
            except (msgspec.ValidationError, RecursionError):
                continue
    return kind(**members)


def convert(value: Any, kind: type[T]) -> T:
    """``value``, made of texts alone as a query string is, as a ``kind``. Raises BadRequest."""
    bad = bad_text(value)
    if bad is not None:
        raise BadRequest(bad[0], field=bad[1])
    try:
        return msgspec.convert(value, kind, strict=False, dec_hook=decode_hook)
    except msgspec.ValidationError as error:
        raise refusal(error) from None


def refusal(error: msgspec.ValidationError) -> BadRequest:
    """What msgspec found wrong, as our error with its field."""
    text = str(error)
    at = _PATH.search(text)
    path = at["path"].lstrip(".") if at else ""
    if missing := _MISSING.match(text):
        return BadRequest("missing", field=_join(path, missing["name"]))
    if unknown := _UNKNOWN.match(text):
        return BadRequest("unknown_field", field=_join(path, unknown["name"]))
    field = _join("", path) or None
    if length := _LENGTH.match(text):
        if length["sign"] == "<=":
            return BadRequest("too_long", field=field, maximum=int(length["limit"]))
        if length["limit"] == "1":
            return BadRequest("empty", field=field)
        return BadRequest("too_short", field=field, minimum=int(length["limit"]))
    if "matching regex" in text:
        return BadRequest("format", field=field)
    if "not an identifier" in text or "hexadecimal UUID" in text or "Invalid UUID" in text:
        return BadRequest("identifier", field=field)
    if "Expected `int` " in text or "Expected `float` " in text:
        return BadRequest("out_of_range", field=field)
    return BadRequest("wrong_type", field=field)


def bad_text(value: Any) -> tuple[str, str | None] | None:
    """The first text inside ``value`` that cannot be kept: (what is wrong with it, its field). None when all can."""
    waiting: list[tuple[Any, str]] = [(value, "")]
    while waiting:
        item, path = waiting.pop()
        if isinstance(item, str):
            if "\x00" in item:
                return "nul", path or None
            try:
                item.encode()
            except UnicodeEncodeError:
                return "surrogate", path or None
        elif isinstance(item, dict):
            for key, member in item.items():
                member_path = _join(path, str(key))
                waiting.append((member, member_path))
                waiting.append((key, member_path))
        elif isinstance(item, list):
            waiting.extend((member, f"{path}[{index}]") for index, member in enumerate(item))
    return None


def _refuse_bad_text(data: bytes) -> None:
    """The strict decoder says neither where nor what; the standard library's reads on, so that we can."""
    try:
        bad = bad_text(json.loads(data.decode("utf-8", "surrogatepass")))
    except (ValueError, RecursionError):
        return
    if bad is not None:
        raise BadRequest(bad[0], field=bad[1]) from None


def _join(path: str, name: str) -> str:
    joined = (f"{path}.{name}" if path else name)[:_MAX_FIELD]
    return "".join(character if character.isprintable() else "?" for character in joined)
