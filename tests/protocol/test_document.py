"""The check of the document, checked: each kind of disagreement is found, and nothing else is."""

from typing import Any, Literal

import msgspec
import pytest

from server.kernel.identifiers import new_id
from server.transport.endpoint import Call, declared_in, endpoint
from server.transport.gateway import Connection, Registry
from server.transport.wire import Identifier
from tests.protocol.document import event_differences, read, request_differences
from tests.protocol.notation import Array, Choice, NotationError, Object, Word, parse

DOCUMENT = """
`Card` = `{id, marks:
[{seat}]}`.

| event | direction | payload | acknowledged with / remarks |
|---|---|---|---|
| `chat:send` | up | `{room, id, kind?: "text"\\|"voice", body}` or `[room, id, body]` | `{seq, at, help?}`. The `id` |
| `chat:read` | up | `{room, seen?}` | marks only grow |
| `chat:read` | down | `{room, cards: [Card], note?}` | |

| request | body | answer |
|---|---|---|
| `POST /api/v1/cards/{card}?kind=a\\|b&before=ID` | `{name, kind?}` | `Card` and, sometimes, `token` |
| `DELETE /api/v1/cards` | | 204; gone |
"""


class Send(msgspec.Struct, forbid_unknown_fields=True):
    room: int | str
    id: Identifier
    body: str
    kind: Literal["text", "voice"] = "text"


class Sent(msgspec.Struct, omit_defaults=True):
    seq: int
    at: str
    help: bool = False


class Read(msgspec.Struct):
    room: int | str
    seen: int | None = None


class Mark(msgspec.Struct):
    seat: int


class Card(msgspec.Struct):
    id: Identifier
    marks: list[Mark]


class Marks(msgspec.Struct):
    room: int
    cards: tuple[Card, ...] | list[list[int]]
    note: str | msgspec.UnsetType = msgspec.UNSET


async def handler(_connection: Connection, _payload: Any) -> None:
    return None


def registry(**changes: Any) -> Registry:
    kinds: dict[str, Any] = {"send": Send | tuple[int, str, str], "sent": Sent, "read": Read, "marks": Marks, **changes}
    made = Registry()
    made.on("chat:send", kinds["send"], handler, answer=kinds["sent"], rate=None)
    made.on("chat:read", kinds["read"], handler, answer=kinds.get("answer"), rate=None)
    made.declare("chat:read", kinds["marks"])
    return made


def test_what_agrees_agrees() -> None:
    assert event_differences(read(DOCUMENT), registry(marks=msgspec.defstruct(
        "Marks", [("room", int), ("cards", list[Card]), ("note", str | msgspec.UnsetType, msgspec.UNSET)]
    ))) == []  # fmt: skip


class NoBody(msgspec.Struct):
    room: int
    id: str
    kind: str = ""


class SentMore(Sent, omit_defaults=True):
    secret: int = 0


class SentAlways(msgspec.Struct):
    seq: int
    at: str
    help: bool = False


class Seen(msgspec.Struct):
    room: int
    seen: int


class Flat(msgspec.Struct):
    room: int
    cards: str
    note: str = ""


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"send": NoBody}, ["chat:send up.body: documented, not in the type",
                            "chat:send up: documented as an array of 3, the type has []"]),
        ({"send": Send}, ["chat:send up: documented as an array of 3, the type has []"]),
        ({"sent": SentMore}, ["chat:send answer.secret: in the type, not documented"]),
        ({"sent": SentAlways}, ["chat:send answer.help: documented as optional, is not so"]),
        ({"sent": None}, ["chat:send answer: documented, not declared"]),
        ({"answer": Sent}, ["chat:read answer: declared, not documented"]),
        ({"read": Seen}, ["chat:read up.seen: documented as optional, is not so"]),
        ({"read": Read | tuple[int, int]}, ["chat:read up: takes an array, not documented"]),
        ({"marks": Flat}, ["chat:read down.cards: documented as a list, is none",
                           "chat:read down.note: documented as optional, is not so"]),
    ],
)  # fmt: skip
def test_each_disagreement_is_found(changes: dict[str, Any], found: list[str]) -> None:
    plain = msgspec.defstruct(
        "Marks", [("room", int), ("cards", list[Card]), ("note", str | msgspec.UnsetType, msgspec.UNSET)]
    )
    assert event_differences(read(DOCUMENT), registry(**{"marks": plain, **changes})) == found


def test_a_missing_row_and_a_missing_event_are_found() -> None:
    made = Registry()
    made.declare("chat:new", Marks)
    assert event_differences(read(DOCUMENT), made) == [
        "chat:new down: declared, not documented",
        "chat:read down: documented, not declared",
        "chat:read up: documented, not declared",
        "chat:send up: documented, not declared",
    ]


class Rename(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    kind: str = ""


class Filter(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    before: str | None = None


class Named(Card, omit_defaults=True):
    token: str | None = None


class Wrong(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""


@endpoint("POST", "/api/v1/cards/{card}", body=Rename, query=Filter, answer=Named)
async def rename(_call: Call) -> Named:
    return Named(Identifier(int=new_id().int), [])


@endpoint("DELETE", "/api/v1/cards")
async def clear(_call: Call) -> None:
    return None


@endpoint("POST", "/api/v1/cards/{card}", body=Wrong, answer=Mark)
async def wrong(_call: Call) -> Mark:
    return Mark(1)


def test_requests_that_agree_agree() -> None:
    assert request_differences(read(DOCUMENT), [*declared_in(rename), *declared_in(clear)]) == []


def test_disagreements_of_requests_are_found() -> None:
    assert request_differences(read(DOCUMENT), list(declared_in(wrong))) == [
        "DELETE /api/v1/cards: documented, not served",
        "POST /api/v1/cards/{card} answer.id: documented, not in the type",
        "POST /api/v1/cards/{card} answer.marks: documented, not in the type",
        "POST /api/v1/cards/{card} answer.seat: in the type, not documented",
        "POST /api/v1/cards/{card} body.kind: documented, not in the type",
        "POST /api/v1/cards/{card} body.name: documented as always there, is not so",
        "POST /api/v1/cards/{card}: documented with the query ['before', 'kind'], takes []",
    ]


def test_the_notation() -> None:
    assert parse('{room, kind?: "a"|"b", marks: [{seat}], ids: [a, b], any: {ROOM: N}}') == Object(
        {
            "room": (False, None),
            "kind": (True, Choice((Word('"a"'), Word('"b"')))),
            "marks": (False, Array((Object({"seat": (False, None)}),))),
            "ids": (False, Array((Word("a"), Word("b")))),
            "any": (False, Object({"ROOM": (False, Word("N"))})),
        }
    )


@pytest.mark.parametrize("text", ["", "{", "{a", "{a b}", "[a", "a b", "{a:}", "{,}", "a|", "<a>"])
def test_what_is_not_of_the_notation_is_an_error(text: str) -> None:
    with pytest.raises(NotationError):
        parse(text)
