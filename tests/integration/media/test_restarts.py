"""Browsers that restart ICE without asking: media is there before a word of signalling, and goes to nobody else."""

import asyncio

import pytest
from aiortc.rtp import RtcpRrPacket

from server.media.engine import Credentials
from server.media.errors import NoSuchPeer
from server.media.ice import FIRST_CHECK, HEADERS
from server.media.leg import LOAN, Leg
from tests.integration.media.conftest import Calls
from tests.integration.media.test_forwarding import talking
from tests.support.bare_browser import BareBrowser, BareLeg, until

LONG_WORD = bytes(600)


def legs(calls: Calls, peer: str) -> tuple[Leg, Leg]:
    """The server's ends of *up* and *down*."""
    member = calls.engine._rooms["room"].peers[peer]
    return member._up_leg, member._down_leg


def proved(calls: Calls, peer: str) -> list[bool]:
    return [leg.ice.selected is not None and leg.ice.selected.verified for leg in legs(calls, peer)]


async def tell(calls: Calls, peer: str, restarted: dict[str, dict[str, str]]) -> None:
    ends = [Credentials(restarted[end]["ufrag"], restarted[end]["pwd"]) for end in ("up", "down")]
    await calls.engine.restarted("room", peer, *ends)


async def speak_long(julien: BareBrowser, times: int) -> None:
    for number in range(times):
        julien.say(LONG_WORD)
        if number % 20 == 19:
            await asyncio.sleep(0.01)


async def test_media_moves_both_ways_before_anybody_is_told(calls: Calls) -> None:
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        await until(lambda: len(lea.got("v0")) > 3, "pictures")
        restarted = lea.restart()
        await until(lambda: lea.down.arrivals[1] > 20, "media at the new address")
        before = lea.down.arrivals[0]
        heard = len(julien.got("a0"))
        await until(lambda: lea.down.arrivals[1] > 40 and len(julien.got("a0")) > heard + 20, "more of it, both ways")
        assert lea.down.arrivals[0] == before
        assert lea.down.refusals > 0
        assert proved(calls, "lea") == [False, False]
        await tell(calls, "lea", restarted)
        await until(lambda: proved(calls, "lea") == [True, True], "the proof")
    assert lea.gaps("a0") == lea.gaps("v0") == julien.gaps("a0") == julien.gaps("v0") == 0
    assert calls.told.events == [("connected", "julien"), ("connected", "lea")]


