"""Both wire forms of a message say the same, to each view no more than it may know, and are encoded once."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.identifiers import parse_id
from server.rooms import wire
from server.rooms.append import Appended
from server.rooms.messages import Message
from server.rooms.rules import KINDS, STATES, State, View, body_for
from server.rooms.wire import Page, Post

UUIDS = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    seq = draw(st.integers(1, 2**62))
    state: State = draw(st.sampled_from(STATES))
    return Message(
        room_id=draw(UUIDS),
        number=draw(st.integers(1, 2**31 - 1)),
        seq=seq,
        changed=draw(st.one_of(st.just(seq), st.integers(seq, 2**63 - 1))),
        id=draw(UUIDS),
        author_id=draw(UUIDS),
        seat=draw(st.integers(1, 99)),
        at=draw(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001 - hypothesis adds the zone
        kind=draw(st.sampled_from(KINDS)),
        body=draw(TEXT),
        masked_body=draw(TEXT) if state == "masked" else None,
        state=state,
    )


def over_the_wire(form: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(form))


@given(messages(), st.sampled_from(list(View)))
def test_both_forms_say_the_same(message: Message, view: View) -> None:
    full = over_the_wire(wire.full(message, view))
    number, seq, seat, at, body, *tail = over_the_wire(wire.compact(message, view, with_room=True))
    rest: list[Any] = tail
    state, changed, name, kind = rest + [0, 0, "", 0][len(rest) :]
    assert (number, seat) == (message.number, message.seat)
    assert (UUID(full["room"]), UUID(full["author"])) == (message.room_id, message.author_id)
    assert full["kind"] == message.kind == KINDS[kind]
    assert (full["seq"], full["body"], full["state"]) == (seq, body, STATES[state])
    assert full.get("changed", seq) == (changed or seq) == message.changed
    assert ("changed" in full) == (message.changed != message.seq)
    assert datetime.fromisoformat(full["at"]).timestamp() // 1 == at
    assert UUID(full["id"]) == message.id
    assert (parse_id(name) if name else None) == (message.id if view is View.AUTHOR else None)
    assert body == body_for(message.body, message.masked_body, message.state, view)
    assert over_the_wire(wire.compact(message, view, with_room=False)) == [seq, seat, at, body, *tail]


@given(messages(), st.booleans())
def test_a_post_is_encoded_once_for_each_form_and_view(message: Message, compacted: bool) -> None:
    post = Post(message)
    for view in View:
        frame = post.frame(view, compacted=compacted)
        assert post.frame(view, compacted=compacted) is frame
        form = wire.compact(message, view, with_room=True) if compacted else wire.full(message, view)
        assert frame == b'42["chat:message",' + msgspec.json.encode(form) + b"]"


def example(**changes: Any) -> Message:
    base: dict[str, Any] = {
        "room_id": UUID(int=1), "number": 7, "seq": 12, "changed": 12, "id": UUID(int=2), "author_id": UUID(int=3),
        "seat": 1, "at": datetime(2026, 11, 22, 14, 3, 7, 123_000, UTC), "kind": "text", "body": "Bonjour",
        "masked_body": None, "state": "delivered",
    }  # fmt: skip
    return Message(**{**base, **changes})


NAME = "AAAAAAAAAAAAAAAAAAAAAg"


@pytest.mark.parametrize(
    ("changes", "view", "form"),
    [
        ({}, View.OTHERS, [7, 12, 1, 1795356187, "Bonjour"]),
        ({}, View.STAFF, [7, 12, 1, 1795356187, "Bonjour"]),
        ({}, View.AUTHOR, [7, 12, 1, 1795356187, "Bonjour", 0, 0, NAME]),
        ({"state": "masked", "masked_body": "••"}, View.OTHERS, [7, 12, 1, 1795356187, "••", 1]),
        ({"changed": 15}, View.OTHERS, [7, 12, 1, 1795356187, "Bonjour", 0, 15]),
        ({"state": "held"}, View.AUTHOR, [7, 12, 1, 1795356187, "Bonjour", 2, 0, NAME]),
        ({"state": "refused", "changed": 15}, View.AUTHOR, [7, 12, 1, 1795356187, "Bonjour", 4, 15, NAME]),
        ({"state": "blocked"}, View.STAFF, [7, 12, 1, 1795356187, "Bonjour", 3]),
    ],
)
def test_the_compact_form_is_as_short_as_it_can_be(changes: dict[str, Any], view: View, form: list[Any]) -> None:
    assert wire.compact(example(**changes), view, with_room=True) == form


@given(messages(), UUIDS, st.booleans())
def test_a_view_belongs_to_a_person(message: Message, somebody: UUID, staff: bool) -> None:
    assert message.view_of(message.author_id, staff=staff) is View.AUTHOR
    if somebody != message.author_id:
        assert message.view_of(somebody, staff=staff) is (View.STAFF if staff else View.OTHERS)
        shared = message.state in ("delivered", "masked")
        assert message.visible_to(somebody, staff=False) is shared


AT = datetime(2026, 11, 22, 14, 3, 7, 123_000, UTC)


@pytest.mark.parametrize(
    ("appended", "full", "compact"),
    [
        (
            Appended(3, AT, "delivered", None),
            {"seq": 3, "at": "2026-11-22T14:03:07.123Z", "state": "delivered"},
            {"seq": 3, "at": 1795356187},
        ),
        (
            Appended(3, AT, "masked", "••"),
            {"seq": 3, "at": "2026-11-22T14:03:07.123Z", "state": "masked", "body": "••", "notice": "masked"},
            {"seq": 3, "at": 1795356187, "state": "masked", "body": "••", "notice": "masked"},
        ),
        (
            Appended(3, AT, "held", None),
            {"seq": 3, "at": "2026-11-22T14:03:07.123Z", "state": "held", "notice": "held"},
            {"seq": 3, "at": 1795356187, "state": "held", "notice": "held"},
        ),
    ],
)
def test_the_answer_to_a_message(appended: Appended, full: dict[str, Any], compact: dict[str, Any]) -> None:
    assert over_the_wire(wire.send_answer(appended, compacted=False, show_help=False)) == full
    assert over_the_wire(wire.send_answer(appended, compacted=True, show_help=False)) == compact
    assert over_the_wire(wire.send_answer(appended, compacted=True, show_help=True)) == {**compact, "help": True}


def test_a_compact_sync_leaves_out_rooms_where_nothing_was_missed() -> None:
    me = UUID(int=3)

    def page(number: int, upto: int, *held: Message, more: bool = False) -> Page:
        return Page(UUID(int=number), number, held, more, upto)

    pages = [
        (page(1, 0), None),  # an empty room
        (page(2, 9), 9),
        (page(3, 9), 8),  # something that is not for these eyes: the cursor moves all the same
        (page(4, 12, example(), more=True), 5),
    ]
    assert wire.sync(pages, me, AT, compacted=True) == [
        [3, 9, 0, []],
        [4, 12, 1, [[12, 1, 1795356187, "Bonjour", 0, 0, NAME]]],
    ]
    full = over_the_wire(wire.sync(pages, me, AT, compacted=False))
    assert [room["number"] for room in full["rooms"]] == [1, 2, 3, 4]
