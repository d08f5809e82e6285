"""``binome secret rotate``: everything that is sealed in the database is sealed anew under the secret in force.

Nobody is signed out by it: sessions, passwords and recovery codes are hashes, and need no secret.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.secrets import InstanceKeyring, Keyring, Resealed
from server.people.factors.resealing import reseal_one_time_secrets
from server.people.reach.push_keys import reseal_push_keys
from server.rights.resealing import reseal_remains

Reseal = Callable[[AsyncConnection, Keyring], Awaitable[Resealed]]

# Whoever keeps something sealed adds a line.
SEALED: Final[dict[str, Reseal]] = {
    "keys of push services": reseal_push_keys,
    "secrets of one-time codes": reseal_one_time_secrets,
    "pieces kept for a legal hold": reseal_remains,
}


async def rotate(database: Database, ring: InstanceKeyring) -> list[str]:
    """Makes a new secret, where the secrets are in the data folder, and seals anew; may run beside the server, and
    again. Returns what to tell the operator. Raises GroundError."""
    told = []
    if ring.is_file:
        await _reseal(database, ring.keys)  # under the one that stays as the last
        ring.renew()
        told.append("There is a new secret in the data folder. The last one stays beside it until the next time.")
    lost = 0
    for what, found in (await _reseal(database, ring.keys)).items():
        told.append(f"{found.done} {what} were sealed anew.")
        lost += found.lost
        if found.lost:
            told.append(f"{found.lost} {what} open with none of the secrets: put the one that sealed them behind.")
    if not ring.is_file and not lost:
        told.append("Everything opens with the first secret of BINOME_SECRET: the others can be left out now.")
    return told


async def _reseal(database: Database, keys: Keyring) -> dict[str, Resealed]:
    found = {}
    for what, reseal in SEALED.items():
        async with database.everywhere() as conn:
            found[what] = await reseal(conn, keys)
    return found
