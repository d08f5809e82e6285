"""Brings the database to the version of the code. Many processes may start together: one migrates, the others wait."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from server.infra.database import Database
from server.kernel.ground import GroundError

log = logging.getLogger(__name__)

LOCK = 0x42494E4F4D45  # "BINOME": the key of the advisory lock, the same in every process


class NewerDatabase(GroundError):
    """The database has been used by a newer Binôme than this."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def head() -> str:
    """The version this code wants."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise RuntimeError("the migrations are missing from this installation")
    return newest


async def current(database: Database) -> str | None:
    """The version the database is at; None before the first migration."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_current)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def upgrade(database: Database) -> list[str]:
    """Migrates to ``head()`` and returns the versions that were applied. Raises NewerDatabase, changing nothing."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> list[str]:
    script = ScriptDirectory.from_config(_config())
    known = [revision.revision for revision in reversed(list(script.walk_revisions()))]
    if _check(_current(connection), known) == known[-1]:
        connection.rollback()
        return []
    # Of the session, not of a transaction: each version commits on its own.
    if not connection.execute(text("select pg_try_advisory_lock(:key)"), {"key": LOCK}).scalar_one():
        log.info("migration_waits_for_another_process")
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK})
    connection.commit()
    try:
        before = _check(_current(connection), known)
        connection.rollback()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    finally:
        connection.rollback()
        connection.execute(text("select pg_advisory_unlock(:key)"), {"key": LOCK})
        connection.commit()
    applied = known[known.index(before) + 1 :] if before is not None else known
    for version in applied:
        log.info("migrated", extra={"version": version})
    return applied


def _check(version: str | None, known: list[str]) -> str | None:
    if version is not None and version not in known:
        raise NewerDatabase(
            f"the database is at version {version}, and this Binôme knows versions up to {known[-1]}: "
            "a newer Binôme has used it; install that one or a newer one"
        )
    return version
