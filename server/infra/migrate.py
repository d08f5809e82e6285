"""Brings the database to the version of the code. Many processes may start together: one migrates, the others wait."""

import logging
from pathlib import Path

from sqlalchemy import Connection, text

from server.infra.database import Database
from server.kernel.ground import GroundError

log = logging.getLogger(__name__)

LOCK = 0x42494E4F4D45  # "BINOME": the key of the advisory lock, the same in every process
_MIGRATIONS = Path(__file__).parent / "migrations"


class NewerDatabase(GroundError):
    """The database has been used by a newer Binôme than this."""


def versions() -> list[str]:
    """The versions this code knows, oldest first: the numbers that the files of ``migrations/versions`` begin with."""
    return sorted(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def head() -> str:
    """The version this code wants."""
    return versions()[-1]


async def current(database: Database) -> str | None:
    """The version the database is at; None before the first migration."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_current)


def _current(connection: Connection) -> str | None:
    if connection.execute(text("select to_regclass('alembic_version')")).scalar_one() is None:
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar_one_or_none()


async def upgrade(database: Database) -> list[str]:
    """Migrates to ``head()`` and returns the versions that were applied. Raises NewerDatabase, changing nothing."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> list[str]:
    known = versions()
    version = refuse_newer(_current(connection))
    connection.rollback()
    if version == known[-1]:
        return []
    # Of the session, not of a transaction: each version commits on its own.
    if not connection.execute(text("select pg_try_advisory_lock(:key)"), {"key": LOCK}).scalar_one():
        log.info("migration_waits_for_another_process")
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK})
    connection.commit()
    try:
        before = refuse_newer(_current(connection))
        connection.rollback()
        _run_alembic(connection)
    finally:
        connection.rollback()
        connection.execute(text("select pg_advisory_unlock(:key)"), {"key": LOCK})
        connection.commit()
    applied = known[known.index(before) + 1 :] if before is not None else known
    for version in applied:
        log.info("migrated", extra={"version": version})
    return applied


def _run_alembic(connection: Connection) -> None:
    # Imported only where there is something to do: it takes a quarter of a second, and most starts have nothing.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def refuse_newer(version: str | None) -> str | None:
    """Returns ``version`` when this code knows it. Raises NewerDatabase."""
    known = versions()
    if version is not None and version not in known:
        raise NewerDatabase(
            f"the database is at version {version}, and this Binôme knows versions up to {known[-1]}: "
            "a newer Binôme has used it; install that one or a newer one"
        )
    return version
