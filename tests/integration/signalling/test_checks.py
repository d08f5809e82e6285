"""A look at the line before a call: it comes back to the one who asked and to nobody else, and it ends."""

from typing import Any
from uuid import uuid4

from server.signalling.checks import name_of_network
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.support.bare_browser import until


async def _look(caller: Caller) -> dict[str, Any]:
    """The acknowledgement; media flows in a circle."""
    begun: dict[str, Any] = await caller.client.call("check:begin", {"sdp": caller.browser.offer(video=False)})
    assert begun["ok"], begun
    answer = caller.browser.answer(begun["offer"])
    assert await caller.client.call("check:answer", {"check": begun["check"], "sdp": answer}) == {"ok": True}
    await caller.browser.connect(begun["answer"], begun["offer"])
    return begun


async def _comes_round(caller: Caller) -> None:
    def heard() -> bool:
        caller.browser.say(b"noise")
        return b"noise" in caller.browser.heard("a0")

    await until(heard, "the way round")


async def test_what_goes_out_comes_back_to_this_device_alone(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    other = await street.caller(lea.who, lea.room)
    await _look(other)
    await _comes_round(other)
    assert b"noise" not in julien.browser.heard("a0")
    assert sorted(julien.people()) == ["Julien", "Lea"]


async def test_it_is_over_when_asked_when_another_begins_and_when_the_socket_goes(street: Neighbourhood) -> None:
    room = await street.house.room()
    checks = street.house.capabilities.signalling.checks
    lea = await street.caller(room.mentee, room)
    begun = await _look(lea)
    await _comes_round(lea)
    for _ in range(2):
        assert await lea.client.call("check:end", {"check": begun["check"]}) == {"ok": True}
    assert checks._looks == {}
    refused = await lea.client.call("check:answer", {"check": begun["check"], "sdp": "v=0"})
    assert refused["error"]["code"] == "not_found"
    before = street.forwarded()
    lea.browser.say(*[b"late"] * 5)

    second = await street.caller(room.mentee, room)
    first = await _look(second)
    third = await street.caller(room.mentee, room)
    assert (await _look(third))["check"] != first["check"]
    assert len(checks._looks) == 1
    assert street.forwarded() == before
    await third.client.close()
    await until(lambda: checks._looks == {}, "the end of the look")


async def test_bad_descriptions_and_other_people_s_looks(street: Neighbourhood) -> None:
    room = await street.house.room()
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    assert (await lea.client.call("check:begin", {"sdp": "nonsense"}))["error"]["code"] == "bad_sdp"
    assert street.house.capabilities.signalling.checks._looks == {}
    begun = await _look(lea)
    stolen = await julien.client.call("check:answer", {"check": begun["check"], "sdp": "v=0"})
    assert stolen["error"]["code"] == "not_found"
    assert await julien.client.call("check:end", {"check": begun["check"]}) == {"ok": True}
    await _comes_round(lea)
    assert (await lea.client.call("check:answer", {"check": str(uuid4()), "sdp": "v=0"}))["error"][
        "code"
    ] == "not_found"


async def test_a_network_has_the_same_name_each_time_and_it_is_not_the_address(street: Neighbourhood) -> None:
    room = await street.house.room()
    lea = await street.caller(room.mentee, room)
    told = await lea.client.call("check:network", {})
    assert told == {"ok": True, "network": name_of_network("127.0.0.1")}
    assert "127" not in told["network"]


def test_neighbours_share_a_network() -> None:
    assert name_of_network("203.0.113.7") == name_of_network("203.0.113.200") != name_of_network("203.0.114.7")
    assert name_of_network("2001:db8:1::1") == name_of_network("2001:db8:1:ffff::2") != name_of_network("2001:db8:2::1")
    assert name_of_network("?") == "unknown"
