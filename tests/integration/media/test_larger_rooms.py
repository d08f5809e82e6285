"""Twelve people in a call, three pairs of slots each: everybody hears who speaks, and nobody's place flaps."""

import asyncio

import pytest

from server.media.engine import PeerState
from server.media.errors import RoomFull
from tests.integration.media.conftest import Calls
from tests.support.bare_browser import BareBrowser, until

NAMES = [f"person {number}" for number in range(12)]
LOUD, QUIET = 30, 100  # -dBov


async def crowd(calls: Calls, count: int = 12) -> dict[str, BareBrowser]:
    return {name: await calls.join(name, capacity=12) for name in NAMES[:count]}


def seats(calls: Calls, name: str) -> list[str | None]:
    return [slot.peer for slot in calls.told.slots[name] if slot.kind == "audio"]


def heard(calls: Calls, browser: BareBrowser, name: str, speaker: str) -> int:
    """How many words of ``speaker`` came on the slot that is said to show them."""
    shown = [slot.mid for slot in calls.told.slots[name] if slot.kind == "audio" and slot.peer == speaker]
    return sum(word.startswith(speaker.encode()) for mid in shown for word in browser.heard(mid))


async def speak(browser: BareBrowser, name: str, seconds: float, *, levels: bool = True) -> None:
    for number in range(int(seconds / 0.02)):
        word = f"{name} says {number}".encode()
        if levels:
            browser.speak(word, LOUD)
        else:
            browser.say(word)
        await asyncio.sleep(0.02)


async def test_everyone_hears_who_speaks_and_a_thirteenth_finds_no_place(calls: Calls) -> None:
    people = await crowd(calls)
    with pytest.raises(RoomFull):
        await calls.join("a thirteenth", capacity=12)
    for speaker, levels in ((NAMES[11], True), (NAMES[7], False)):  # one browser tells levels, the other does not
        talking = asyncio.create_task(speak(people[speaker], speaker, 8.0, levels=levels))
        others = {name: browser for name, browser in people.items() if name != speaker}
        await until(
            lambda speaker=speaker, others=others: all(  # type: ignore[misc]
                heard(calls, browser, name, speaker) > 5 for name, browser in others.items()
            ),
            f"{speaker} at all eleven",
        )
        talking.cancel()
    for name, browser in people.items():
        assert len(set(seats(calls, name))) == 3
        assert name not in seats(calls, name)
        assert all(browser.gaps(slot.mid) == 0 for slot in calls.told.slots[name])


async def test_nobodys_seat_flaps_while_others_cough_and_listen(calls: Calls) -> None:
    people = await crowd(calls, 6)
    speakers = NAMES[:2]
    changes: dict[str, int] = {}
    before = {name: seats(calls, name) for name in NAMES[:6]}
    for number in range(100):
        for name in speakers:
            people[name].speak(f"{name} says {number}".encode(), LOUD)
        for name in NAMES[2:6]:  # a quiet room, and now and then a cough
            people[name].speak(b"room noise", LOUD if number % 50 < 2 else QUIET)
        await asyncio.sleep(0.02)
        for name in NAMES[:6]:
            if seats(calls, name) != before[name]:
                changes[name] = changes.get(name, 0) + 1
                before[name] = seats(calls, name)
    # Nobody saw more than the two speakers come, and only those to whom they were not shown already.
    assert all(count <= 2 for count in changes.values())
    for name in NAMES[:6]:
        assert set(speakers) - {name} <= set(seats(calls, name))


async def test_who_waits_while_all_speak_is_heard_when_one_ends(calls: Calls) -> None:
    people = await crowd(calls, 6)
    talking = [asyncio.create_task(speak(people[name], name, 20.0)) for name in NAMES[:3]]
    listener = NAMES[5]
    await until(lambda: set(seats(calls, listener)) == set(NAMES[:3]), "three speakers")
    # That nobody who speaks loses a seat is for test_speakers: here a machine that stands still would end a speech.
    talking.append(asyncio.create_task(speak(people[NAMES[3]], NAMES[3], 20.0)))
    talking[1].cancel()
    await until(lambda: heard(calls, people[listener], listener, NAMES[3]) > 5, "the fourth")
    for task in talking:
        task.cancel()


async def test_who_is_muted_takes_nobodys_place(calls: Calls) -> None:
    people = await crowd(calls, 5)
    await calls.engine.set_state("room", NAMES[4], PeerState(mic=False, camera=True, voice_only=False))
    before = {name: seats(calls, name) for name in NAMES[:4]}
    await speak(people[NAMES[4]], NAMES[4], 0.8)
    assert {name: seats(calls, name) for name in NAMES[:4]} == before


async def test_back_to_four_everybody_has_a_place_again(calls: Calls) -> None:
    people = await crowd(calls, 6)
    await speak(people[NAMES[5]], NAMES[5], 0.6)
    for name in NAMES[:2]:
        await calls.engine.leave("room", name)
    for name in NAMES[2:6]:
        assert set(seats(calls, name)) == set(NAMES[2:6]) - {name}
    people[NAMES[3]].say(b"still here")
    await until(
        lambda: all(
            b"still here" in people[name].heard(calls.told.on_slot(name, NAMES[3], "audio"))
            for name in (NAMES[2], NAMES[4], NAMES[5])
        ),
        "the fourth at all others",
    )
