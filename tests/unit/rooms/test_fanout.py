"""Who gets which message, in which order, and how often: real connections on a wire that keeps what is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from server.kernel.clock import ManualClock
from server.kernel.errors import NotSignedIn
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.rooms.fanout import Fanout
from server.rooms.messages import Message, topic
from server.rooms.rules import State
from server.transport.gateway import Connection, Gateway

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOM, OTHER = UUID(int=10), UUID(int=11)
AUTHOR, LEA = UUID(int=1), UUID(int=2)


class Nobody:
    async def authenticate(self, token: str, address: str | None = None) -> Principal:  # noqa: ARG002 - the protocol's signature
        raise NotSignedIn(token)


@dataclass
class Paper:
    """A wire that keeps what is written on it. Torn, it fails."""

    frames: list[bytes] = field(default_factory=list)
    torn: bool = False

    def write(self, *frames: bytes) -> None:
        if self.torn:
            raise RuntimeError("torn")
        self.frames += frames

    def finish(self, *frames: bytes) -> None:
        self.frames += frames


@dataclass
class Stage:
    gateway: Gateway
    fanout: Fanout
    papers: dict[Connection, Paper] = field(default_factory=dict)

    def seat(self, account: UUID = LEA, role: Role = Role.MENTEE, *, compact: bool = True) -> Connection:
        principal = Principal(account, new_id(), new_id(), role, "x", "fr", None, NOW + timedelta(hours=1))
        paper = Paper()
        cursors: Mapping[str, int] = {}
        connection = Connection(paper, "sid", principal, lambda _: None, peer="", compact=compact, cursors=cursors)
        connection.accept(b"40")
        paper.frames.clear()
        self.papers[connection] = paper
        self.gateway.join(connection, topic(ROOM))
        return connection

    def got(self, connection: Connection) -> list[Any]:
        return [msgspec.json.decode(frame[2:])[1] for frame in self.papers[connection].frames]


@pytest.fixture
def stage() -> Stage:
    gateway = Gateway(Nobody(), ManualClock(NOW))
    return Stage(gateway, Fanout(gateway))


def message(seq: int, state: State = "delivered", *, changed: int | None = None, room: UUID = ROOM) -> Message:
    masked = "••" if state == "masked" else None
    return Message(room, 7, seq, changed or seq, UUID(int=99), AUTHOR, 1, NOW, "text", f"m{seq}", masked, state)


def test_each_view_gets_its_own(stage: Stage) -> None:
    author, tab = stage.seat(AUTHOR, Role.MENTOR), stage.seat(AUTHOR, Role.MENTOR)
    lea, claire = stage.seat(), stage.seat(UUID(int=3), Role.SUPERVISOR)
    for seq, state in enumerate(("delivered", "masked", "held", "blocked", "refused"), start=1):
        stage.fanout.send(message(seq, state), skip=author)  # type: ignore[arg-type]
    assert stage.got(author) == []
    assert [(told[4], told[5], len(told)) for told in stage.got(tab)] == [(f"m{i}", i - 1, 8) for i in range(1, 6)]
    assert [told[4:] for told in stage.got(lea)] == [["m1"], ["••", 1]]
    assert [told[4:] for told in stage.got(claire)] == [["m1"], ["m2", 1], ["m3", 2], ["m4", 3], ["m5", 4]]


def test_receivers_of_one_form_and_view_share_the_frame(stage: Stage) -> None:
    crowd = [stage.seat(UUID(int=20 + place)) for place in range(5)]
    stage.fanout.send(message(1))
    assert len({id(stage.papers[connection].frames[0]) for connection in crowd}) == 1


def test_one_torn_wire_does_not_keep_it_from_the_others(stage: Stage) -> None:
    torn, lea = stage.seat(UUID(int=4)), stage.seat()
    stage.papers[torn].torn = True
    stage.fanout.send(message(1))
    assert len(stage.got(lea)) == 1


def test_who_was_given_it_already_is_not_given_it_again(stage: Stage) -> None:
    lea = stage.seat()
    stage.fanout.knows(lea, ROOM, 5)
    stage.fanout.knows(lea, OTHER, 50)
    for seq in range(4, 8):
        stage.fanout.send(message(seq))
    stage.fanout.send(message(2, changed=9))
    assert [told[1] for told in stage.got(lea)] == [6, 7, 2]


def test_while_another_transaction_takes_a_number_the_room_waits(stage: Stage) -> None:
    lea = stage.seat()
    stage.gateway.join(lea, topic(OTHER))
    with stage.fanout.changing(ROOM):
        stage.fanout.send(message(7))
        stage.fanout.send(message(4, room=OTHER))  # other rooms do not
        with stage.fanout.changing(ROOM):
            stage.fanout.send(message(2, changed=6))
        stage.fanout.send(message(8))
        stage.fanout.send(message(1, changed=9))
        assert [told[1] for told in stage.got(lea)] == [4]
    assert [told[6] if len(told) > 6 else told[1] for told in stage.got(lea)] == [4, 6, 7, 8, 9]
    stage.fanout.send(message(10))
    assert len(stage.got(lea)) == 6


def test_a_ruling_that_fails_lets_go_of_the_room(stage: Stage) -> None:
    lea = stage.seat()
    with pytest.raises(RuntimeError), stage.fanout.changing(ROOM):
        stage.fanout.send(message(1))
        raise RuntimeError
    stage.fanout.send(message(2))
    assert [told[1] for told in stage.got(lea)] == [1, 2]


def test_a_recording_holds_what_is_posted_while_it_runs(stage: Stage) -> None:
    fanout = stage.fanout
    fanout.send(message(1))
    with fanout.recording() as first:
        fanout.send(message(2))
        with fanout.recording() as second:
            fanout.send(message(3))
            fanout.send(message(4, "held"))
            assert [post.message.seq for post in second()] == [3, 4]
        fanout.send(message(5))
        assert [post.message.seq for post in first()] == [2, 3, 4, 5]
    with fanout.recording() as third:
        assert third() == []
        fanout.send(message(6))
        assert [post.message.seq for post in third()] == [6]
    assert len(fanout._recorded) == 0  # nobody records: nothing is kept


def test_recordings_that_end_in_any_order_keep_nothing_too_long(stage: Stage) -> None:
    fanout = stage.fanout
    one, two = fanout.recording(), fanout.recording()
    with one as first:
        fanout.send(message(1))
        second = two.__enter__()
        fanout.send(message(2))
        assert [post.message.seq for post in first()] == [1, 2]
    assert [post.message.seq for post in second()] == [2]
    assert len(fanout._recorded) == 1
    fanout.send(message(3))
    assert [post.message.seq for post in second()] == [2, 3]
    two.__exit__(None, None, None)
    assert len(fanout._recorded) == 0
