"""Attacks the promise that no message text, name, address, session description or token gets into a log."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import socketio
import structlog
from sqlalchemy.exc import IntegrityError

from server.infra import telemetry
from server.kernel.errors import Conflict
from server.kernel.ground import GroundError

PERSONAL = [
    "Je m'appelle Amina et j'ai peur",
    "Amina",
    "Amina Diallo",
    "amina.diallo@example.org",
    "192.0.2.17",
    "2001:db8::17",
    "06 12 34 56 78",
    "zero six douze",
    "a=candidate:1 1 udp 2130706431 192.0.2.17 50000 typ host",
    "v=0\r\no=- 1 2 IN IP4 192.0.2.17",
    "h3xQ0rYkZ9mC2vB7nL5pW8sD1fG4jK6tA-_eRuIoPqE",
    "Bearer h3xQ0rYkZ9mC2vB7nL5pW8sD1fG4jK6tA-_eRuIoPqE",
    '42["chat:send",{"body":"Amina"}]',
]
TRACES = ["Amina", "Diallo", "peur", "appelle", "example.org", "192.0.2", "2001:db8", "06 12", "zero six", "candidate",
          "IP4", "h3xQ0rYk", "Bearer"]  # fmt: skip


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of a process configured as the server's, and afterwards everything as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "stdout", stream)
    telemetry.configure("json", "debug", stream)
    monkeypatch.setattr(root, "addHandler", lambda _handler: None)  # pytest adds its own for the length of the test
    yield stream
    monkeypatch.undo()
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
    structlog.reset_defaults()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("server").setLevel(logging.NOTSET)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def assert_clean(stream: io.StringIO, at_least: int) -> None:
    text = stream.getvalue()
    assert [trace for trace in TRACES if trace.lower() in text.lower()] == [], text
    assert len(lines(stream)) >= at_least


def test_an_event_with_its_facts_is_written(written: io.StringIO) -> None:
    room = UUID("01939f6e-7c2a-7000-8000-000000000001")
    logging.getLogger("server.rooms.log").info(
        "append_refused", extra={"count": 3, "room": room, "code": "room_closed", "error": "IntegrityError"}
    )
    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "server.rooms.log",
        "event": "append_refused",
        "count": 3,
        "room": str(room),
        "code": "room_closed",
        "error": "IntegrityError",
    }


@pytest.mark.parametrize("personal", PERSONAL)
def test_the_servers_own_records(written: io.StringIO, personal: str) -> None:
    log = logging.getLogger("server.rooms.chat")
    log.error(personal)
    log.error("sent %s", personal)
    log.error("sent", extra={"body": personal, "login": personal, personal: 1})
    for fact in ("code", "room", "error", "route", "version", "kind", "checks", "reason", "count", "method", "state"):
        if personal not in {"Amina"} or fact != "error":  # one capitalised word is what a type's name looks like
            log.error("sent", extra={fact: personal})
            log.error("sent", extra={fact: [personal]})
            log.error("sent", extra={fact: {personal: personal}})
            log.error("sent", extra={fact: personal.encode()})
    log.error("sent", stack_info=True)
    logging.getLogger(f"server.{personal}").error("sent")
    assert_clean(written, 30)


@pytest.mark.parametrize("personal", PERSONAL)
@pytest.mark.parametrize(
    "name",
    ["aiohttp.server", "engineio.server", "socketio.server", "asyncio", "pgqueuer", "sqlalchemy.engine", "x", ""],
)
def test_the_records_of_libraries(written: io.StringIO, name: str, personal: str) -> None:
    log = logging.getLogger(name)
    log.critical(personal)
    log.critical(f"got {personal}")  # noqa: G004 - as libraries do
    log.critical("got %s", personal)
    log.critical("got %s %d", personal)  # does not even format
    log.critical("got", extra={"remote": personal, "code": personal})
    assert_clean(written, 5)
    assert {line["event"] for line in lines(written)} == {"library"}


def raise_them(personal: str) -> Exception:
    """An exception with the text everywhere an exception can have it."""
    kind = type("Error", (Exception,), {})
    try:
        try:
            raise KeyError(personal)
        except KeyError as first:
            database = asyncpg.UniqueViolationError(f"Key (login)=({personal}) already exists.")
            database.detail = personal
            try:
                raise IntegrityError("insert ...", {"login": personal}, database) from first
            except IntegrityError as second:
                second.add_note(personal)
                try:
                    raise ExceptionGroup(personal, [ValueError(personal), Conflict(personal, words=personal)])
                except ExceptionGroup as third:
                    error = kind(personal)
                    error.filename = personal
                    raise error from third
    except Exception as last:
        return last


@pytest.mark.parametrize("personal", PERSONAL)
def test_exceptions(written: io.StringIO, personal: str) -> None:
    error = raise_them(personal)
    for name in ("server.rooms", "aiohttp.server", "pgqueuer"):
        log = logging.getLogger(name)
        log.error("failed", exc_info=error)
        log.error("failed", exc_info=(type(error), error, error.__traceback__))
        try:
            raise error
        except Exception:
            log.exception(personal)
        log.error(error)
        log.error("failed", extra={"error": error, "reason": error, "code": error})
    assert_clean(written, 15)


def test_an_exception_says_what_and_where(written: io.StringIO) -> None:
    logging.getLogger("server.rooms").error("failed", exc_info=raise_them("x"))
    (line,) = lines(written)
    types = [told["type"] for told in line["raised"]]
    assert types == ["Error", "ExceptionGroup", "IntegrityError", "KeyError"]
    assert line["raised"][1]["within"] == ["ValueError", "Conflict"]
    (place,) = line["raised"][3]["stack"]
    assert place.startswith("tests/unit/infra/test_telemetry.py:")
    assert place.endswith(" raise_them")


def test_what_the_operator_must_do_is_kept(written: io.StringIO) -> None:
    reason = GroundError("the disk of /srv/binome is full (0 MB free); free at least 300 MB and start again")
    logging.getLogger("server.infra").error("postgres_not_restarted", extra={"reason": reason})
    assert lines(written)[0]["reason"] == str(reason)


@pytest.mark.parametrize("personal", PERSONAL)
async def test_what_nobody_caught(written: io.StringIO, personal: str) -> None:
    error = raise_them(personal)
    sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=lambda: int(personal), name=personal)
    thread.start()
    thread.join()
    loop = asyncio.get_running_loop()
    telemetry.watch_loop(loop)
    loop.call_exception_handler({"message": personal, "exception": error, "transport": personal})
    loop.call_exception_handler({"message": personal})

    async def fails() -> None:
        raise ValueError(personal)

    task = loop.create_task(fails(), name=personal)
    await asyncio.wait({task})
    del task
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(personal, ResourceWarning, stacklevel=1)
    structlog.get_logger("server.rooms").error(personal, body=personal, exc_info=error)
    structlog.get_logger().error("sent", body=personal)
    loop.set_exception_handler(None)
    assert_clean(written, 7)


@pytest.mark.parametrize("logger", [False, True])
async def test_socket_libraries_add_no_output_of_their_own(written: io.StringIO, logger: bool) -> None:
    server = socketio.AsyncServer(async_mode="aiohttp", logger=logger, engineio_logger=logger)
    for name in ("socketio.server", "engineio.server"):
        assert logging.getLogger(name).handlers == []
        logging.getLogger(name).error("received %s", "Amina")
    await server.emit("chat:message", {"body": "Amina"})
    assert_clean(written, 2)


def test_a_record_that_cannot_be_written_is_not_spilled(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hostile:
        def __str__(self) -> str:
            raise ValueError("Amina")

        __repr__ = __str__

    logging.getLogger("server.rooms").error("sent", extra={"code": Hostile(), "count": Hostile()})
    logging.getLogger("library").error(Hostile())
    monkeypatch.setattr(written, "write", lambda _text: (_ for _ in ()).throw(OSError("Amina")))
    logging.getLogger("library").error("Amina")
    assert_clean(written, 2)


def test_metrics_count_records_and_know_no_one(written: io.StringIO) -> None:
    registry = telemetry.new_registry()
    before = registry.get_sample_value("binome_log_records_total", {"level": "error"}) or 0.0
    logging.getLogger("server.rooms").error("sent", extra={"body": "Amina"})
    assert registry.get_sample_value("binome_log_records_total", {"level": "error"}) == before + 1


def test_nothing_of_the_interpreter_prints_source_lines(written: io.StringIO) -> None:
    code = compile("def f():\n    raise ValueError('Amina')  # Amina\nf()", "Amina", "exec")
    try:
        exec(code, {})  # noqa: S102 - a frame whose file name and source are not ours
    except ValueError:
        logging.getLogger("server.rooms").exception("failed")
    assert_clean(written, 1)
