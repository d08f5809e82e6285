"""A browser restarted ICE by itself, and tells when it can: from whatever socket it then has."""

from server.media.forwarding import ForwardingEngine
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.support.bare_browser import until


def proved(street: Neighbourhood, caller: Caller) -> list[bool]:
    """Whether media of *up* and *down* goes on a path that is known to be the browser's."""
    engine = street.house.capabilities.signalling.engine
    assert isinstance(engine, ForwardingEngine)
    member = engine._rooms[str(caller.room.id)].peers[caller.peer]
    selected = [leg.ice.selected for leg in (member._up_leg, member._down_leg)]
    return [path is not None and path.verified for path in selected]


async def test_media_is_back_before_the_socket_and_nobody_saw_anything(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await julien.client.until(
        lambda: all(one["connected"] for one in julien.client.events("call:people")[-1]["people"]), "both connected"
    )
    told = len(julien.client.events("call:people"))
    journal = await street.journal(room.id)
    await lea.client.close()
    restarted = lea.browser.restart()
    await until(lambda: proved(street, lea) == [False, False], "the new paths")
    julien.browser.say(b"encore")
    lea.browser.say(b"toujours")
    await until(lambda: lea.browser.heard("a0") == [b"encore"], "Julien at Léa")
    await until(lambda: julien.browser.heard("a0") == [b"toujours"], "Léa at Julien")

    lea.client = await street.house.open(lea.who)
    assert await lea.act("call:restarted", **restarted) == {"ok": True}
    await until(lambda: proved(street, lea) == [True, True], "the proof")
    assert [one["peer"] for one in (await lea.client.wait("call:slots"))[-1]["slots"] if one.get("peer")] == [
        julien.peer,
        julien.peer,
    ]  # the part is tied to the new socket
    assert await lea.act("call:restarted", **restarted) == {"ok": True}  # its acknowledgement was lost
    assert len(julien.client.events("call:people")) == told
    assert lea.client.events("call:ended") == []
    assert await street.journal(room.id) == journal


async def test_where_there_is_no_media_any_more_the_client_is_told_to_begin_anew(street: Neighbourhood) -> None:
    room, _, lea = await street.pair()
    await street.house.capabilities.signalling.engine.leave(str(room.id), lea.peer)
    restarted = lea.browser.restart()
    assert (await lea.act("call:restarted", **restarted))["error"]["code"] == "not_found"


async def test_credentials_of_another_prove_nothing(street: Neighbourhood) -> None:
    """They are authentic to the socket; the path is only believed when it answers with them."""
    _, julien, lea = await street.pair()
    restarted = lea.browser.restart()
    await until(lambda: proved(street, lea) == [False, False], "the new paths")
    wrong = {end: {**told, "pwd": "p" * 24} for end, told in restarted.items()}
    assert await lea.act("call:restarted", **wrong) == {"ok": True}
    refusals = lea.browser.down.refusals
    await until(lambda: lea.browser.down.refusals > refusals, "our check")
    assert proved(street, lea) == [False, False]
    assert await lea.act("call:restarted", **restarted) == {"ok": True}
    await until(lambda: proved(street, lea) == [True, True], "the proof")
    julien.browser.say(b"bonjour")
    await until(lambda: lea.browser.heard("a0") == [b"bonjour"], "Julien at Léa")
