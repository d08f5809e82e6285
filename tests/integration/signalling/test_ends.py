"""Every way in which a right ends, and all that ends with it: said to one process, felt within a second by the sockets
and the call that are open in another, whose clock is half a day behind (promise 5).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio

from server.infra.database import Database
from server.kernel.permissions import Role
from tests.conftest import Postgres
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.integration.signalling.test_rights import silenced
from tests.support.papers import vetted
from tests.support.rooms import NOW, Client, House, Person, Room, organisation, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

LATEST_S = 5.0  # for all of it, on a machine under load; `load_tests` measures the promised second
AHEAD = timedelta(hours=12)  # into the next day; the sessions of one house are still good in the other


@dataclass
class Town:
    """Two server processes on one database, as far as either can tell. All sockets and calls are in ``here``."""

    here: Neighbourhood
    there: House
    alice: Person

    async def ask(self, who: Person, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        reply = await self.there.ask(who, method, f"/api/v1/{path}", body)
        assert reply.status == status, reply.body
        return reply.body


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(postgres: Postgres) -> AsyncIterator[Town]:
    url = await postgres.create()
    database = Database(url)
    async with AsyncExitStack() as running:
        there = await running.enter_async_context(served(database))
        here = Neighbourhood(await running.enter_async_context(served(database)))
        there.clock.advance(AHEAD.total_seconds())
        try:
            yield Town(here, there, await here.house.person(Role.ADMIN, "Alice"))
        finally:
            await asyncio.gather(*(browser.close() for browser in here.browsers))
    await database.close()
    await postgres.drop(url)


@dataclass
class Scene:
    """A mentor and a child of 14 in their call, the professional in their room, a parent on the page of consents."""

    town: Town
    room: Room
    sophie: Person
    callers: Mapping[str, Caller]
    sockets: Mapping[str, Client]

    async def ask(self, who: Person, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        return await self.town.ask(who, method, path, body, status)


async def begin(town: Town, *, vetted_until_tonight: bool = False) -> Scene:
    house = town.here.house
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(guardian=sophie, vetting=not vetted_until_tonight)
    if vetted_until_tonight:
        async with house.database.everywhere() as conn:
            await vetted(conn, room.mentor.id, room.supervisor.id, NOW - timedelta(days=150))
    julien, lea = await town.here.caller(room.mentor, room), await town.here.caller(room.mentee, room)
    claire = await house.open(room.supervisor)
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    sockets = {"julien": julien.client, "lea": lea.client, "claire": claire, "sophie": await house.open(sophie)}
    await julien.join()
    await lea.join()
    return Scene(town, room, sophie, {"julien": julien, "lea": lea}, sockets)


# The ways


def consent(purpose: str, who: str) -> Callable[[Scene], Awaitable[None]]:
    async def no(scene: Scene) -> None:
        body = {"mentee": str(scene.room.mentee.id), "purpose": purpose, "agree": False, "version": 1}
        await scene.ask(scene.room.mentee if who == "child" else scene.sophie, "POST", "my-consents", body)

    return no


async def guardian_ends(scene: Scene) -> None:
    page = await scene.ask(scene.room.supervisor, "GET", f"mentees/{scene.room.mentee.id}/consents")
    (link,) = page["guardians"]
    path = f"mentees/{scene.room.mentee.id}/guardians/{link['id']}/end"
    await scene.ask(scene.room.supervisor, "POST", path, {"why": "authority"})


def suspended(who: str) -> Callable[[Scene], Awaitable[None]]:
    async def suspend(scene: Scene) -> None:
        person = scene.callers[who].who
        await scene.ask(scene.room.supervisor, "POST", f"people/{person.id}/suspend", {"why": "report"}, 204)

    return suspend


def paper_withdrawn(gate: str) -> Callable[[Scene], Awaitable[None]]:
    async def withdraw(scene: Scene) -> None:
        path = f"mentors/{scene.room.mentor.id}/papers"
        papers = (await scene.ask(scene.room.supervisor, "GET", path))["papers"]
        paper = next(paper["id"] for paper in papers if paper["gate"] == gate)
        await scene.ask(scene.room.supervisor, "DELETE", f"{path}/{paper}")

    return withdraw


async def time_passes(scene: Scene) -> None:
    await scene.town.there.capabilities.pairs.lapses.run({})


def acts(*steps: tuple[str, str]) -> Callable[[Scene], Awaitable[None]]:
    async def act(scene: Scene) -> None:
        for revision, (name, why) in enumerate(steps):
            body = {"act": name, "why": why, "revision": revision}
            await scene.ask(scene.room.supervisor, "POST", f"pairs/{scene.room.pair.id}/acts", body)

    return act


async def device_revoked(scene: Scene) -> None:
    await scene.ask(scene.town.alice, "DELETE", f"accounts/{scene.room.mentee.id}/devices", status=204)


async def signs_out_everywhere(scene: Scene) -> None:
    await scene.ask(scene.room.mentor, "DELETE", "session/devices", status=204)


async def account_closed(scene: Scene) -> None:
    await scene.ask(scene.town.alice, "POST", f"accounts/{scene.room.mentor.id}/close", status=204)


async def role_changed(scene: Scene) -> None:
    await scene.town.there.sql("update accounts set role = 'prescriber' where id = :who", who=scene.room.mentor.id)


async def forgotten(scene: Scene) -> None:
    house, where = scene.town.there, scene.room.pair.organisation_id
    async with house.bound.begin(where) as conn:
        await house.capabilities.data.erasure.erase(conn, where, scene.room.mentee.id, by=None, why="request")


@dataclass(frozen=True)
class End:
    """``call``: with which code it ends; ``cut``: whose sockets are; ``said``: what becomes of what the others write
    from now on."""

    way: Callable[[Scene], Awaitable[None]]
    call: str = "removed"
    cut: frozenset[str] = frozenset()
    said: str = "room_closed"
    scene: Mapping[str, bool] = field(default_factory=dict)


JULIEN, LEA = frozenset({"julien"}), frozenset({"lea"})
ENDS = {
    "a child takes back their yes to writing": End(consent("chat", "child")),
    "a parent takes back their yes to writing": End(consent("chat", "parent")),
    "a child takes back their yes to calls": End(consent("video", "child"), "consent", said="ok"),
    "a parent takes back their yes to calls": End(consent("video", "parent"), "consent", said="ok"),
    "who consented is no holder of authority any more": End(guardian_ends),
    "the mentor is suspended": End(suspended("julien")),
    "the mentee is suspended": End(suspended("lea")),
    "the vetting lapses at midnight": End(time_passes, scene={"vetted_until_tonight": True}),
    "the vetting is withdrawn": End(paper_withdrawn("vetting")),
    "the charter is withdrawn": End(paper_withdrawn("charter")),
    "the training is withdrawn": End(paper_withdrawn("training")),
    "the pair is paused": End(acts(("pause", "tension"))),
    "the pair is suspended": End(acts(("suspend", "safety"))),
    "the pair is closed": End(acts(("plan_closing", "moved"), ("close", "goodbye_said"))),
    "staff revoke the device": End(device_revoked, cut=LEA, said="ok"),
    "somebody signs out everywhere": End(signs_out_everywhere, cut=JULIEN, said="ok"),
    "an account is closed": End(account_closed, cut=JULIEN, said="ok"),
    "somebody gets another role": End(role_changed, cut=JULIEN, said="ok"),
    "somebody is forgotten": End(forgotten, cut=LEA),
}


@pytest.mark.parametrize("name", ENDS)
async def test_it_ends_now_and_everything_with_it(town: Town, name: str) -> None:
    end = ENDS[name]
    scene = await begin(town, **end.scene)
    julien, lea = scene.callers["julien"], scene.callers["lea"]
    began = monotonic()
    await end.way(scene)
    for who in end.cut:
        client = scene.sockets[who]
        await client.until(lambda client=client: client.closed, "the end of the socket")  # type: ignore[misc]
        assert len(client.events("session:ended")) == 1
    out = end.cut if end.cut and end.said == "ok" else frozenset(scene.callers)
    for who in out - end.cut:
        assert await scene.callers[who].ended() == end.call
    gone = scene.callers[min(out)]
    await silenced(town.here, gone, lea if gone is julien else julien)
    assert monotonic() - began < LATEST_S
    for who in sorted(scene.callers.keys() - out):  # the other is still in their call, alone, and may stay
        assert scene.callers[who].people() == [scene.callers[who].who.name]

    heard = {who: len(client.events("chat:message")) for who, client in scene.sockets.items()}
    stay = [who for who in scene.callers if who not in end.cut]
    for who in stay:
        answer = await scene.sockets[who].say(scene.room, "Toujours là ?")
        assert ("ok" if answer["ok"] else answer["error"]["code"]) == end.said
        again = await scene.sockets[who].call("call:join", scene.callers[who].request())
        assert again["ok"] == (who not in out), again
    for who, client in scene.sockets.items():
        if who not in end.cut:
            await client.quiet()
        hears = end.said == "ok" and who not in end.cut and who != "sophie"
        expected = len([speaker for speaker in stay if speaker != who]) if hears else 0
        assert len(client.events("chat:message")) - heard[who] == expected, who


async def test_a_handed_over_room_lets_go_of_who_was_in_it(town: Town) -> None:
    """The professional who had entered, with their part in the call; the two go on."""
    scene = await begin(town)
    room, house = scene.room, town.here.house
    nadia = await house.person(Role.SUPERVISOR, "Nadia")
    claire = await town.here.caller(room.supervisor, room)
    await claire.join()
    body = {"pairs": [str(room.pair.id)], "supervisor": str(nadia.id)}
    await town.ask(town.alice, "POST", "caseload/hand_over", body, status=204)
    assert await claire.ended() in ("left", "removed")  # whichever is faster: out of the room, or out of the call
    await silenced(town.here, claire, scene.callers["lea"])
    for client in (claire.client, scene.sockets["claire"]):
        await client.until(partial(is_out, client), "the end of the room")
    heard = len(claire.client.events("chat:message"))
    assert (await scene.sockets["lea"].say(room, "Bonjour"))["ok"]
    await scene.sockets["julien"].wait("chat:message")
    await claire.client.quiet()
    assert len(claire.client.events("chat:message")) == heard
    refused = await claire.client.call("call:join", claire.request())
    assert refused["error"]["code"] == "not_found"
    assert {act for _, act, over in await town.here.journal(room.id) if not over} == set()


async def test_who_was_a_guardian_is_out_when_the_child_is_grown(town: Town) -> None:
    """At midnight, where the organisation is; the two who talk go on."""
    here = town.here
    room = await here.house.room(mentee_born=date(2008, 11, 23))
    paul = await here.house.person(Role.GUARDIAN, "Paul")
    link = {"guardian": str(paul.id), "relation": "parent", "authority": True, "paper": "family_record"}
    path = f"/api/v1/mentees/{room.mentee.id}/guardians"
    assert (await here.house.ask(room.supervisor, "POST", path, link)).status == 201
    page = await here.house.open(paul)
    lea = await here.caller(room.mentee, room)
    await lea.join()
    await town.there.capabilities.consents.birthdays.run({})
    await page.until(lambda: page.closed, "the end of the guardian's socket")
    assert page.events("session:ended") != []
    assert (await lea.client.say(room, "Dix-huit ans !"))["ok"]
    assert lea.client.events("call:ended") == []


async def test_words_that_ask_again_end_calls_until_they_are_answered(town: Town) -> None:
    """In an organisation of their own: all its young people are asked."""
    here, south = town.here, await organisation(town.there.database, "South")
    room = await here.house.room(where=south, mentee_born=date(2010, 1, 1))
    admin = await here.house.person(Role.ADMIN, "Ada", where=south)
    julien, lea = await here.caller(room.mentor, room), await here.caller(room.mentee, room)
    for caller in (julien, lea):
        await caller.join()
    words = {"text": "Se voir et s’entendre.", "easy": "Appeler."}
    body = {"purpose": "video", "after": 1, "asks_again_in": 0, "fr": words, "en": words}
    await town.ask(admin, "POST", "consent-texts", body)
    assert [await caller.ended() for caller in (julien, lea)] == ["consent"] * 2
    await silenced(here, julien, lea)
    answer = {"mentee": str(room.mentee.id), "purpose": "video", "agree": True, "version": 2}
    await town.ask(room.mentee, "POST", "my-consents", answer)
    await lea.client.until(lambda: "calls" not in (lea.client.events("room:rights") or [{"calls": 0}])[-1], "calls")
    assert (await lea.client.call("call:join", lea.request()))["ok"]


async def test_a_direct_call_is_over_for_both_when_one_loses_the_right(town: Town) -> None:
    """Their media does not pass here: both are told, and what they send through the server is not forwarded."""
    here = town.here
    room = await here.house.room(mentee_born=date(2005, 3, 4))
    await town.ask(town.alice, "PUT", "policy", {"direct_calls": True}, status=204)
    julien, lea = await here.caller(room.mentor, room), await here.caller(room.mentee, room)
    for caller in (julien, lea):
        await caller.join()
    for caller in (julien, lea):
        await caller.client.until(lambda caller=caller: direct(caller)["state"] == "possible", "the offer")  # type: ignore[misc]
        assert await caller.act("call:direct", agree=True) == {"ok": True}
    for caller in (julien, lea):
        await caller.client.until(lambda caller=caller: direct(caller)["state"] == "on", "the way")  # type: ignore[misc]
    await town.ask(town.alice, "DELETE", f"accounts/{room.mentor.id}/devices", status=204)
    await lea.client.until(lambda: direct(lea)["state"] == "off", "the end of the way")
    await julien.client.until(lambda: julien.client.closed, "the end of the socket")
    await silenced(here, julien, lea)


def is_out(client: Client) -> bool:
    return any(not told["member"] for told in client.events("room:rights"))


def direct(caller: Caller) -> dict[str, Any]:
    told: list[dict[str, Any]] = caller.client.events("call:direct")
    return told[-1] if told else {"state": "none"}