async def test_until_it_is_told_who_that_is_no_more_than_the_loan_goes_there(calls: Calls) -> None:
    julien, lea = await calls.pair()
    restarted = lea.restart()
    await until(lambda: proved(calls, "lea") == [False, False], "the new paths")
    while calls.engine.counters()["packets_unsent"] < 50:
        await speak_long(julien, 40)
    assert 0 < lea.down.arrivals[1] * (len(LONG_WORD) + HEADERS) <= LOAN
    await tell(calls, "lea", restarted)
    await until(lambda: proved(calls, "lea") == [True, True], "the proof")
    before = lea.down.arrivals[1]
    await speak_long(julien, 2 * LOAN // len(LONG_WORD))
    await until(lambda: (lea.down.arrivals[1] - before) * len(LONG_WORD) > LOAN, "more than could be lent")
    assert lea.down.arrivals[0] < 20


async def test_the_old_path_does_not_take_media_back_while_it_is_still_nominated(calls: Calls) -> None:
    julien, lea = await calls.pair()
    nominations = [lea.down.request() for _ in range(40)]
    old = lea.down.current
    async with talking(julien):
        lea.restart()
        await until(lambda: lea.down.arrivals[1] > 5, "media at the new address")
        before = lea.down.arrivals[0]
        for nomination in nominations:
            lea.down.send(nomination, old)
            await asyncio.sleep(0.01)
        came = lea.down.arrivals[1]
        await until(lambda: lea.down.arrivals[1] > came + 20, "more of it")
        assert lea.down.arrivals[0] <= before + 1  # a packet that was on its way
    assert lea.gaps("a0") == 0


async def test_one_restart_after_the_other_none_of_them_told(calls: Calls) -> None:
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        for number in range(1, 6):
            lea.restart()
            await until(lambda: lea.down.arrivals[number] > 3, "media at the newest address")  # noqa: B023
        restarted = lea.restart()
        await tell(calls, "lea", restarted)
        await until(lambda: proved(calls, "lea") == [True, True], "the proof")
        await tell(calls, "lea", restarted)  # the acknowledgement was lost
    assert lea.gaps("a0") == lea.gaps("v0") == julien.gaps("a0") == 0


async def test_told_before_the_first_check_comes(calls: Calls) -> None:
    julien, lea = await calls.pair()
    for leg in (lea.up, lea.down):
        leg.answers_checks = False
        leg.silence()
    restarted = lea.restart()
    await tell(calls, "lea", restarted)
    for leg in (lea.up, lea.down):
        leg.answers_checks = True
        leg.resume()
    await until(lambda: proved(calls, "lea") == [True, True], "the proof")
    julien.say(b"bonjour")
    await until(lambda: lea.heard("a0")[-1:] == [b"bonjour"], "a word")


def came(leg: BareLeg) -> int:
    """Bytes of STUN that came to a leg, headers included."""
    return sum(len(datagram) + HEADERS for datagram in leg.datagrams if datagram[0] < 4)


@pytest.mark.parametrize("victim", ["silent", "open server"])
async def test_who_is_no_ice_agent_gets_no_media_and_no_more_than_was_sent(calls: Calls, victim: str) -> None:
    """An insider with a good password lets the checks of restarts seem to come from somebody else."""
    julien, lea = await calls.pair()
    lea.down.silence()
    lea.down.answers_checks = victim == "open server"
    lea.down.grants_everything = True
    counters = calls.engine.counters
    answered, sent = counters()["stun_answered"], 0
    lea.down.datagrams.clear()
    for _ in range(30):
        if lea.down.generation == 0:
            lea.down.restart()
        else:
            lea.down.generation += 1
            lea.down.renew()
            lea.down.check()
        sent += len(lea.down.request()) + HEADERS
    await until(lambda: counters()["stun_answered"] >= answered + 30, "answers to the checks")
    assert 0 < came(lea.down) <= sent + FIRST_CHECK
    async with talking(julien):
        await until(lambda: lea.down.arrivals[0] > 30, "media where it was")
    assert lea.down.arrivals[1] == 0


async def test_who_cannot_tell_is_kept_by_what_only_they_can_send(impatient_calls: Calls) -> None:
    """On a line on which no web socket stands for half a minute; what is only reached keeps nobody's part open."""
    calls = impatient_calls
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        lea.restart()
        await until(lambda: lea.down.arrivals[1] > 5, "media at the new address")
        before = len(calls.told.figures.get("lea", []))

        def much_later() -> bool:
            lea.down.send_rtcp(bytes(RtcpRrPacket(ssrc=1)))  # as browsers do
            return len(calls.told.figures.get("lea", [])) >= before + 6

        await until(much_later, "six seconds of it, twice as long as it takes to be forgotten")
        assert calls.told.events[-1] == ("connected", "lea")
        await until(lambda: ("silent", "lea") in calls.told.events, "the end of Léa's part, whose reports have ended")
    assert ("quiet", "lea") not in calls.told.events  # her voice came all the while


async def test_of_whom_nobody_knows_nothing_is_told(calls: Calls) -> None:
    await calls.pair()
    credentials = Credentials("ufrag", "p" * 22)
    for room, peer in (("room", "nobody"), ("nowhere", "lea")):
        with pytest.raises(NoSuchPeer):
            await calls.engine.restarted(room, peer, credentials, credentials)
