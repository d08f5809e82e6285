"""Logs and metrics. Every log record of the process, ours or a library's, passes the allow-list of ``facts``."""

import asyncio
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import IO, Any

import structlog
from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from server.infra.facts import harmless

_records: Counter[str] = Counter()  # written since the process began, by level

# Libraries that attach an output of their own to a logger without a level; given one, they leave it alone.
_ATTACH_THEIR_OWN = ("engineio.server", "engineio.client", "socketio.server", "socketio.client", "aiohttp.access")


def new_registry() -> CollectorRegistry:
    """The metrics of one server: of its process to begin with; each part adds its own."""
    registry = CollectorRegistry(auto_describe=True)
    ProcessCollector(registry=registry)
    registry.register(_LogRecords())
    registry.register(_Tasks())
    return registry


class _Tasks(Collector):
    def collect(self) -> Iterable[Metric]:
        try:
            count = len(asyncio.all_tasks())
        except RuntimeError:  # nothing runs yet
            count = 0
        yield GaugeMetricFamily("binome_tasks", "Tasks under way in the server's process", value=count)


class _LogRecords(Collector):
    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily("binome_log_records", "Log records written", labels=["level"])
        for level, count in _records.items():
            family.add_metric([level], count)
        yield family


def configure(form: str = "auto", level: str = "info", stream: IO[str] | None = None) -> None:
    """Sends all logs of this process to ``stream`` (default: standard error), one line each: JSON, or for eyes when
    ``form`` is ``console``, or ``auto`` at a terminal."""
    stream = sys.stderr if stream is None else stream
    console = form == "console" or (form == "auto" and stream.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=28)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = _Handler(stream)
    handler.setFormatter(_Formatter(renderer))
    root = logging.getLogger()
    for name in [None, *logging.root.manager.loggerDict]:
        logger = logging.getLogger(name)
        for attached in list(logger.handlers):
            logger.removeHandler(attached)
        logger.propagate = True
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # libraries: only what matters
    logging.getLogger("server").setLevel(level.upper())
    for name in _ATTACH_THEIR_OWN:
        logging.getLogger(name).setLevel(logging.WARNING)
    # structlog's own loggers take the same way as everyone's.
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _report("thread_failed", args.exc_value)
    sys.unraisablehook = lambda unraisable: _report("unraisable", unraisable.exc_value)


def watch_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Logs what the event loop finds (a task whose exception nobody took), by its type and place only."""

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        _report("task_failed", context.get("exception"))

    loop.set_exception_handler(handle)


class _Handler(logging.StreamHandler[IO[str]]):
    def emit(self, record: logging.LogRecord) -> None:
        _records[record.levelname.lower() if record.levelno % 10 == 0 else "other"] += 1
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A record that cannot be written is dropped; the default would print all that it holds."""


class _Formatter(logging.Formatter):
    def __init__(self, render: Callable[[Any, str, dict[str, Any]], Any]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        facts = {"timestamp": f"{at}.{int(record.created % 1 * 1000):03d}Z", **harmless(record)}
        return str(self._render(None, record.levelname, facts))


_log = logging.getLogger(__name__)


def _report(event: str, error: BaseException | None) -> None:
    _log.error(event, exc_info=error)


def _uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if not isinstance(error, KeyboardInterrupt):
        _report("uncaught", error)
