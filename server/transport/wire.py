"""The common words of the protocol as types of a message: identifiers and instants (docs/protocol.md)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from server.kernel.identifiers import parse_id

Timestamp = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""An instant as it is written: RFC 3339, UTC, milliseconds. Made by ``timestamp``."""

Moment = Annotated[datetime, Meta(tz=True)]
"""An instant as clients may write it: RFC 3339 with its offset, without which it is refused."""

ShortText = Annotated[str, Meta(max_length=400)]
"""A line that somebody types. Bounds what is looked at; what is right, the rules of its capability say."""


class Identifier(UUID):
    """An identifier as clients may write it, in 36 or in 22 characters. Equal to the UUID that it names."""


def timestamp(at: datetime) -> str:
    """``at`` as the protocol writes instants, for example ``2026-11-22T14:03:07.123Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(at: datetime | None) -> Timestamp | UnsetType:
    """``timestamp``, or nothing on the wire where there is no such instant."""
    return UNSET if at is None else timestamp(at)


def _read_identifier(value: Any) -> Identifier:
    if not isinstance(value, str):
        raise TypeError("not an identifier")
    return Identifier(int=parse_id(value).int)


# The types that msgspec does not know by itself: how each is read, and how it is described (JSON Schema). Another one
# is a mistake of ours, a KeyError, and nothing that a client has sent.
_READ: Final[Mapping[type, Callable[[Any], Any]]] = {Identifier: _read_identifier}
_DESCRIBED: Final[Mapping[type, dict[str, Any]]] = {
    Identifier: {"type": "string", "description": "a UUID in 36 characters, or in 22 of unpadded base64url"}
}


def decode_hook(kind: type, value: Any) -> Any:
    """For msgspec's ``dec_hook``: reads the types of this module. Raises ValueError or TypeError for what is none,
    which msgspec tells as its own ValidationError."""
    return _READ[kind](value)


def schema_hook(kind: type) -> dict[str, Any]:
    """For msgspec's ``schema_hook``: describes the types of this module."""
    return _DESCRIBED[kind]
