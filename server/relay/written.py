"""The texts of a dispatch as they are kept: written whole, read back as what they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import BadRequest
from server.relay import store
from server.relay.fields import Bundle, Concern, Fields, Referral, Relay
from server.relay.rules import Dispatch, Kind
from server.transport.wire import decode_hook

EMPTY: Final[Mapping[Kind, Fields]] = {
    Kind.BUNDLE: Bundle(),
    Kind.CONCERN: Concern(),
    Kind.REFERRAL: Referral(),
    Kind.RELAY: Relay(),
}


def kept(fields: Fields) -> dict[str, Any]:
    """``fields`` as the database keeps them. Raises BadRequest for what it cannot hold."""
    plain: dict[str, Any] = msgspec.to_builtins(fields, enc_hook=str)
    if b"\\u0000" in msgspec.json.encode(plain):
        raise BadRequest("nul", field="fields")
    return plain


def read_back(plain: Mapping[str, Any], kind: Kind) -> Fields:
    """What ``kept`` gave; nothing, where whom it was about is forgotten."""
    return msgspec.convert(plain, Fields, dec_hook=decode_hook) if plain else EMPTY[kind]


async def fields_of(conn: AsyncConnection, dispatch: Dispatch) -> Fields:
    """The newest text."""
    versions = await store.versions_of(conn, dispatch.id)
    return read_back(versions[-1].fields, dispatch.kind)


async def write(conn: AsyncConnection, dispatch_id: UUID, version: int, at: datetime, by: UUID, fields: Fields) -> None:
    await store.add_version(conn, dispatch_id, version, at, by, kept(fields))
