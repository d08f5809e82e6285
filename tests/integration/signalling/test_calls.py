"""A call from "join" to its end, as clients see it."""

import asyncio

from server.kernel.identifiers import new_id, shorten
from server.kernel.permissions import Role
from server.signalling.descriptions import read, write
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.support.bare_browser import BareBrowser, until

SINCE = "2026-11-22T12:00:00.000Z"


def person(caller: Caller, seat: int, **differs: object) -> dict[str, object]:
    return {
        "peer": caller.peer,
        "seat": seat,
        "account": str(caller.who.id),
        "name": caller.who.name,
        "role": caller.who.role.value,
        "mic": True,
        "camera": True,
        "voice_only": False,
        "connected": True,
        "since": SINCE,
        "rung": "video",
        "weak": False,
        **differs,
    }


async def test_the_answer_holds_all_that_a_client_needs(street: Neighbourhood) -> None:
    room = await street.house.room()
    julien = await street.caller(room.mentor, room)
    joined = await julien.join()
    assert joined["answer"].startswith("v=0\r\n")
    assert joined["offer"].startswith("v=0\r\n")
    assert {key: joined[key] for key in ("ok", "peer", "slots", "rung", "ice", "people")} == {
        "ok": True,
        "peer": julien.peer,
        "slots": [{"mid": f"{kind[0]}{n}", "kind": kind} for n in range(3) for kind in ("audio", "video")],
        "rung": "video",
        "ice": [],
        "people": [person(julien, 1, connected=False)],
    }


async def test_two_people_talk_and_everyone_in_the_room_knows(street: Neighbourhood) -> None:
    room = await street.house.room()
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    tab = await street.house.open(room.mentee)
    await julien.join()
    await lea.join()
    assert [slot.get("peer") for slot in lea.joined["slots"][:2]] == [julien.peer, julien.peer]
    assert julien.shown() == [lea.peer, None, None]
    await tab.until(
        lambda: (
            tab.events("call:people")[-1:] == [{"room": str(room.id), "people": [person(julien, 1), person(lea, 2)]}]
        ),
        "the whole list",
    )
    julien.browser.say(b"bonjour")
    lea.browser.say(b"salut")
    await until(lambda: lea.browser.heard("a0") == [b"bonjour"], "Julien at Léa")
    await until(lambda: julien.browser.heard("a0") == [b"salut"], "Léa at Julien")
    assert tab.events("call:slots") == []


async def test_the_room_may_be_named_by_its_number_and_the_peer_in_short(street: Neighbourhood) -> None:
    room, _, lea = await street.pair()
    short = shorten(new_id().__class__(lea.peer))
    state = {"room": room.number, "peer": short, "mic": False, "camera": True, "voice_only": False}
    assert await lea.client.call("call:state", state) == {"ok": True}


