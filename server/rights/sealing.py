"""What a legal hold keeps of somebody who is forgotten: every row that would change or go, as it was, compressed and
sealed by the keyring, in pieces. Nobody reads it in the app; ``binome export --sealed`` does, and it is recorded.
"""

import json
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import Kept, Scope, bound
from server.infra.secrets import Keyring
from server.kernel.identifiers import new_id
from server.rights.holdings import HOLDINGS
from server.rights.tables import sealed_pieces, sealed_remains
from server.rooms.holdings import rooms_of_pairs

PURPOSE: Final = "sealed remains"
PIECE: Final = 256 * 1024  # bytes before sealing
_GZIP: Final = 31  # zlib's name for the gzip format, RFC 1952


async def seal(conn: AsyncConnection, scope: Scope, keys: Keyring, pair_id: UUID | None = None) -> UUID:
    """Keeps a sealed copy of what is about the person, before it is forgotten: all of it, or their part in a pair."""
    remains = new_id()
    values = {"id": remains, "organisation_id": scope.organisation_id, "account_id": scope.person, "pair_id": pair_id}
    await conn.execute(insert(sealed_remains).values(**values, sealed_at=scope.now))
    if pair_id is not None:
        scope = replace(scope, pairs=[pair_id], rooms=await rooms_of_pairs(conn, [pair_id]))
    number = 0
    async for piece in _pieces(conn, scope, whole=pair_id is None):
        content = keys.seal(PURPOSE, piece, about_piece(remains, number))
        await conn.execute(insert(sealed_pieces).values(remains_id=remains, number=number, content=content))
        number += 1
    return remains


async def unseal(conn: AsyncConnection, account_id: UUID, keys: Keyring) -> AsyncIterator[bytes]:
    """What was sealed of this person, as gzip of JSON lines ``{"table", "row"}``: all of it while that is kept, else
    what is left of it, pair by pair. Raises NotOurs."""
    kept = select(sealed_remains.c.id, sealed_remains.c.pair_id).where(sealed_remains.c.account_id == account_id)
    found = (await conn.execute(kept.order_by(sealed_remains.c.sealed_at, sealed_remains.c.id))).all()
    whole = [row for row in found if row.pair_id is None]
    for remains in whole or found:
        query = select(sealed_pieces).where(sealed_pieces.c.remains_id == remains.id).order_by(sealed_pieces.c.number)
        async with conn.stream(query) as rows:
            async for row in rows:
                yield keys.open(PURPOSE, row.content, about_piece(remains.id, row.number))


# Of a pair: while a hold on it, or on one of its two, is in force. The whole: while one on the person is, or one on a
# pair of theirs, or on the other of it, which has no copy of its own.
_DESTROY: Final = text("""
with holds as (select account_id, pair_id from legal_holds where ended_at is null and until > :now),
held as (
    select p.id, p.mentor_id, p.mentee_id from pairs p
    where exists (select from holds h where h.pair_id = p.id or h.account_id in (p.mentor_id, p.mentee_id))
)
delete from sealed_remains s where case
    when s.pair_id is not null then s.pair_id not in (select id from held)
    else s.account_id not in (select account_id from holds where account_id is not null) and not exists (
        select from held p where (s.account_id in (p.mentor_id, p.mentee_id) or exists (
            select from room_members m join rooms r on r.id = m.room_id
            where r.pair_id = p.id and m.account_id = s.account_id
        )) and not exists (select from sealed_remains o where o.account_id = s.account_id and o.pair_id = p.id))
    end
returning organisation_id, account_id
""")


async def destroy(conn: AsyncConnection, now: datetime) -> Mapping[tuple[UUID, UUID], int]:
    """Destroys what was sealed and no hold names any more: how many copies, by organisation and person."""
    rows = await conn.execute(_DESTROY, {"now": now})
    return Counter((row.organisation_id, row.account_id) for row in rows)


def about_piece(remains: UUID, number: int) -> bytes:
    return remains.bytes + number.to_bytes(4, "big")


async def _pieces(conn: AsyncConnection, scope: Scope, *, whole: bool) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(wbits=_GZIP)
    packed = bytearray()
    for holding in HOLDINGS:
        if isinstance(holding.erase, Kept):
            continue
        which = holding.about if whole else f"({holding.about}) and ({holding.of_pair})"
        async for line in _lines(conn, holding.table.name, which, scope):
            packed += packer.compress(line)
            while len(packed) >= PIECE:
                yield bytes(packed[:PIECE])
                del packed[:PIECE]
    yield bytes(packed + packer.flush())


async def _lines(conn: AsyncConnection, table: str, which: str, scope: Scope) -> AsyncIterator[bytes]:
    statement = f"select to_jsonb(t) as row from {table} t where {which}"  # noqa: S608 - of declarations
    async with conn.stream(*bound(statement, scope)) as rows:
        async for row in rows:
            said = row.row if isinstance(row.row, str) else json.dumps(row.row, ensure_ascii=False)
            yield f'{{"table": "{table}", "row": {said}}}\n'.encode()
