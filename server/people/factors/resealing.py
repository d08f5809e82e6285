"""One-time secrets are sealed anew under the secret that is in force, without anybody noticing."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.secrets import Keyring, NotOurs, Resealed
from server.people.factors.checks import PURPOSE
from server.people.factors.tables import totp_secrets


async def reseal_one_time_secrets(conn: AsyncConnection, keys: Keyring) -> Resealed:
    """All of every organisation."""
    done = lost = 0
    for account_id, sealed in (await conn.execute(select(totp_secrets.c.account_id, totp_secrets.c.sealed))).all():
        if not keys.outdated(sealed):
            continue
        about = account_id.bytes
        try:
            anew = keys.seal(PURPOSE, keys.open(PURPOSE, sealed, about), about)
        except NotOurs:
            lost += 1
            continue
        of_it = (totp_secrets.c.account_id == account_id) & (totp_secrets.c.sealed == sealed)  # else it was set anew
        await conn.execute(update(totp_secrets).where(of_it).values(sealed=anew))
        done += 1
    return Resealed(done, lost)
