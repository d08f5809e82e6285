"""Rights end at once: sockets and media included (promise 5). No one observes unseen (promise 4)."""

import asyncio
from time import monotonic

import pytest

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.moderation.verdict import Label, Verdict
from server.signalling import revocation
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.support.bare_browser import until

CREDENTIALS = {"ufrag": "abcd", "pwd": "p" * 22}


async def silenced(street: Neighbourhood, removed: Caller, other: Caller) -> None:
    """Nothing of ``removed`` is forwarded any more, and nothing comes to them."""
    began = monotonic()
    await until(lambda: street.calls.parts.of_account(removed.room.id, removed.who.id) is None, "the end of the part")
    assert monotonic() - began < 2  # on a machine under load; the figure itself is measured elsewhere
    await asyncio.sleep(0.02)
    before = (len(other.browser.down.rtp), len(removed.browser.down.rtp))
    for _ in range(10):
        removed.browser.say(b"still here?")
        other.browser.say(b"secret")
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    assert (len(other.browser.down.rtp), len(removed.browser.down.rtp)) == before


async def test_a_pair_that_is_paused_cuts_its_call(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    await street.house.sql("update pairs set state = 'paused' where id = :pair", pair=room.pair.id)
    assert [await caller.ended() for caller in (julien, lea, claire)] == ["removed"] * 3
    await silenced(street, julien, lea)
    refused = await julien.client.call("call:join", julien.request())
    assert refused["error"]["code"] == "room_closed"
    assert [over for _, act, over in await street.journal(room.id) if act == "call"] == [True]


async def test_a_report_that_stops_contact_ends_the_call(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    body = {"id": str(new_id()), "subject": "person", "kind": "sexual", "person": str(room.mentor.id)}
    answer = await street.house.ask(room.mentee, "POST", "/api/v1/reports", body)
    assert (answer.status, answer.body["stopped"]) == (200, True)
    assert [await caller.ended() for caller in (julien, lea)] == ["removed"] * 2
    await silenced(street, julien, lea)
    for caller in (julien, lea):
        refused = await caller.client.call("call:join", caller.request())
        assert refused["error"]["code"] == "room_closed"


async def test_a_suspension_by_a_professional_ends_the_call_in_a_second(street: Neighbourhood) -> None:
    """Of the pair, then of a person; and a vetting that lapses in the middle of a call does the same."""
    room, julien, lea = await street.pair()
    path = f"/api/v1/pairs/{room.pair.id}/acts"
    body = {"act": "suspend", "why": "safety", "revision": 0}
    began = monotonic()
    assert (await street.house.ask(room.supervisor, "POST", path, body)).status == 200
    assert [await caller.ended() for caller in (julien, lea)] == ["removed"] * 2
    assert monotonic() - began < 2  # on a machine under load
    await silenced(street, julien, lea)
    refused = await julien.client.call("call:join", julien.request())
    assert refused["error"]["code"] == "room_closed"

    room, julien, lea = await street.pair()
    path = f"/api/v1/people/{room.mentee.id}/suspend"
    assert (await street.house.ask(room.supervisor, "POST", path, {"why": "report"})).status == 204
    assert [await caller.ended() for caller in (julien, lea)] == ["removed"] * 2

    room, julien, lea = await street.pair()
    path = f"/api/v1/mentors/{room.mentor.id}/papers"
    papers = (await street.house.ask(room.supervisor, "GET", path)).body["papers"]
    vetting = next(paper["id"] for paper in papers if paper["gate"] == "vetting")
    assert (await street.house.ask(room.supervisor, "DELETE", f"{path}/{vetting}")).status == 200
    assert [await caller.ended() for caller in (julien, lea)] == ["removed"] * 2
    await silenced(street, julien, lea)


async def test_a_message_that_pauses_the_pair_cuts_its_call_and_leaves_help(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    label = Label("threat", 4, 1.0, 0, 4, "test")
    verdict = Verdict("hold", 4, (label,), flag=True, alert=True, freeze=True)
    street.house.capabilities.rooms.judge.assess = lambda *_, **__: verdict
    answer = await julien.client.say(room, "Quelque chose")
    assert (answer["state"], answer["notice"]) == ("held", "frozen")
    assert [await caller.ended() for caller in (julien, lea)] == ["removed"] * 2
    await silenced(street, julien, lea)
    for caller in (julien, lea, claire):  # a professional may write to both while it is paused, nobody calls
        refused = await caller.client.call("call:join", caller.request())
        assert refused["error"]["code"] == "room_closed"
    assert (await lea.client.call("help:now", {"room": room.number}))["informed"] == ["Claire"]


async def test_who_loses_the_room_is_out_and_the_others_go_on(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    await street.house.sql(
        "update room_members set left_at = now() where room_id = :room and account_id = :who",
        room=room.id,
        who=room.mentor.id,
    )
    assert await julien.ended() == "removed"
    await silenced(street, julien, lea)
    before = len(claire.browser.down.rtp)
    lea.browser.say(b"toujours la")
    await until(lambda: len(claire.browser.down.rtp) > before, "Léa at Claire")
    refused = await julien.client.call("call:join", julien.request())
    assert refused["error"]["code"] == "not_found"


async def test_the_packets_of_who_is_removed_stop_within_200_ms(street: Neighbourhood) -> None:
    """From the commit to the last word that is heard. A machine under load may take longer at times, so the best of
    three tries counts; none may take seconds."""
    took = []
    for _ in range(3):
        room, julien, lea = await street.pair()
        talks = asyncio.create_task(_talk(julien))
        await until(lambda lea=lea: len(lea.browser.down.rtp) > 5, "words")  # type: ignore[misc]
        await street.house.sql(
            "update room_members set left_at = now() where room_id = :room and account_id = :who",
            room=room.id,
            who=room.mentor.id,
        )
        began = last = monotonic()
        heard = len(lea.browser.down.rtp)
        while monotonic() - last < 0.5:
            await asyncio.sleep(0.002)
            if len(lea.browser.down.rtp) > heard:
                heard, last = len(lea.browser.down.rtp), monotonic()
        took.append(last - began)
        talks.cancel()
        await asyncio.gather(talks, return_exceptions=True)
    assert min(took) < 0.2
    assert max(took) < 2


async def _talk(caller: Caller) -> None:
    while True:
        caller.browser.say(b"on and on")
        await asyncio.sleep(0.005)


async def test_a_closed_room_ends_its_call(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await street.house.sql("update rooms set closed_at = now() where id = :room", room=room.id)
    assert [await caller.ended() for caller in (julien, lea)] == ["removed"] * 2


@pytest.mark.parametrize("socket_gone", [False, True])
async def test_a_session_that_ends_ends_the_part(street: Neighbourhood, socket_gone: bool) -> None:
    """Also in the pocket of somebody whose socket is away just now."""
    room, julien, lea = await street.pair()
    if socket_gone:
        await julien.client.close()
        await until(lambda: street.calls.parts.all()[0].connection is None, "the end of the socket")
    await street.house.sql("delete from auth_sessions where account_id = :who", who=room.mentor.id)
    await silenced(street, julien, lea)
    await lea.client.until(lambda: lea.people() == ["Lea"], "the list without Julien")


@pytest.mark.parametrize("socket_gone", [False, True])
async def test_a_closed_account_ends_the_part(street: Neighbourhood, socket_gone: bool) -> None:
    room, julien, lea = await street.pair()
    if socket_gone:
        await julien.client.close()
    await street.house.sql("update accounts set disabled_at = now() where id = :who", who=room.mentor.id)
    await silenced(street, julien, lea)
    await lea.client.until(lambda: lea.people() == ["Lea"], "the list without Julien")


async def test_a_session_that_runs_out_does_not_wait_for_its_person(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    street.house.clock.advance(25 * 3600)
    answer = await julien.act("call:state", mic=True, camera=True, voice_only=False)
    assert answer["error"]["code"] == "session_expired"
    await silenced(street, julien, lea)


async def test_rights_are_asked_again_when_notices_were_missed(street: Neighbourhood) -> None:
    """The connection that listens is cut, rights end, and it comes back: the call is looked at."""
    room, julien, lea = await street.pair()
    await street.house.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()"
    )
    await street.house.sql("update pairs set state = 'paused' where id = :pair", pair=room.pair.id)
    assert [await caller.ended() for caller in (julien, lea)] == ["removed"] * 2


async def test_a_call_of_which_nobody_can_tell_whether_it_may_ends_after_a_while(
    street: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process alone has lost its way to the database, which others change."""
    _, julien, lea = await street.pair()
    house = street.house
    monkeypatch.setattr(revocation, "BLIND_S", 0.3)
    way, nowhere = house.notices._database, Database("postgresql://nobody@127.0.0.1:1/nowhere")
    house.notices._database = nowhere
    assert house.notices._connection is not None
    house.notices._connection.terminate()
    assert [await caller.ended() for caller in (julien, lea)] == ["lost"] * 2
    await silenced(street, julien, lea)
    house.notices._database = way
    await until(lambda: house.notices.alive, "listening again")
    await nowhere.close()
    assert (await julien.client.call("call:join", julien.request()))["ok"]
    await lea.client.until(lambda: lea.people() == ["Julien"], "Julien, who is back")


async def test_a_professional_who_has_not_entered_cannot_listen(street: Neighbourhood) -> None:
    room, _, lea = await street.pair()
    claire = await street.caller(room.supervisor, room, enter=False)
    refused = await claire.client.call("call:join", claire.request())
    assert (refused["error"]["code"], refused["ok"]) == ("forbidden", False)
    assert await street.journal(room.id) == []
    assert lea.people() == ["Julien", "Lea"]


async def test_a_stranger_learns_nothing_of_the_call(street: Neighbourhood) -> None:
    room, julien, _ = await street.pair()
    elsewhere = await street.house.room()
    stranger = await street.caller(elsewhere.mentor, room)
    for event, payload in (
        ("call:join", stranger.request()),
        ("call:answer", {"room": room.number, "peer": julien.peer, "sdp": "v=0"}),
        ("call:restart", {"room": room.number, "peer": julien.peer, "sdp": "v=0"}),
        ("call:restarted", {"room": room.number, "peer": julien.peer, "up": CREDENTIALS, "down": CREDENTIALS}),
        ("call:state", {"room": room.number, "peer": julien.peer, "mic": False, "camera": False, "voice_only": True}),
    ):
        assert (await stranger.client.call(event, payload))["error"]["code"] == "not_found"
    await stranger.client.call("call:leave", {"room": room.number, "peer": julien.peer})
    assert stranger.client.events("call:people") == []
    assert len(street.calls.parts) == 2


async def test_nobody_steers_the_part_of_another(street: Neighbourhood) -> None:
    """Not even from inside the same call, nor through a room of one's own."""
    _, julien, lea = await street.pair()
    elsewhere = await street.house.room(mentor=julien.who)
    for room_id in (julien.room.id, elsewhere.id):
        state = {"room": str(room_id), "peer": lea.peer, "mic": False, "camera": False, "voice_only": True}
        assert (await julien.client.call("call:state", state))["error"]["code"] == "not_found"
        restarted = {"room": str(room_id), "peer": lea.peer, "up": CREDENTIALS, "down": CREDENTIALS}
        assert (await julien.client.call("call:restarted", restarted))["error"]["code"] == "not_found"
    await julien.client.call("call:leave", {"room": str(julien.room.id), "peer": lea.peer})
    lea.browser.say(b"intacte")
    await until(lambda: julien.browser.heard("a0") == [b"intacte"], "Léa at Julien")


async def test_the_guardian_and_the_prescriber_cannot_call(street: Neighbourhood) -> None:
    room = await street.house.room()
    for role in (Role.GUARDIAN, Role.PRESCRIBER, Role.ADMIN):
        who = await street.house.person(role, "Paul")
        caller = await street.caller(who, room)
        assert (await caller.client.call("call:join", caller.request()))["error"]["code"] == "forbidden"
