"""Every event of the socket, sent by every role about their own room, another pair's of the same organisation, another
organisation's, and what does not exist. Who may not is refused in the same words each time, and nothing is changed.

A new event without a row in the table below fails here.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.people.sessions.store import Proved
from tests.integration.transport.scene import another_session
from tests.support.bare_browser import BareBrowser
from tests.support.rooms import Client, House, Person, Room, organisation, served
from tests.support.schema import IDENTIFIER, resolve
from tests.support.whole_state import whole_state

SDP = "v=0\r\n"
ICE = {"ufrag": "abcd", "pwd": "a/bc+d01234567890abcdef"}
NUMBERS = [-1] * 11


@dataclass(frozen=True)
class Scene:
    """A pair in its room: the professional has entered, the mentor has said something, is in a call with himself, and
    looks at his line."""

    people: Mapping[Role, Person]
    room: Room
    things: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """An event with a payload about the things of a scene; ``foreign`` names those that may be another's, ``apart``
    what a test of its own below is about. ``quiet``: it answers ``ok`` to what is not there, since there is nothing to
    do; ``always``: it is never refused. ``own``: whether everyone who may can do it in their own scene just so.
    ``paused``: whether a suspended person still can."""

    name: str
    fill: Callable[[Mapping[str, Any]], dict[str, Any]]
    foreign: tuple[str, ...] = ("room",)
    quiet: bool = False
    always: bool = False
    own: bool = True
    paused: bool = False
    apart: tuple[str, ...] = ()


def in_room(**more: Any) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda things: {"room": things["room"], **more}


def in_call(**more: Any) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda things: {"room": things["room"], "peer": things["peer"], **more}


def about_mentor(**more: Any) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda things: {"room": things["room"], "account": things["account"], **more}


BOTH = ("room", "peer")
STATE = {"mic": True, "camera": False, "voice_only": True}
TABLE = [
    Row("chat:send", lambda things: {"room": things["room"], "id": str(new_id()), "body": "bonjour"}, apart=("id",)),
    Row("chat:edit", in_room(seq=1, body="bonsoir"), own=False),
    Row("chat:appeal", in_room(seq=1), own=False),
    Row("chat:history", in_room(limit=10), paused=True),
    Row("chat:read", in_room(seen=1), paused=True),
    Row("chat:typing", in_room(typing=True)),
    Row("chat:live", in_room(text="je"), own=False),
    Row("room:enter", in_room(), paused=True),
    Row("room:leave", in_room(), paused=True),
    Row("help:now", in_room(words="au secours"), always=True, paused=True),
    Row("supervise:knock", in_room()),
    Row(
        "call:join",
        lambda things: {
            "room": things["room"],
            "sdp": things["sdp"],
            "caps": {"video": False},
            "mic": True,
            "camera": False,
        },
        apart=("peer",),
    ),
    Row("call:answer", in_call(sdp=SDP), BOTH, own=False),
    Row("call:restart", in_call(sdp=SDP), BOTH, own=False),
    Row("call:restarted", in_call(up=ICE, down=ICE), BOTH, own=False),
    Row("call:state", in_call(**STATE), BOTH, own=False),
    Row("call:stats", in_call(n=NUMBERS), ("peer",), own=False, apart=("room",)),  # nobody looks at it
    Row("call:leave", in_call(), BOTH, quiet=True, own=False, paused=True),
    Row("call:direct", in_call(agree=True), BOTH, own=False),
    Row("call:describe", in_call(link=0, sdp=SDP), BOTH, own=False),
    Row("check:network", lambda _: {}, ()),
    Row("check:begin", lambda things: {"sdp": things["sdp"]}, ()),
    Row("check:answer", lambda things: {"check": things["check"], "sdp": SDP}, ("check",), own=False),
    Row("check:end", lambda things: {"check": things["check"]}, ("check",), quiet=True, own=False, paused=True),
    Row("supervise:look", in_room()),
    Row("supervise:withdraw", in_room()),
    Row("supervise:speak", in_call(speak=True), BOTH, own=False),
    Row("supervise:lead", in_call(lead=True), BOTH, own=False),
    Row("supervise:whisper", lambda things: {"room": things["room"], "id": str(new_id()), "body": "là"}, apart=("id",)),
    Row("supervise:answer", lambda things: {"room": things["room"], "id": str(new_id()), "body": "oui"}, apart=("id",)),
    Row("supervise:pause", in_room(why="break")),
    Row("supervise:resume", in_room()),
    Row("supervise:end", in_room(why="other")),
    Row("supervise:remove", about_mentor(why="words"), ("room", "account")),
    Row("supervise:readmit", about_mentor(), ("room", "account")),
    Row("call:unsummon", in_room(), paused=True),
    Row("board:watch", lambda _: {"watch": True}, ()),
]
ROWS = {row.name: row for row in TABLE}


@dataclass
class Street:
    house: House
    browsers: list[BareBrowser] = field(default_factory=list)

    def offer(self) -> str:
        browser = BareBrowser()
        self.browsers.append(browser)
        return browser.offer(video=False)

    async def scene(self, where: Any) -> Scene:
        house = self.house
        room = await house.room(where=where)
        people = {Role.MENTOR: room.mentor, Role.MENTEE: room.mentee, Role.SUPERVISOR: room.supervisor}
        for role in Role:
            if role not in people:
                people[role] = await house.person(role, role.value.title(), where=where)
        julien, claire = await house.open(room.mentor), await house.open(room.supervisor)
        assert (await julien.say(room, "bonjour"))["ok"]
        assert (await claire.call("room:enter", {"room": room.number}))["ok"]
        join = {"room": room.number, "caps": {"video": False}, "mic": True, "camera": False}
        joined = await julien.call("call:join", {**join, "sdp": self.offer()})
        begun = await julien.call("check:begin", {"sdp": self.offer()})
        assert (joined["ok"], begun["ok"]) == (True, True), (joined, begun)
        things = {"room": room.number, "peer": joined["peer"], "check": begun["check"], "sdp": self.offer()}
        things["account"] = str(room.mentor.id)
        return Scene(people, room, things)


@pytest.fixture
async def street(database: Database) -> AsyncIterator[Street]:
    async with served(database) as house:
        street = Street(house)
        yield street
        for browser in street.browsers:
            await browser.close()


def roles_of(permission: Permission | None) -> frozenset[Role]:
    return permission.roles if permission is not None else frozenset(Role)


NOWHERE = {"room": 2**31 - 1, "peer": str(new_id()), "check": str(new_id()), "account": str(new_id())}


async def test_every_event_every_role_and_what_is_not_theirs(street: Street) -> None:
    house = street.house
    events = house.capabilities.gateway.registry.up
    assert sorted(ROWS) == sorted(events), "each event has a Row in TABLE: how to send it, and about whose things"
    here, beside = await street.scene(house.north), await street.scene(house.north)
    there = await street.scene(await organisation(house.database, "South"))
    clients: dict[Role, Client] = {role: await house.open(who) for role, who in here.people.items()}
    assert (await clients[Role.SUPERVISOR].call("room:enter", {"room": here.room.number}))["ok"]
    before = await whole_state(house.database)
    wrong: dict[str, Any] = {}
    tried = 0
    for row in TABLE:
        if row.always:
            continue
        for role in Role:
            may = role in roles_of(events[row.name].permission)
            places: dict[str, Mapping[str, Any]] = {} if may else {"own": here.things}
            for what in row.foreign:
                for place, things in (("nowhere", NOWHERE), ("elsewhere", there.things), ("beside", beside.things)):
                    places[f"{what} {place}"] = {**here.things, what: things[what]}
            if len(row.foreign) > 1:
                places["all elsewhere"] = {**here.things, **{what: there.things[what] for what in row.foreign}}
            answers = {place: await clients[role].call(row.name, row.fill(things)) for place, things in places.items()}
            tried += len(answers)
            first = next(iter(answers.values()), None)
            if first is None:
                continue
            expected = "forbidden" if not may else "ok" if row.quiet else "not_found"
            told = "ok" if first["ok"] else first["error"]["code"]
            if told != expected:
                wrong[f"{row.name} {role}"] = (f"expected {expected}", first)
            different = {place: answer for place, answer in answers.items() if answer != first}
            if different:
                wrong[f"{row.name} {role} tells"] = {"first": first, **different}
    assert wrong == {}, "\n".join(f"{name}: {told}" for name, told in wrong.items())
    assert tried > 250
    after = await whole_state(house.database)
    assert {table for table in before if before[table] != after[table]} == set()
    parts = house.capabilities.signalling.calls.parts
    assert [parts.find(UUID(scene.things["peer"])) is not None for scene in (beside, there)] == [True, True]
    await own(house, here, clients)


async def own(house: House, here: Scene, clients: Mapping[Role, Client]) -> None:
    """So that the refusals above are refusals of what is not theirs and of nothing else."""
    events = house.capabilities.gateway.registry.up
    refused = {}
    for row in TABLE:
        for role in Role:
            if row.own and role in roles_of(events[row.name].permission):
                answer = await clients[role].call(row.name, row.fill(here.things))
                if not answer["ok"]:
                    refused[row.name, role] = answer["error"]["code"]
                if row.name == "supervise:knock":
                    house.clock.advance(10)
                if row.name == "room:leave":
                    assert (await clients[role].call("room:enter", {"room": here.room.number}))["ok"]
    assert refused == {}


async def test_whatever_names_a_thing_can_name_somebody_elses(street: Street) -> None:
    document = (await street.house.site.ask("GET", "/api/asyncapi.json")).body
    unnamed = {}
    for row in TABLE:
        payload = document["components"]["messages"][f"up.{row.name.replace(':', '.')}"]["payload"]
        choices = [resolve(one["$ref"], document) if "$ref" in one else one for one in payload.get("anyOf", [payload])]
        members = [member for one in choices for member in one.get("properties", {}).items()]
        names = {name for name, kind in members if name == "room" or IDENTIFIER in str(kind)}
        if missing := names - {*row.foreign, *row.apart}:
            unnamed[row.name] = sorted(missing)
    assert unnamed == {}


async def test_the_name_of_somebody_elses_message_or_part_gives_one_of_ones_own(street: Street) -> None:
    """Whoever is in the same room and call, and names what the mentor has there as if it were theirs."""
    house = street.house
    here = await street.scene(house.north)
    lea = await house.open(here.room.mentee)
    ((message, body),) = await house.sql("select id, body from messages")
    said = await lea.call("chat:send", {"room": here.room.number, "id": str(message), "body": "moi aussi"})
    assert (said["ok"], said["seq"]) == (True, 2), said
    rows = await house.sql("select id, author_id, body from messages order by seq")
    assert rows == [(message, here.room.mentor.id, body), (message, here.room.mentee.id, "moi aussi")]
    joined = await lea.call("call:join", {**ROWS["call:join"].fill(here.things), "peer": here.things["peer"]})
    assert joined["ok"], joined
    parts = house.capabilities.signalling.calls.parts
    owners = {peer: parts.find(UUID(peer)) for peer in (here.things["peer"], joined["peer"])}
    assert [part.principal.account_id for part in owners.values() if part is not None] == [
        here.room.mentor.id,
        here.room.mentee.id,
    ]


async def test_nobody_connects_without_a_whole_session(street: Street) -> None:
    house = street.house
    here = await street.scene(house.north)

    async def refusal(token: str) -> str:
        with pytest.raises(AssertionError) as refused:
            await Client.open(house.site.port, token)
        return str(refused.value)

    async def refused(who: Person, code: str) -> bool:
        return f'"code":"{code}"' in await refusal(who.token)

    assert "not_signed_in" in await refusal("A" * 43)
    people = list(here.people.values())
    waiting = [await another_session(house, who, proved) for who in people for proved in (Proved.ASKED, Proved.SET_UP)]
    assert [await refused(who, "second_factor") for who in waiting] == [True] * 12
    await house.sql("update auth_sessions set expires_at = :at", at=house.clock.now())
    await house.told()
    assert [await refused(who, "session_expired") for who in people] == [True] * 6
    fresh = [await another_session(house, who) for who in people]
    await house.sql("update accounts set disabled_at = :at", at=house.clock.now())
    await house.told()
    assert [await refused(who, "session_expired") for who in fresh] == [True] * 6


@pytest.mark.parametrize("role", [Role.MENTOR, Role.MENTEE])
async def test_a_suspended_person_reads_and_calls_for_help_and_nothing_else(street: Street, role: Role) -> None:
    """With sockets that were open before, in a call that they are in."""
    house = street.house
    here = await street.scene(house.north)
    client = await house.open(here.people[role])
    why = {"why": "report"}
    path = f"/api/v1/people/{here.people[role].id}/suspend"
    assert (await house.ask(here.people[Role.SUPERVISOR], "POST", path, why)).status == 204
    await house.told()
    before = await house.sql("select count(*) from messages")
    rows = [
        row
        for row in TABLE
        if row.foreign and role in roles_of(house.capabilities.gateway.registry.up[row.name].permission)
    ]
    answers = {row.name: await client.call(row.name, row.fill(here.things)) for row in rows}
    assert {name for name, answer in answers.items() if answer["ok"]} == {row.name for row in rows if row.paused}
    assert len(answers) > 12
    assert await house.sql("select count(*) from messages") == before


async def test_a_call_for_help_lands_and_tells_nothing(street: Street) -> None:
    """It is taken from every role, about any room, and says the same of a room that is not theirs as of none."""
    house = street.house
    here, there = await street.scene(house.north), await street.scene(await organisation(house.database, "South"))
    for role, who in here.people.items():
        client = await house.open(who)
        answers = [
            await client.call("help:now", {"room": room, "words": "au secours"})
            for room in (there.room.number, NOWHERE["room"], "nonsense")
        ]
        assert [answer["ok"] for answer in answers] == [True] * 3, (role, answers)
        without = [{name: told for name, told in answer.items() if name not in ("id", "at")} for answer in answers]
        assert without[0] == without[1], role
    ours = [str(person.id) for person in here.people.values()]
    elsewhere = await house.sql(
        "select count(*) from flags where organisation_id = :organisation", organisation=there.room.pair.organisation_id
    )
    assert (len(ours), elsewhere) == (len(Role), [(0,)])
