"""Calls from device to device: never by default, only between two adults who both agree, and over at once."""

import json
import re
from datetime import date
from typing import Any

import pytest

from tests.integration.signalling.conftest import Caller, Neighbourhood

GROWN_UP = date(2005, 3, 4)
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\na=candidate:1 1 udp 1 192.0.2.77 5000 typ host\r\n"


async def adults(street: Neighbourhood, *, allowed: bool = True) -> tuple[Caller, Caller]:
    """The two of a pair in their call, both of age."""
    if allowed:
        await street.house.sql("update organisations set direct_calls = true")
    room = await street.house.room(mentee_born=GROWN_UP)
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    await julien.join()
    await lea.join()
    return julien, lea


def state(caller: Caller) -> dict[str, Any]:
    """How things stand, as told last."""
    told: dict[str, Any] = caller.client.events("call:direct")[-1]
    assert told["peer"] == caller.peer
    return {name: value for name, value in told.items() if name not in ("room", "peer")}


async def becomes(caller: Caller, **expected: object) -> dict[str, Any]:
    def there() -> bool:
        told = caller.client.events("call:direct")
        return bool(told) and expected.items() <= told[-1].items()

    await caller.client.until(there, f"{expected}")
    return state(caller)


async def agree(*callers: Caller) -> int:
    """All agree; the number of their way."""
    for caller in callers:
        await becomes(caller, state="possible")
        assert await caller.act("call:direct", agree=True) == {"ok": True}
    links = [(await becomes(caller, state="on"))["link"] for caller in callers]
    assert links[0] == links[1]
    return int(links[0])


async def test_both_agree_and_are_handed_each_others_description(street: Neighbourhood) -> None:
    julien, lea = await adults(street)
    assert await becomes(julien, state="possible") == {"state": "possible", "mine": False, "theirs": False}
    await becomes(lea, state="possible")
    await julien.act("call:direct", agree=True)
    assert await becomes(lea, theirs=True) == {"state": "possible", "mine": False, "theirs": True}
    early = await julien.act("call:describe", link=1, sdp=SDP)
    assert early["error"]["code"] == "not_found"  # one alone agrees to nothing
    await lea.act("call:direct", agree=True)
    on = await becomes(lea, state="on")
    assert on == {"state": "on", "mine": True, "theirs": True, "other": julien.peer, "link": on["link"], "offers": True}
    assert (await becomes(julien, state="on"))["offers"] is False
    assert await lea.act("call:describe", link=on["link"], sdp=SDP) == {"ok": True}
    (described,) = await julien.client.wait("call:describe")
    assert described == {"room": str(julien.room.id), "peer": julien.peer, "link": on["link"], "sdp": SDP}
    assert await julien.act("call:describe", link=on["link"], sdp=SDP + "b") == {"ok": True}
    assert [one["sdp"] for one in await lea.client.wait("call:describe")] == [SDP + "b"]
    again = await julien.act("call:describe", link=on["link"], sdp=SDP)
    assert again["error"]["code"] == "bad_sdp"  # each once


async def test_descriptions_are_bounded_and_in_turn(street: Neighbourhood) -> None:
    julien, lea = await adults(street)
    link = await agree(julien, lea)
    refused = [
        await julien.act("call:describe", link=link, sdp=SDP),  # the other offers
        await lea.act("call:describe", link=link, sdp="hello"),
        await lea.act("call:describe", link=link + 1, sdp=SDP),
        await lea.act("call:describe", link=link, sdp=SDP + "a" * 20_000),
    ]
    assert [answer["error"]["code"] for answer in refused] == ["bad_sdp", "bad_sdp", "not_found", "bad_request"]
    assert julien.client.events("call:describe") == []


async def test_anybodys_arrival_ends_it_at_once(street: Neighbourhood) -> None:
    julien, lea = await adults(street)
    link = await agree(julien, lea)
    claire = await street.caller(julien.room.supervisor, julien.room)
    await claire.join()
    for caller in (julien, lea):
        ended = await becomes(caller, state="off")
        assert ended == {"state": "off", "mine": False, "theirs": False, "why": "company"}
        refused = await caller.act("call:direct", agree=True)
        assert refused["error"]["code"] == "forbidden"
    assert (await lea.act("call:describe", link=link, sdp=SDP))["error"]["code"] == "forbidden"
    await claire.act("call:leave")
    for caller in (julien, lea):  # who agreed before she came has not agreed now
        assert await becomes(caller, state="possible") == {"state": "possible", "mine": False, "theirs": False}
    assert claire.client.events("call:direct") == []
    assert claire.client.events("call:describe") == []


