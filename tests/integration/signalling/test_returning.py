"""The same participant after the media, the socket, or both were gone: nobody saw them leave, and rights still hold."""

from typing import Any

from server.kernel.identifiers import new_id
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.support.bare_browser import BareBrowser, until


async def back(street: Neighbourhood, caller: Caller) -> dict[str, Any]:
    """As a client comes back: new connections, the same part."""
    peer = caller.peer
    caller.browser = BareBrowser()
    street.browsers.append(caller.browser)
    joined = await caller.join(peer=peer)
    assert joined["peer"] == peer
    return joined


def shown(caller: Caller, peer: str) -> list[dict[str, Any]]:
    """Each state in which ``caller`` was told of ``peer``, one after the other."""
    lists = caller.client.events("call:people")
    return [person for told in lists for person in told["people"] if person["peer"] == peer]


async def test_who_comes_back_is_the_same_participant_on_the_same_slot(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    before = shown(julien, lea.peer)[-1]
    journal = await street.journal(room.id)
    joined = await back(street, lea)
    julien.browser.say(b"te revoila")
    await until(lambda: lea.browser.heard("a0") == [b"te revoila"], "Julien at Lea")
    lea.browser.say(b"oui")
    await until(lambda: julien.browser.heard("a0")[-1:] == [b"oui"], "Lea at Julien")
    await julien.client.until(lambda: shown(julien, lea.peer)[-1]["connected"], "Lea connected")
    assert shown(julien, lea.peer)[-1] == before  # `since` included
    assert [person["peer"] for person in joined["people"]] == [julien.peer, lea.peer]
    assert {len(told["people"]) for told in julien.client.events("call:people")[2:]} == {2}  # never a second tile
    assert lea.client.events("call:ended") == []
    assert await street.journal(room.id) == journal


async def test_a_professional_who_comes_back_made_one_visit(street: Neighbourhood) -> None:
    room, _, _ = await street.pair()
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    await back(street, claire)
    assert [over for _, act, over in await street.journal(room.id) if act == "call"] == [False]
    await claire.act("call:leave")
    assert [over for _, act, over in await street.journal(room.id) if act == "call"] == [True]


async def test_media_that_is_lost_is_asked_for_again_and_the_part_waits(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    street.calls.lost(str(room.id), lea.peer, "silent")
    assert await lea.client.wait("call:renew") == [{"room": str(room.id), "peer": lea.peer}]
    await julien.client.until(lambda: not shown(julien, lea.peer)[-1]["connected"], "that Lea is away")
    await back(street, lea)
    await julien.client.until(lambda: shown(julien, lea.peer)[-1]["connected"], "that Lea is back")
    assert lea.client.events("call:ended") == []


async def test_from_a_new_socket_too(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await lea.client.close()
    street.calls.lost(str(room.id), lea.peer, "silent")
    lea.client = await street.house.open(room.mentee)
    await back(street, lea)
    julien.browser.say(b"la")
    await until(lambda: lea.browser.heard("a0") == [b"la"], "Julien at Lea")


async def test_lost_media_that_nobody_comes_back_for_ends_the_part(street: Neighbourhood) -> None:
    street.calls._unheard = 0.2
    room, julien, lea = await street.pair()
    street.calls.lost(str(room.id), lea.peer, "silent")
    assert await lea.ended() == "lost"
    await julien.client.until(lambda: julien.people() == ["Julien"], "the list without Lea")
    refused = await lea.client.call("call:join", lea.request(peer=lea.peer))
    assert refused["ok"]
    assert refused["peer"] != lea.peer  # what is over does not go on: a new one begins


async def test_a_worker_that_fails_takes_the_media_and_not_the_people(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    for caller in (julien, lea):  # what the engine forgets
        await street.house.capabilities.signalling.engine.leave(str(room.id), caller.peer)
    street.calls.failed([str(room.id), "check:something"])
    for caller in (julien, lea):
        await caller.client.wait("call:renew")
        await back(street, caller)
    julien.browser.say(b"encore la")
    await until(lambda: lea.browser.heard("a0") == [b"encore la"], "Julien at Lea")
    assert len(street.calls.parts) == 2


async def test_a_part_that_is_kept_loses_its_rights_like_any_other(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await lea.client.close()
    street.calls.lost(str(room.id), lea.peer, "silent")
    await street.house.sql("update pairs set state = 'paused' where id = :pair", pair=room.pair.id)
    await until(lambda: len(street.calls.parts) == 0, "the end of both parts")
    again = await street.house.open(room.mentee)
    refused = await again.call("call:join", lea.request(peer=lea.peer))
    assert refused["error"]["code"] == "room_closed"
    assert await julien.ended() == "removed"


async def test_nobody_goes_on_with_the_part_of_another(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    for peer in (lea.peer, str(new_id())):
        claire.browser = BareBrowser()
        street.browsers.append(claire.browser)
        joined = await claire.join(peer=peer)
        assert joined["peer"] not in (peer, lea.peer, julien.peer)
    assert julien.people() == ["Julien", "Lea", "Claire"]


async def test_a_refused_return_leaves_the_part_as_it_was(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    refused = await lea.client.call("call:join", lea.request(peer=lea.peer, sdp="v=0\r\n"))
    assert refused["error"]["code"] == "bad_sdp"
    julien.browser.say(b"toujours la")
    await until(lambda: lea.browser.heard("a0") == [b"toujours la"], "Julien at Lea")


async def test_a_second_device_still_replaces_the_first(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    phone = await street.caller(room.mentee, room)
    await phone.join()
    assert phone.peer != lea.peer
    assert await lea.ended() == "replaced"
    assert julien.people() == ["Julien", "Lea"]


async def test_while_the_server_drains_who_was_there_may_come_back(street: Neighbourhood) -> None:
    _, _, lea = await street.pair()
    street.calls.drain()
    await back(street, lea)
