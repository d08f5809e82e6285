"""What a legal hold keeps is sealed anew under the secret that is in force. The words are not looked at."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.secrets import Keyring, NotOurs, Resealed
from server.rights.sealing import PURPOSE, about_piece
from server.rights.tables import sealed_pieces


async def reseal_remains(conn: AsyncConnection, keys: Keyring) -> Resealed:
    """All of every organisation, a piece at a time."""
    done = lost = 0
    key = select(sealed_pieces.c.remains_id, sealed_pieces.c.number)
    for remains_id, number in (await conn.execute(key)).all():
        of_it = (sealed_pieces.c.remains_id == remains_id) & (sealed_pieces.c.number == number)
        sealed = (await conn.execute(select(sealed_pieces.c.content).where(of_it))).scalar_one()
        if not keys.outdated(sealed):
            continue
        about = about_piece(remains_id, number)
        try:
            anew = keys.seal(PURPOSE, keys.open(PURPOSE, sealed, about), about)
        except NotOurs:
            lost += 1
            continue
        await conn.execute(update(sealed_pieces).where(of_it).values(content=anew))
        done += 1
    return Resealed(done, lost)
