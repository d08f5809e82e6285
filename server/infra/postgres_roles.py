"""The two roles of the embedded PostgreSQL: one owns the tables and is used for migrations only, the other serves, and
is held by row-level security. Each has a password of its own, in a file that only its owner can read."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

DATABASE: Final = "binome"
OWNER: Final = "binome"
SERVER: Final = "binome_server"
_FILES: Final[Mapping[str, str]] = {OWNER: "postgres.password", SERVER: "postgres.server.password"}


@dataclass(frozen=True, slots=True)
class Urls:
    """How each of the two roles reaches the database, as libpq writes it."""

    owner: str
    server: str


def urls_of(data: Path, sockets: Path) -> Urls:
    """Raises OSError for a password that is not there."""

    def url(role: str) -> str:
        password = (data / _FILES[role]).read_text(encoding="ascii")
        return f"postgresql://{role}:{quote(password)}@/{DATABASE}?host={quote(str(sockets), safe='')}"

    return Urls(url(OWNER), url(SERVER))


def new_password() -> str:
    return secrets.token_urlsafe(24)


def has_password(data: Path, role: str) -> bool:
    return (data / _FILES[role]).exists()


def keep_password(data: Path, role: str, password: str) -> None:
    """Whole or not at all."""
    file = data / _FILES[role]
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(password)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)


def give_login(role: str, password: str) -> str:
    """A statement on one line that makes the role or, if it is there, gives it this password."""
    make = f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF"
    return f"DO $$ BEGIN {make}; ALTER ROLE {role} LOGIN PASSWORD '{password}'; END $$"
