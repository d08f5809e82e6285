"""What passes by itself is told from what is a mistake of ours."""

import socket

import asyncpg
import pytest
from sqlalchemy import exc

from server.infra.outage import is_passing


def wrapped(original: BaseException) -> exc.DBAPIError:
    return exc.DBAPIError("select 1", None, original)


def caused_by(original: BaseException) -> Exception:
    error = RuntimeError("adapter")
    error.__cause__ = original
    return error


PASSING = [
    asyncpg.ConnectionDoesNotExistError("gone"),
    asyncpg.ConnectionFailureError("gone"),
    asyncpg.CannotConnectNowError("starting up"),
    asyncpg.AdminShutdownError("terminated"),
    asyncpg.exceptions.CrashShutdownError("crashed"),
    asyncpg.TooManyConnectionsError("full"),
    asyncpg.exceptions.DiskFullError("full"),
    asyncpg.DeadlockDetectedError("deadlock"),
    asyncpg.SerializationError("conflict"),
    asyncpg.InterfaceError("connection is closed"),
    exc.TimeoutError("no connection came free"),
    ConnectionRefusedError(111, "refused"),
    ConnectionResetError(104, "reset"),
    FileNotFoundError(2, "No such file or directory"),
    TimeoutError(),
    socket.gaierror(-2, "no such host"),
]
OURS = [
    asyncpg.UniqueViolationError("double"),
    asyncpg.DataError("out of range"),
    asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
    FileNotFoundError(2, "No such file or directory", "locales/fr.json"),
    PermissionError(13, "denied", "x"),
    KeyError("x"),
    RuntimeError("closed"),
    ValueError(),
]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_what_passes(error: Exception) -> None:
    assert [is_passing(shape) for shape in (error, wrapped(error), wrapped(caused_by(error)))] == [True] * 3


@pytest.mark.parametrize("error", OURS, ids=lambda error: type(error).__name__)
def test_what_is_ours(error: Exception) -> None:
    assert [is_passing(shape) for shape in (error, wrapped(error), wrapped(caused_by(error)))] == [False] * 3


def test_a_connection_that_was_lost_under_a_statement() -> None:
    error = wrapped(RuntimeError("whatever"))
    error.connection_invalidated = True
    assert is_passing(error)


def test_a_ring_of_causes_ends() -> None:
    error = RuntimeError()
    error.__cause__ = error
    assert not is_passing(error)
    assert not is_passing(None)
