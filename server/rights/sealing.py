"""What a legal hold keeps of somebody who is forgotten: every row that would change or go, as it was, compressed and
sealed by the keyring, in pieces. Nobody reads it in the app; ``binome export --sealed`` does, and it is recorded.
"""

import json
import zlib
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import Holding, Kept, Scope, bound
from server.infra.secrets import Keyring
from server.kernel.identifiers import new_id
from server.rights.holdings import HOLDINGS
from server.rights.tables import sealed_pieces, sealed_remains

PURPOSE: Final = "sealed remains"
PIECE: Final = 256 * 1024  # bytes before sealing
_GZIP: Final = 31  # zlib's name for the gzip format, RFC 1952


async def seal(conn: AsyncConnection, scope: Scope, keys: Keyring) -> UUID:
    """Keeps a sealed copy of what is about the person, before it is forgotten."""
    remains = new_id()
    values = {"id": remains, "organisation_id": scope.organisation_id, "account_id": scope.person}
    await conn.execute(insert(sealed_remains).values(**values, sealed_at=scope.now))
    number = 0
    async for piece in _pieces(conn, scope):
        content = keys.seal(PURPOSE, piece, about_piece(remains, number))
        await conn.execute(insert(sealed_pieces).values(remains_id=remains, number=number, content=content))
        number += 1
    return remains


async def unseal(conn: AsyncConnection, account_id: UUID, keys: Keyring) -> AsyncIterator[bytes]:
    """What was sealed of this person, as gzip of JSON lines ``{"table", "row"}``. Raises NotOurs."""
    whole = select(sealed_remains.c.id).where(sealed_remains.c.account_id == account_id)
    for remains in list((await conn.execute(whole.order_by(sealed_remains.c.sealed_at))).scalars()):
        query = select(sealed_pieces).where(sealed_pieces.c.remains_id == remains).order_by(sealed_pieces.c.number)
        async with conn.stream(query) as rows:
            async for row in rows:
                yield keys.open(PURPOSE, row.content, about_piece(remains, row.number))


async def destroy(conn: AsyncConnection, account_id: UUID) -> int:
    done = await conn.execute(delete(sealed_remains).where(sealed_remains.c.account_id == account_id))
    return done.rowcount


def about_piece(remains: UUID, number: int) -> bytes:
    return remains.bytes + number.to_bytes(4, "big")


async def _pieces(conn: AsyncConnection, scope: Scope) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(wbits=_GZIP)
    packed = bytearray()
    for holding in HOLDINGS:
        if isinstance(holding.erase, Kept):
            continue
        async for line in _lines(conn, holding, scope):
            packed += packer.compress(line)
            while len(packed) >= PIECE:
                yield bytes(packed[:PIECE])
                del packed[:PIECE]
    yield bytes(packed + packer.flush())


async def _lines(conn: AsyncConnection, holding: Holding, scope: Scope) -> AsyncIterator[bytes]:
    table = holding.table.name
    statement = f"select to_jsonb(t) as row from {table} t where {holding.about}"  # noqa: S608 - of declarations
    async with conn.stream(*bound(statement, scope)) as rows:
        async for row in rows:
            said = row.row if isinstance(row.row, str) else json.dumps(row.row, ensure_ascii=False)
            yield f'{{"table": "{table}", "row": {said}}}\n'.encode()
