import asyncio
from datetime import UTC, date, datetime
from uuid import UUID

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.media.engine import PeerState
from server.signalling.agreement import Told
from server.signalling.ladder import start
from server.signalling.ladder_state import Limits
from server.signalling.lines import Line
from server.signalling.parts import Part, Parts

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def part(room_id: UUID, account_id: UUID | None = None) -> Part:
    who = Principal(account_id or new_id(), new_id(), new_id(), Role.MENTEE, "Léa", "fr", date(2012, 1, 1), NOW)
    line = Line(start("video"), start("video"), Limits(), "video", Told.at("video"))
    return Part(
        new_id(), room_id, who, 1, False, NOW, PeerState(True, True, False), line, None, PeerState(True, True, False)
    )


def test_parts_are_found_by_peer_room_and_account() -> None:
    parts, here, there = Parts(), new_id(), new_id()
    one, two, three = part(here), part(here), part(there)
    for each in (one, two, three):
        parts.add(each)
    assert parts.find(two.peer) is two
    assert parts.of_room(here) == [one, two]
    assert parts.of_account(here, two.principal.account_id) is two
    assert parts.of_account(there, two.principal.account_id) is None
    assert (parts.rooms(), parts.all(), len(parts)) == ([here, there], [one, two, three], 3)


def test_a_part_is_removed_once_and_leaves_nothing() -> None:
    parts, here = Parts(), new_id()
    one = part(here)
    parts.add(one)
    assert [parts.remove(one), parts.remove(one)] == [True, False]
    assert (parts.find(one.peer), parts.of_room(here), parts.rooms(), len(parts)) == (None, [], [], 0)


async def test_removing_a_part_ends_its_waiting() -> None:
    parts, one = Parts(), part(new_id())
    ended: list[str] = []
    parts.add(one)
    one.away = asyncio.get_running_loop().call_later(0.01, ended.append, "ended")
    parts.remove(one)
    await asyncio.sleep(0.03)
    assert ended == []
