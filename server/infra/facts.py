"""What may stand in a log: an allow-list. Message text, names, addresses, session descriptions and tokens never get
past it, whoever logs them and however: what is not known to be harmless is left out.

Of our own records that is the event's name and the facts listed here, each of its kind. Of a library's records it is
where they were made: their text is built from what passed through. Of an exception it is type, codes and places.
"""

import logging
import re
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from server.kernel.errors import BinomeError
from server.kernel.ground import GroundError

# An event, an error code, a state, a job, an event of the protocol: lower case, as in "chat:send".
_WORD = re.compile(r"[a-z]{1,24}(?:[_:.-][a-z0-9]{1,24}){0,7}")
_TYPE = re.compile(r"_{0,2}(?:[A-Z]{1,5}[a-z]{1,20}[0-9]{0,3}){1,6}_{0,2}|[A-Z]{2,8}")
_ROUTE = re.compile(r"/(?:(?:[a-z_.-]{1,24}|v\d|\{[a-z_]{1,24}(?::[^/]{1,40})?\})/?){0,8}")
_VERSION = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,2}")
_LARGEST = 2**53  # beyond it JSON readers round; nothing that we count comes near
_FRAMES = 16
_CAUSES = 5
_PROJECT = Path(__file__).parents[2]


def _number(value: object) -> object:
    return value if isinstance(value, bool | int | float) and abs(value) < _LARGEST else None


def _matching(pattern: re.Pattern[str]) -> Callable[[object], object]:
    def check(value: object) -> object:
        return str(value) if isinstance(value, str) and pattern.fullmatch(value) else None

    return check


def _identifier(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    try:
        return str(UUID(value)) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


def _words(value: object) -> object:
    """Words in a list or tuple, or numbers in a mapping of words: the results of named checks and the like."""
    if isinstance(value, Mapping):
        return {str(_word(k)): _word(v) if isinstance(v, str) else _number(v) for k, v in value.items() if _word(k)}
    return [_word(item) for item in value] if isinstance(value, list | tuple) else _word(value)


def _ground(value: object) -> object:
    return str(value) if isinstance(value, GroundError) else None


_word = _matching(_WORD)

# How many, how much, how long.
_COUNTS = (
    *("attempt", "bytes", "connections", "count", "drafts", "flags", "free_mb", "in_doubt", "job_id", "media_port"),
    *("milliseconds", "packets", "peers", "pid", "port", "queued", "rooms", "seconds", "seq", "severity", "sockets"),
    *("status", "waiting", "written"),
)
# Which one: identifiers tell nothing outside the database.
_IDENTIFIERS = ("account", "call", "case", "flag", "organisation", "pair", "peer", "room", "session")
# Words that stand in our own source.
_VOCABULARY = (
    *("action", "category", "channel", "checks", "code", "event_type", "job", "kind", "part", "protocol", "result"),
    *("role", "state"),
)

# Every fact of the server's logs, by the name it has in ``extra``. A test holds the source to this list.
FACTS: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(_COUNTS, _number),
    **dict.fromkeys(_IDENTIFIERS, _identifier),
    **dict.fromkeys(_VOCABULARY, _words),
    "error": _matching(_TYPE),
    "method": _matching(re.compile(r"[A-Z]{3,8}")),
    "route": _matching(_ROUTE),
    "version": _matching(_VERSION),
    "reason": _ground,
}

_STANDARD = set(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}


def harmless(record: logging.LogRecord) -> dict[str, Any]:
    """What may be written of ``record``."""
    ours = record.name == "server" or record.name.startswith("server.")
    shown: dict[str, Any] = {"level": record.levelname.lower(), "logger": _logger(record.name)}
    if ours and isinstance(record.msg, str) and not record.args and _WORD.fullmatch(record.msg):
        shown["event"] = record.msg
        _add_facts(shown, record)
    else:
        shown["event"] = "unnamed" if ours else "library"
        shown["at"] = f"{_place(record.pathname)}:{int(record.lineno)}"
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None:
        shown["raised"] = describe(error)
    return shown


def _add_facts(shown: dict[str, Any], record: logging.LogRecord) -> None:
    left_out = 0
    for name, value in vars(record).items():
        if name in _STANDARD or name.startswith("_"):
            continue
        check = FACTS.get(name)
        if value is None:
            continue
        allowed = check(value) if check is not None else None
        if allowed is None:
            left_out += 1
        else:
            shown[name] = allowed
    if left_out:
        shown["left_out"] = left_out


def describe(error: BaseException) -> list[dict[str, Any]]:
    """The exception and its causes, the last first: types, stable codes and places, never their words."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < _CAUSES:
        told: dict[str, Any] = {"type": _type_name(current), "stack": _stack(current.__traceback__)}
        if isinstance(current, BinomeError):
            told["code"] = current.code
        if isinstance(current, GroundError):
            told["reason"] = str(current)
        if isinstance(current, OSError) and isinstance(current.errno, int):
            told["errno"] = current.errno
        state = getattr(current, "sqlstate", None)
        if isinstance(state, str) and re.fullmatch(r"[0-9A-Z]{5}", state):
            told["sqlstate"] = state
        if isinstance(current, BaseExceptionGroup):
            told["within"] = [_type_name(inner) for inner in current.exceptions[:_CAUSES]]
        chain.append(told)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _type_name(error: BaseException) -> str:
    name = type(error).__name__
    return name if name.isascii() and name.isidentifier() and len(name) <= 60 else "Exception"


def _stack(trace: TracebackType | None) -> list[str]:
    # No source lines: a frame of code made at run time has text of its own there.
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    return [f"{_place(code.co_filename)}:{line} {_function(code.co_name)}" for code, line in frames[-_FRAMES:]]


def _place(file: str) -> str:
    path = Path(file)
    if path.suffix != ".py":
        return "unknown"
    shown = path.relative_to(_PROJECT) if path.is_relative_to(_PROJECT) else Path(*path.parts[-2:])
    return "/".join(shown.parts[-4:])


def _function(name: str) -> str:
    return name if name.isascii() and len(name) <= 60 and name.strip("<>").isidentifier() else "unknown"


def _logger(name: str) -> str:
    """The logger's name if it is made as a module's; a library may name one after a connection."""
    return name if re.fullmatch(r"[a-z_]{1,24}(?:\.[a-z_]{1,24}){0,4}", name) else "unknown"
