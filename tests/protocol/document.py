"""What docs/protocol.md says, and where it and the code part ways."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.kernel.errors import BinomeError
from server.transport.endpoint import Endpoint
from server.transport.gateway import Registry
from tests.protocol.notation import Comparison, Object, Shape, Word, parse, takes_array

PATH = Path(__file__).parents[2] / "docs" / "protocol.md"

_CELL = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_NAME = re.compile(r"`([A-Z]\w+)` = `([^`]+)`")
_EVENT = re.compile(r"`([a-z]+:[a-z]+)`")
_REQUEST = re.compile(r"`([A-Z]+) (/[^?`]*)(?:\?([^`]*))?`")


@dataclass(frozen=True)
class EventRow:
    """``answer`` is None when the acknowledgement carries nothing."""

    payloads: tuple[Shape, ...]
    answer: Shape | None


@dataclass(frozen=True)
class RequestRow:
    """``answer`` is None when the document tells it in prose. ``mentioned`` are the words in code beside it."""

    body: Shape | None
    answer: Shape | None
    mentioned: frozenset[str]
    query: frozenset[str]
    empty: bool


@dataclass(frozen=True)
class Document:
    events: dict[tuple[str, str], EventRow]
    requests: dict[tuple[str, str], RequestRow]
    errors: dict[str, int]
    names: dict[str, Shape]


def read(text: str) -> Document:
    """Every table and definition of the document. Raises NotationError for a payload that cannot be read."""
    events: dict[tuple[str, str], EventRow] = {}
    requests: dict[tuple[str, str], RequestRow] = {}
    errors: dict[str, int] = {}
    for line in text.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1]]
        if len(cells) == 4 and (event := _EVENT.fullmatch(cells[0])) and cells[1] in ("up", "down"):
            key = (event[1], cells[1])
            if key in events:
                raise ValueError(f"{key} has two rows")
            events[key] = _event(cells)
        elif len(cells) == 3 and (request := _REQUEST.fullmatch(cells[0])):
            requests[request[1], request[2]] = _request(cells, request[3] or "")
        elif len(cells) == 3 and re.fullmatch(r"\d{3}", cells[1]):
            errors[cells[0].strip("`")] = int(cells[1])
    names = {name: parse(shape) for name, shape in _NAME.findall(text)}
    return Document(events, requests, errors, names)


def _event(cells: Sequence[str]) -> EventRow:
    answer = _CODE.match(cells[3]) if cells[1] == "up" else None
    told = answer is not None and answer[1].startswith("{")
    payloads = tuple(parse(code) for code in _CODE.findall(cells[2]))
    return EventRow(payloads, parse(answer[1]) if answer is not None and told else None)


def _request(cells: Sequence[str], query: str) -> RequestRow:
    body, answer = _CODE.match(cells[1]), _CODE.match(cells[2])
    return RequestRow(
        parse(body[1]) if body else None,
        parse(answer[1]) if answer else None,
        frozenset(_CODE.findall(cells[2])[1:]),
        frozenset(part.partition("=")[0] for part in query.split("&") if part),
        cells[2].startswith("204"),
    )


def event_differences(document: Document, registry: Registry) -> list[str]:
    """Where the tables of events and the registry disagree, in either direction; in words, sorted."""
    known = {(name, "up") for name in registry.up} | {(name, "down") for name in registry.down}
    lines = [f"{name} {way}: documented, not declared" for name, way in document.events.keys() - known]
    lines += [f"{name} {way}: declared, not documented" for name, way in known - document.events.keys()]
    for (name, way), row in document.events.items():
        if (name, way) not in known:
            continue
        up = registry.up.get(name) if way == "up" else None
        payload = up.payload if up is not None else registry.down[name].payload
        compare = Comparison(document.names, sent=way == "down")
        for shape in row.payloads:
            lines += compare.differences(shape, payload, f"{name} {way}")
        if not row.payloads:
            lines.append(f"{name} {way}: its payload is not documented")
        if up is not None:
            if takes_array(payload) and all(isinstance(shape, Object | Word) for shape in row.payloads):
                lines.append(f"{name} up: takes an array, not documented")
            lines += _answer_differences(document, row, up.answer, name)
    return sorted(lines)


def _answer_differences(document: Document, row: EventRow, answer: object, name: str) -> list[str]:
    if row.answer is None:
        return [] if answer is None else [f"{name} answer: declared, not documented"]
    if answer is None:
        return [f"{name} answer: documented, not declared"]
    return Comparison(document.names, sent=True).differences(row.answer, answer, f"{name} answer")


def error_differences(document: Document) -> list[str]:
    """Where the table of errors and the tree of errors disagree."""
    tree = dict(_codes([BinomeError]))
    lines = [f"{code}: documented, not an error" for code in document.errors.keys() - tree.keys()]
    lines += [f"{code}: an error, not documented" for code in tree.keys() - document.errors.keys()]
    both = document.errors.keys() & tree.keys()
    lines += [f"{code}: documented as {document.errors[code]}" for code in both if document.errors[code] != tree[code]]
    return sorted(lines)


def _codes(kinds: Iterable[type[BinomeError]]) -> Iterable[tuple[str, int]]:
    for kind in kinds:
        yield kind.code, kind.status
        yield from _codes(kind.__subclasses__())


def request_differences(document: Document, table: Sequence[Endpoint]) -> list[str]:
    """Where the table of requests and the endpoints under /api/v1 disagree."""
    rows = {(row.declared.method, row.declared.path): row.declared for row in table}
    rows = {key: declared for key, declared in rows.items() if key[1].startswith("/api/v1/")}
    lines = [f"{' '.join(key)}: documented, not served" for key in document.requests.keys() - rows.keys()]
    lines += [f"{' '.join(key)}: served, not documented" for key in rows.keys() - document.requests.keys()]
    for key in document.requests.keys() & rows.keys():
        told, declared, at = document.requests[key], rows[key], " ".join(key)
        if (told.body is None) != (declared.body is None):
            lines.append(f"{at}: {'has' if told.body is None else 'takes'} {'a' if told.body is None else 'no'} body")
        elif told.body is not None:
            lines += Comparison(document.names, sent=False).differences(told.body, declared.body, f"{at} body")
        if told.empty != (declared.answer is None and declared.content is None):
            lines.append(f"{at}: documented as {'204' if told.empty else 'answered'}, is not so")
        elif told.answer is not None:
            found = Comparison(document.names, sent=True).differences(told.answer, declared.answer, f"{at} answer")
            allowed = {f"{at} answer.{name}: in the type, not documented" for name in told.mentioned}
            lines += [line for line in found if line not in allowed]
        query = set(declared.query.__struct_encode_fields__) if declared.query is not None else set()
        if query != told.query:
            lines.append(f"{at}: documented with the query {sorted(told.query)}, takes {sorted(query)}")
    return sorted(lines)
