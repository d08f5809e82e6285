"""The second factor of the demonstration's staff: one secret for all of them, in a file of the data folder beside the
password. ``binome demo --code`` is their telephone."""

import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from server.ground import Ground
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import SystemClock
from server.kernel.ground import GroundError
from server.kernel.principal import Principal
from server.people.factors import totp
from server.people.factors.checks import PURPOSE
from server.people.factors.store import put_totp
from server.people.sessions.store import STAFF

FILE = "demo-totp"


def make(data: Path) -> None:
    """A secret for this demonstration alone. Its file can be read by its owner only."""
    with os.fdopen(os.open(data / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(totp.new_secret() + "\n")


def code(data: Path) -> str:
    """The six digits of this moment. Raises GroundError where there is no demonstration."""
    return totp.code_at(_read(data), SystemClock().now().timestamp())


async def learn(conn: AsyncConnection, ground: Ground, people: Mapping[str, Principal]) -> None:
    """The staff of the demonstration have set it up."""
    keys, secret = InstanceKeyring(ground.settings.secret, ground.settings.data).keys, _read(ground.settings.data)
    for person in people.values():
        if person.role in STAFF:
            sealed = keys.seal(PURPOSE, secret.encode(), person.account_id.bytes)
            await put_totp(conn, person.organisation_id, person.account_id, sealed, 0, ground.clock.now())


def _read(data: Path) -> str:
    try:
        return (data / FILE).read_text(encoding="ascii").strip()
    except OSError as error:
        raise GroundError(
            f"there is no demonstration in {data}, or the file {FILE} was taken away; start one with `binome demo`, "
            "or name its folder with BINOME_DATA"
        ) from error