@pytest.mark.parametrize("how", ["withdrawn", "policy", "age", "away", "company"])
async def test_what_else_ends_it(street: Neighbourhood, how: str) -> None:
    julien, lea = await adults(street)
    link = await agree(julien, lea)
    if how == "withdrawn":
        await lea.act("call:direct", agree=False)
    elif how == "policy":
        await street.house.sql("update organisations set direct_calls = false")
    elif how == "age":  # it was corrected: they are 17
        born = date(2009, 3, 4)
        await street.house.sql("update accounts set birth_date = :born where id = :who", born=born, who=lea.who.id)
    elif how == "away":
        await lea.client.close()
    else:
        await lea.act("call:leave")
    ended = await becomes(julien, why="policy" if how == "age" else how)
    assert ended["state"] == ("possible" if how in ("withdrawn", "away") else "off")
    assert (ended["mine"], ended["theirs"]) == (False, False)
    late = await julien.act("call:describe", link=link, sdp=SDP)
    assert late["error"]["code"] in ("not_found", "forbidden")


async def test_who_comes_back_is_asked_again(street: Neighbourhood) -> None:
    julien, lea = await adults(street)
    await becomes(lea, state="possible")
    await lea.act("call:direct", agree=True)
    await becomes(julien, theirs=True)
    await lea.client.close()
    await becomes(julien, theirs=False)
    lea.client = await street.house.open(lea.room.mentee)
    await lea.act("call:state", mic=True, camera=True, voice_only=False)
    assert await becomes(lea, state="possible") == {"state": "possible", "mine": False, "theirs": False}


async def test_nobody_speaks_for_another(street: Neighbourhood) -> None:
    julien, lea = await adults(street)
    await becomes(julien, state="possible")
    theft = {"room": str(julien.room.id), "peer": lea.peer}
    for agreed in (True, False):
        refused = await julien.client.call("call:direct", {**theft, "agree": agreed})
        assert refused["error"]["code"] == "not_found"
    link = await agree(julien, lea)
    refused = await julien.client.call("call:describe", {**theft, "link": link, "sdp": SDP})
    assert refused["error"]["code"] == "not_found"
    assert lea.client.events("call:describe") == []


@pytest.mark.parametrize("why", ["policy", "age"])
async def test_by_default_nobody_is_ever_given_anothers_address_or_description(street: Neighbourhood, why: str) -> None:
    """Devices say where they are, as browsers do, and try all that there is to be told the same of each other."""
    if why == "age":  # the policy allows it, but Léa is fourteen
        await street.house.sql("update organisations set direct_calls = true")
    room = await street.house.room(mentee_born=GROWN_UP if why == "policy" else None)
    callers = [await street.caller(person, room) for person in (room.mentor, room.mentee, room.supervisor)]
    for caller in callers[:2]:
        here = f"a=candidate:1 1 udp 1 192.0.2.{callers.index(caller) + 1} 5000 typ host\r\n"
        await caller.join(sdp=caller.browser.offer() + here)
    for caller in callers[:2]:
        refused = [
            await caller.act("call:direct", agree=True),
            await caller.act("call:describe", link=0, sdp=SDP),
            await caller.act("call:describe", link=1, sdp=SDP),
        ]
        assert {answer["error"]["code"] for answer in refused} == {"forbidden"}
    await callers[2].join()
    for caller in callers[:2]:
        await caller.restart()
        await caller.client.quiet()
    for caller in callers:
        told = json.dumps(caller.client.events()) + json.dumps(caller.joined)
        assert set(re.findall(r"\b(?:127|192)\.\d+\.\d+\.\d+\b", told)) <= {"127.0.0.1"}  # the server
        for other in callers:
            if other is not caller:
                for leg in (other.browser.up, other.browser.down):
                    assert leg.fragment not in told
                    assert leg.password not in told
        assert caller.client.events("call:describe") == []
        assert all(one["state"] == "off" for one in caller.client.events("call:direct"))
