"""The way to PostgreSQL: an engine for the clear code, a raw connection for the hot path, one set of types.

Each capability declares its own tables in its ``tables.py`` on ``metadata``; nobody else's SQL names them.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import DateTime, MetaData, TypeDecorator, text
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


EVERYWHERE: Final = "*"  # the scope of what is about all organisations
_SCOPE = text("select set_config('binome.organisations', :scope, true)")
# A process that stands still in the midst of a transaction (a machine that sleeps, a line that swallows packets) would
# keep its locks, and so the pages of a case, from everybody else. None of ours is silent for so long.
_ALIVE: Final = "set idle_in_transaction_session_timeout = '60s'"
# Nor does a machine that lost its power, or a network that swallows packets, keep anybody waiting for an answer that
# never comes: after 10 seconds of silence the other end is asked, and given up 15 seconds later (tcp(7)).
_PATIENCE: Final = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25_000}
CONNECT_SECONDS = 10.0  # a server that does not answer by then is away


class Instant(TypeDecorator[datetime]):
    """``timestamptz`` that refuses naive datetimes (SQLAlchemy would take them silently) and gives back UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - likewise
        return value.astimezone(UTC) if value is not None else None


class Database:
    """One PostgreSQL database. ``url`` is ``postgresql://user:password@host:port/name`` as libpq writes it, with
    ``?sslmode=`` and the like behind."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self._url: URL = make_url(url).set(drivername="postgresql+asyncpg")
        self.engine = create_async_engine(
            self._url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=True,  # the connections of before a restart of PostgreSQL are replaced without an error
            async_creator=self.connect_raw,  # asyncpg reads the whole URL; SQLAlchemy knows no sslmode
            hide_parameters=True,  # what people wrote stays out of the texts of exceptions, and so of the log
        )

    @asynccontextmanager
    async def begin(self, organisation: UUID, *more: UUID) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed when the block ends, rolled back when it raises. One task at a time.

        It sees and writes what belongs to these organisations, and nothing else: row-level security keeps it there.
        """
        async with self.engine.begin() as connection:
            await connection.execute(_SCOPE, {"scope": ",".join(map(str, (organisation, *more)))})
            yield connection

    @asynccontextmanager
    async def everywhere(self) -> AsyncIterator[AsyncConnection]:
        """As ``begin``, for what is about no organisation in particular: signing in, jobs, a gap in the notices."""
        async with self.engine.begin() as connection:
            await connection.execute(_SCOPE, {"scope": EVERYWHERE})
            yield connection

    def aside(self, pool_size: int) -> "Database":
        """The same database by connections of its own, which no other work can take up; whoever asks closes it."""
        return Database(self._url.render_as_string(hide_password=False), pool_size=pool_size)

    async def connect_raw(self) -> asyncpg.Connection:
        """A connection of asyncpg's own, outside the pool, for whoever keeps it: the message log, a listener."""
        dsn = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
        try:
            _notice_silence(connection)
            await connection.execute(_ALIVE)
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def close(self) -> None:
        await self.engine.dispose()


def _notice_silence(connection: asyncpg.Connection) -> None:
    line = connection._transport.get_extra_info("socket")  # noqa: SLF001 - asyncpg has no parameters for it
    if line.family in (socket.AF_INET, socket.AF_INET6):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _PATIENCE.items():
            if hasattr(socket, name):  # not every system has all of them
                line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