async def test_who_comes_into_the_room_sees_the_call_that_there_is(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    tab = await street.house.open(room.mentor)
    assert [p["peer"] for p in (await tab.wait("call:people"))[0]["people"]] == [julien.peer, lea.peer]
    claire = await street.caller(room.supervisor, room, enter=False)
    assert claire.client.events("call:people") == []  # not before she is in the room
    await claire.client.call("room:enter", {"room": str(room.id)})
    assert claire.people() == ["Julien", "Lea"]


async def test_the_state_is_told_and_kept(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    assert await julien.act("call:state", mic=False, camera=True, voice_only=True) == {"ok": True}
    julien.browser.say(b"private")
    julien.browser.show(key=True)
    lea.browser.say(b"public")
    lea.browser.show(key=True)
    await until(lambda: julien.browser.heard("a0") == [b"public"], "Léa at Julien")
    await asyncio.sleep(0.05)
    assert lea.browser.down.rtp == []
    assert julien.browser.got("v0") == []
    shown = lea.client.events("call:people")[-1]["people"][0]
    assert (shown["mic"], shown["camera"], shown["voice_only"]) == (False, False, True)


async def test_joining_for_voice_only(street: Neighbourhood) -> None:
    room = await street.house.room()
    lea = await street.caller(room.mentee, room)
    joined = await lea.join(voice_only=True, mic=False)
    assert joined["rung"] == "voice"
    assert joined["people"][0]["mic"] is False
    await lea.act("call:leave")
    plain = await street.caller(room.mentee, room)
    joined = await plain.join(caps={"video": False})
    assert (joined["rung"], [slot["mid"] for slot in joined["slots"]]) == ("voice", ["a0", "a1", "a2"])


async def test_leaving_frees_the_place_and_is_told(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    assert await lea.act("call:leave") == {"ok": True}
    assert await lea.ended() == "left"
    await julien.client.until(lambda: julien.people() == ["Julien"], "the list without Léa")
    assert julien.shown() == [None, None, None]
    assert await lea.act("call:leave") == {"ok": True}  # again, as after a lost answer
    assert (await lea.act("call:state", mic=True, camera=True, voice_only=False))["error"]["code"] == "not_found"


async def test_joining_from_another_tab_replaces_the_first(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    laptop = await street.caller(room.mentor, room)
    await laptop.join()
    assert await julien.ended() == "replaced"
    await lea.client.until(lambda: lea.shown() == [laptop.peer, None, None], "the new part on the same slot")
    assert lea.people() == ["Lea", "Julien"]
    laptop.browser.say(b"c'est moi")
    await until(lambda: lea.browser.heard("a0") == [b"c'est moi"], "the new part")
    assert (await julien.act("call:state", mic=True, camera=True, voice_only=False))["error"]["code"] == "not_found"


async def test_joining_again_on_the_same_socket_after_a_lost_answer(street: Neighbourhood) -> None:
    room = await street.house.room()
    julien = await street.caller(room.mentor, room)
    first = await julien.join()
    julien.browser = BareBrowser()
    street.browsers.append(julien.browser)
    second = await julien.join()
    assert first["peer"] != second["peer"]
    assert [p["peer"] for p in second["people"]] == [second["peer"]]
    assert julien.client.events("call:ended") == [{"room": str(room.id), "peer": first["peer"], "code": "replaced"}]


async def test_a_socket_that_is_cut_leaves_the_voice(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await lea.client.close()
    julien.browser.say(b"tu m'entends ?")
    await until(lambda: lea.browser.heard("a0") == [b"tu m'entends ?"], "Julien at Léa")
    again = await street.house.open(room.mentee)
    assert [p["name"] for p in (await again.wait("call:people"))[0]["people"]] == ["Julien", "Lea"]
    lea.client = again
    assert await lea.act("call:state", mic=True, camera=False, voice_only=False) == {"ok": True}
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    assert lea.shown() == [julien.peer, claire.peer, None]  # what happens is told to the new socket
    assert julien.client.events("call:ended") == []


async def test_who_comes_back_is_told_who_came_meanwhile(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await lea.client.close()
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    lea.client = await street.house.open(room.mentee)
    assert lea.client.events("call:slots") == []  # nobody knows yet that this socket is the part's
    assert await lea.act("call:state", mic=True, camera=True, voice_only=False) == {"ok": True}
    assert lea.shown() == [julien.peer, claire.peer, None]


async def test_a_restart_from_the_new_socket_after_a_network_change(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await lea.client.close()
    lea.client = await street.house.open(room.mentee)
    await lea.restart()
    julien.browser.say(b"de retour")
    await until(lambda: lea.browser.heard("a0") == [b"de retour"], "Julien at Léa")
    assert [p["peer"] for p in julien.client.events("call:people")[-1]["people"]] == [julien.peer, lea.peer]


async def test_who_does_not_come_back_is_out_after_a_while(street: Neighbourhood) -> None:
    street.calls._away = 0.3
    room, julien, lea = await street.pair()
    await lea.client.close()
    street.calls.quiet(str(room.id), lea.peer)  # as the engine says of a device that is away
    await julien.client.until(lambda: julien.people() == ["Julien"], "the list without Léa")
    assert julien.shown() == [None, None, None]


async def test_whose_voice_comes_is_there_without_a_socket(street: Neighbourhood) -> None:
    """On a line so narrow that the voice takes all of it."""
    street.calls._away = 0.1
    room, julien, lea = await street.pair()
    await lea.client.close()
    for word in (b"un", b"deux", b"trois", b"quatre"):
        await asyncio.sleep(0.1)
        lea.browser.say(word)
        await until(lambda word=word: julien.browser.heard("a0")[-1:] == [word], "Léa at Julien")  # type: ignore[misc]
    assert julien.people() == ["Julien", "Lea"]
    street.calls.quiet(str(room.id), lea.peer)
    await julien.client.until(lambda: julien.people() == ["Julien"], "the list without Léa")


async def test_a_device_that_closes_and_does_not_come_back_is_out_soon(street: Neighbourhood) -> None:
    street.calls._closed = 0.2
    _, julien, lea = await street.pair()
    await lea.browser.up.dtls.stop()
    assert await lea.ended() == "lost"
    await julien.client.until(lambda: julien.people() == ["Julien"], "the list without Léa")


async def test_a_page_that_is_closed_leaves_no_ghost(street: Neighbourhood) -> None:
    """Though its word that it leaves does not get through: with the socket and the media closed, in either order."""
    street.calls._gone = 0.2
    room, julien, lea = await street.pair()
    await lea.client.close()
    await lea.browser.up.dtls.stop()
    await julien.client.until(lambda: julien.people() == ["Julien"], "the list without Léa")
    lea = await street.caller(room.mentee, room)
    await lea.join()
    await julien.client.until(lambda: julien.people() == ["Julien", "Lea"], "Léa in the list")
    await lea.browser.up.dtls.stop()
    await lea.client.wait("call:renew")
    await lea.client.close()
    await julien.client.until(lambda: julien.people() == ["Julien"], "the list without Léa")
    assert len(street.calls.parts) == 1


async def test_a_page_that_is_closed_before_its_media_gets_through_leaves_no_ghost(street: Neighbourhood) -> None:
    street.calls._gone = 0.1
    room = await street.house.room()
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    await julien.join()
    assert (await lea.client.call("call:join", lea.request()))["ok"]
    await lea.client.close()
    await julien.client.until(lambda: julien.people() == ["Julien"], "the list without Léa")
    assert len(street.calls.parts) == 1


async def test_a_professional_enters_visibly_and_it_is_written_down(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    for caller in (julien, lea):
        await caller.client.until(lambda caller=caller: caller.people() == ["Julien", "Lea", "Claire"], "Claire")  # type: ignore[misc]
        assert caller.client.events("call:people")[-1]["people"][2]["role"] == "supervisor"
    assert await street.journal(room.id) == [(room.supervisor.id, "read", False), (room.supervisor.id, "call", False)]
    visits = await street.house.ask(room.mentee, "GET", f"/api/v1/rooms/{room.id}/visits")
    assert "call" in str(visits)
    await claire.act("call:leave")
    await lea.client.until(lambda: lea.people() == ["Julien", "Lea"], "the list without Claire")
    assert await street.journal(room.id) == [(room.supervisor.id, "read", False), (room.supervisor.id, "call", True)]


async def test_a_professional_who_leaves_the_room_leaves_its_call(street: Neighbourhood) -> None:
    room, julien, _ = await street.pair()
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    await claire.client.call("room:leave", {"room": str(room.id)})
    assert await claire.ended() == "left"
    await julien.client.until(lambda: julien.people() == ["Julien", "Lea"], "the list without Claire")
    await asyncio.sleep(0.05)
    assert [over for _, act, over in await street.journal(room.id) if act == "call"] == [True]


async def test_a_refused_professional_leaves_no_open_visit(street: Neighbourhood) -> None:
    room = await street.house.room()
    claire = await street.caller(room.supervisor, room)
    refused = await claire.client.call("call:join", claire.request(sdp="v=0\r\n"))
    assert refused["error"]["code"] == "bad_sdp"
    assert [over for _, act, over in await street.journal(room.id) if act == "call"] == [True]


async def test_two_rooms_are_two_calls(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    _, other, _ = await street.pair()
    julien.browser.say(b"ici")
    other.browser.say(b"ailleurs")
    await until(lambda: lea.browser.heard("a0") == [b"ici"], "Julien at Léa")
    assert julien.people() == ["Julien", "Lea"]
    assert julien.browser.down.rtp == []


async def test_one_professional_in_two_calls_at_once(street: Neighbourhood) -> None:
    """A part is of one room: being in another call ends nothing."""
    claire = await street.house.person(Role.SUPERVISOR, "Claire")
    parts = []
    for _ in range(2):
        room = await street.house.room(supervisor=claire)
        caller = await street.caller(room.supervisor, room)
        await caller.join()
        parts.append(caller)
    assert [part.client.events("call:ended") for part in parts] == [[], []]


async def test_while_the_server_drains_calls_go_on_and_none_begins(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    await street.house.capabilities.drain(1000)
    assert street.house.capabilities.busy() == 2
    refused = await claire.client.call("call:join", claire.request())
    assert refused["error"]["code"] == "draining"
    julien.browser.say(b"encore")
    await until(lambda: lea.browser.heard("a0") == [b"encore"], "Julien at Léa")
    await street.calls.stop()
    assert [await julien.ended(), await lea.ended()] == ["drained", "drained"]
    assert street.house.capabilities.busy() == 0


async def test_metrics_count_people_and_packets(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    julien.browser.say(b"one")
    await until(lambda: lea.browser.heard("a0") == [b"one"], "Julien at Léa")
    metrics = street.house.capabilities.signalling.metrics.collect()
    values = {sample.name: sample.value for family in metrics for sample in family.samples}
    assert (values["binome_calls"], values["binome_call_people"]) == (1, 2)
    assert values["binome_media_packets_forwarded_total"] == 1


async def test_descriptions_travel_packed_when_asked_so(street: Neighbourhood) -> None:
    room = await street.house.room()
    julien = await street.caller(room.mentor, room)
    request = julien.request()
    joined = await julien.client.call("call:join", {**request, "sdp": write(request["sdp"], packed=True)})
    assert joined["answer"].startswith("z:")
    assert joined["offer"].startswith("z:")
    answer, offer = read(joined["answer"]), read(joined["offer"])
    assert len(joined["offer"]) < len(offer) / 2
    julien.peer = joined["peer"]
    packed = write(julien.browser.answer(offer), packed=True)
    assert await julien.act("call:answer", sdp=packed) == {"ok": True}
    await julien.browser.connect(answer, offer)
    restarted = await julien.act("call:restart", sdp=write(julien.browser.offer(), packed=True))
    assert read(restarted["offer"]).startswith("v=0")
    assert restarted["offer"].startswith("z:")
    refused = await julien.act("call:restart", sdp="z:AAAA")
    assert refused["error"]["code"] == "bad_sdp"
    assert refused["error"]["field"] == "sdp"
