"""``binome moderate``: JSON lines in, one JSON line out for each, in order. For evaluation, and for whoever wants the
engine without the server. A line that cannot be read is answered with an error, and the rest go on.

Each answer is flushed at once, so that a program may talk to it line by line. There is no clock here: all lines of a
``room`` count as written within the ten minutes in which pieces are read together. With ``--explain`` each label says
also which version of the rules gave it, and why, in French and English.
"""

import argparse
import contextlib
import json
import os
import sys
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, BinaryIO, Literal

import msgspec
from msgspec import Meta

from server.kernel.errors import BadRequest, BinomeError, InternalError, TooLarge
from server.moderation.assess import assess, warm
from server.moderation.conversation import Conversation
from server.moderation.explain import explain
from server.moderation.policy import unassessed
from server.moderation.verdict import Label, Overtime, Speaker, Verdict
from server.transport.messages import DEFAULT_LANGUAGE, LANGUAGES, error_body
from server.transport.payload import refusal

MAX_LINE = 8 * 1024 * 1024  # bytes: a text of 1 MB in which each character is written as an escape
MAX_ROOMS = 20_000  # conversations remembered, the longest unused forgotten first; 3 kB each at the most
NOW = datetime(2000, 1, 1, tzinfo=UTC)
INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


class Line(msgspec.Struct):
    """What a line may say; members that are not known are passed over. Without ``sender`` a text is a mentor's: the
    direction in which most is held. A mentee without an age counts as a minor."""

    id: msgspec.Raw
    text: str
    lang: Annotated[str, Meta(max_length=35)] | None = None
    sender: Literal["mentor", "mentee"] | None = None
    sender_age: Annotated[int, Meta(ge=0, le=150)] | None = None
    room: str | int | None = None


class Reason(msgspec.Struct):
    """A label as it is told."""

    category: str
    severity: int
    score: float
    start: int
    end: int
    rule: str


class Explained(Reason):
    version: str
    why: dict[str, str]


class Answer(msgspec.Struct):
    id: msgspec.Raw
    action: str
    severity: int
    labels: list[Reason]
    masked_text: str | None


class Refusal(msgspec.Struct):
    id: msgspec.Raw
    error: dict[str, str | int]


_NO_ID = msgspec.Raw(b"null")
_decode = msgspec.json.Decoder(Line).decode
_encode = msgspec.json.Encoder().encode


class Moderator:
    """Answers lines; remembers the conversation of each room."""

    def __init__(self, *, explained: bool = False) -> None:
        self._told = _explained if explained else _reason
        self._rooms: OrderedDict[str | int, Conversation] = OrderedDict()

    def answer(self, raw: bytes) -> bytes:
        """One line of JSON for one line of JSON, without line ends. Never raises."""
        identifier = _NO_ID
        language = DEFAULT_LANGUAGE
        try:
            line = read(raw)
            identifier, language = line.id, line.lang or DEFAULT_LANGUAGE
            verdict = self._assess(line)
            labels = [self._told(label) for label in verdict.labels]
            return _write(Answer(line.id, verdict.action, verdict.severity, labels, verdict.masked_text))
        except BinomeError as error:
            refused = error
            identifier = _identifier(raw) if identifier is _NO_ID else identifier
        except Exception:  # the rest of the lines must go on, whatever this one did
            refused = InternalError()
        return _write(Refusal(identifier, error_body(refused, language)))

    def _assess(self, line: Line) -> Verdict:
        speaker = Speaker(line.sender or "mentor", line.sender_age)
        if line.room is None:
            return self._judge(line, speaker, None)
        conversation = self._rooms.setdefault(line.room, Conversation())
        self._rooms.move_to_end(line.room)
        if len(self._rooms) > MAX_ROOMS:
            self._rooms.popitem(last=False)
        verdict = self._judge(line, speaker, conversation)
        conversation.remember(speaker, line.text, NOW, verdict)
        return verdict

    @staticmethod
    def _judge(line: Line, speaker: Speaker, conversation: Conversation | None) -> Verdict:
        try:
            return assess(line.text, speaker, conversation, now=NOW, language=line.lang)
        except Overtime:
            return unassessed(line.text, speaker)


def read(raw: bytes) -> Line:
    """The line in ``raw``. Raises BadRequest or TooLarge."""
    if len(raw) > MAX_LINE:
        raise TooLarge
    try:
        line = _decode(raw)
    except msgspec.ValidationError as error:
        raise refusal(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        line = _read_leniently(raw)
    if bytes(line.id)[:1] in (b"{", b"["):
        raise BadRequest("wrong_type", field="id")
    return line


def _read_leniently(raw: bytes) -> Line:
    """What the strict decoder refuses and JSON allows: halves of surrogate pairs, written as escapes."""
    try:
        value: Any = json.loads(raw.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadRequest("malformed_json") from None
    if not isinstance(value, dict):
        raise BadRequest("wrong_type")
    if "id" in value:
        value["id"] = msgspec.Raw(json.dumps(value["id"]).encode())
    try:
        return msgspec.convert(value, Line)
    except msgspec.ValidationError as error:
        raise refusal(error) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class _Identified(msgspec.Struct):
    id: str | int | float | None = None


def _identifier(raw: bytes) -> msgspec.Raw:
    """The identifier of a line that is refused, as far as there is one."""
    with contextlib.suppress(Exception):
        return msgspec.Raw(_encode(msgspec.json.decode(raw, type=_Identified).id))
    return _NO_ID


def _reason(label: Label) -> Reason:
    return Reason(label.category, label.severity, label.score, label.start, label.end, label.rule)


def _explained(label: Label) -> Reason:
    why = {language: explain(label, language) for language in LANGUAGES}
    told = (label.category, label.severity, label.score, label.start, label.end, label.rule)
    return Explained(*told, label.version, why)


def _write(answer: Answer | Refusal) -> bytes:
    try:
        return _encode(answer)
    except UnicodeEncodeError:  # half of a surrogate pair in what was masked or in the identifier
        told = {name: getattr(answer, name) for name in answer.__struct_fields__ if name != "id"}
        told = {"id": json.loads(bytes(answer.id)), **told}
        return json.dumps(told, default=msgspec.to_builtins).encode()


def lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines of ``source`` that hold something. One that is too long is given cut, and then known by its length."""
    while raw := source.readline(MAX_LINE + 2):
        if len(raw) > MAX_LINE and not raw.endswith(b"\n"):
            while (rest := source.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
        stripped = raw.removeprefix(b"\xef\xbb\xbf").strip()
        if stripped:
            yield stripped


def run(source: BinaryIO, sink: BinaryIO, *, explained: bool = False) -> None:
    """Answers every line of ``source`` on ``sink``. Raises BrokenPipeError when nobody reads any more."""
    warm()
    moderator = Moderator(explained=explained)
    for raw in lines(source):
        sink.write(moderator.answer(raw) + b"\n")
        sink.flush()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Judges JSON lines from standard input, one answer a line, in order: "
        '{"id", "text", "lang"?, "sender"?: "mentor" or "mentee", "sender_age"?, "room"?}. '
        "Lines that share a room are one conversation. A line that cannot be read is answered with its error."
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="tell of each label its version and why it was given, in French and English",
    )


def main(*, explained: bool = False) -> int:
    """The command: standard input to standard output. Returns the exit status."""
    try:
        run(sys.stdin.buffer, sys.stdout.buffer, explained=explained)
    except BrokenPipeError:
        # Who read has gone, which is no error; without this the interpreter would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0
