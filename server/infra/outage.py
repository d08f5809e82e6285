"""Tells a failure that passes by itself (the database is away, restarting, full up) from a mistake of ours.

The first is answered "try again", the second is logged as an error; both edges, HTTP and socket, ask here.
"""

import socket

import asyncpg
from sqlalchemy import exc

_PASSING = (
    asyncpg.PostgresConnectionError,  # class 08: the connection went away
    asyncpg.exceptions.OperatorInterventionError,  # class 57: shut down, crashed, not accepting connections yet
    asyncpg.exceptions.InsufficientResourcesError,  # class 53: too many connections, disk or memory full
    asyncpg.exceptions.TransactionRollbackError,  # class 40: a deadlock or a conflict, gone at the next try
    asyncpg.exceptions.LockNotAvailableError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,  # a standby, before it takes over
    exc.TimeoutError,  # no connection of the pool came free in time
    TimeoutError,  # a connection took too long to be made
    ConnectionError,
    socket.gaierror,
)


def is_passing(error: BaseException | None) -> bool:
    """Whether ``error`` means that the database cannot be used just now, and that trying again is right."""
    seen = 0
    while error is not None and seen < 5:  # wrapped twice at most: SQLAlchemy's, its adapter's, asyncpg's
        if isinstance(error, _PASSING):
            return True
        if isinstance(error, FileNotFoundError) and error.filename is None:  # a Unix socket that nobody listens on
            return True
        if isinstance(error, asyncpg.InterfaceError | exc.InterfaceError) and "closed" in str(error):
            return True
        if isinstance(error, exc.DBAPIError):
            if error.connection_invalidated:
                return True
            error = error.orig
        else:
            error = error.__cause__
        seen += 1
    return False
