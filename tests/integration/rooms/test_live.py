"""Real-time text over real sockets: who is shown what of a line that is being written, and what nobody is shown."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from server.kernel.identifiers import new_id
from server.rooms import live as live_module
from server.rooms.live import Live
from tests.support.rooms import Client, House, Person, Room


@pytest.fixture
async def live(house: House) -> Live:
    return house.capabilities.rooms.live


def in_call(live: Live, *people: Person) -> None:
    """These are in the call, of whichever room. Real calls are in the tests of the browser."""
    accounts = {person.id for person in people}
    live.in_call = lambda _room, account: account in accounts


async def write(client: Client, room: Room, text: str) -> Any:
    return await client.call("chat:live", {"room": room.number, "text": text})


async def type_in(client: Client, room: Room, line: str, start: str = "") -> list[Any]:
    """Letter by letter; the answers."""
    answers = [client.send("chat:live", {"room": room.number, "text": start + line[: n + 1]}) for n in range(len(line))]
    return list(await asyncio.gather(*answers))


async def shown(client: Client) -> list[str]:
    """All states of lines that ``client`` was shown, in order."""
    await client.quiet()
    return [told["text"] for told in client.events("chat:live")]


async def test_words_come_when_they_are_finished(house: House, live: Live) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    assert set(map(str, await type_in(julien, room, "salut ça va ?"))) == {"{'ok': True}"}
    assert await shown(lea) == ["salut", "salut ça", "salut ça va", "salut ça va ?"]
    assert lea.events("chat:live")[0] == {"room": str(room.id), "seat": 1, "text": "salut"}
    assert await write(julien, room, "salut ") == {"ok": True}  # erased
    assert await write(julien, room, "") == {"ok": True}
    assert (await shown(lea))[-2:] == ["salut", ""]
    assert await shown(julien) == []
    assert await house.sql("select count(*) from messages") == [(0,)]


async def test_between_adults_letters_come_as_they_are_written(house: House, live: Live) -> None:
    room = await house.room(mentee_born=date(2004, 1, 1))
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    await type_in(lea, room, "oui 14")
    assert await shown(julien) == ["o", "ou", "oui", "oui ", "oui 1", "oui 14"]


async def test_a_message_ends_the_line(house: House, live: Live) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    await write(julien, room, "à 14 h ")
    await julien.say(room, "à 14 h")
    await lea.quiet()
    told = [
        (name, payload.get("text", payload.get("body"))) for name, payload in lea.events() if name.startswith("chat:")
    ]
    assert told == [("chat:live", "à …"), ("chat:message", "à 14 h"), ("chat:live", "")]


ATTACKS: dict[str, Sequence[str]] = {
    "digits": ["06 12 34 56 78 "],
    "digits among words": ["mon num 06 mais chut 12 et puis 34 voilà 56 et enfin 78 "],
    "spelled": ["zéro six douze trente-quatre cinquante-six soixante-dix-huit "],
    "over lines": ["06 ", "12 ", "34 ", "56 ", "78 "],
    "e-mail": ["écris moi jean.dupont@gmail.com "],
    "e-mail spelled": ["jean arobase gmail point com "],
    "messenger": ["mon snap c'est juju_99 "],
    "letters": ["j u j u 9 9 s n a p "],
    "fullwidth": ["０６ １２ ３４ ５６ ７８ "],
}
SECRETS = (
    *("06", "12", "34", "56", "78", "９", "６", "six", "douze", "trente", "arobase", "@", "gmail", "dupont"),
    *("snap", "juju", "99"),
)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_detail_reaches_a_young_person_letter_by_letter(house: House, live: Live, attack: str) -> None:
    """Promise 2, on raw bytes, of the live events and of everything else she gets."""
    room = await house.room()
    julien, lea, claire = [await house.open(who) for who in (room.mentor, room.mentee, room.supervisor)]
    await claire.call("room:enter", {"room": room.number})
    in_call(live, room.mentor, room.mentee)
    for line in ATTACKS[attack]:
        await type_in(julien, room, line)
        await write(julien, room, "")
    for client in (lea, claire):
        states = await shown(client)
        assert not [state for state in states for secret in SECRETS if secret in state], states


@pytest.mark.parametrize(
    ("line", "before"),
    [("t'es vraiment un connard fini ", "connard"), ("allez va te pendre ailleurs ", "pendre")],
)  # fmt: skip
async def test_what_is_held_is_taken_back_and_no_more_is_shown(
    house: House, live: Live, line: str, before: str
) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    answers = await type_in(julien, room, line)
    states = await shown(lea)
    assert states[-1] == ""
    assert not [state for state in states if before in state]
    assert answers[-1] == {"ok": True, "held": True}
    # Erasing the word does not make the line clean again.
    assert await write(julien, room, "t'es ") == {"ok": True, "held": True}
    assert await shown(lea) == states
    assert await write(julien, room, "") == {"ok": True}  # another line
    assert await write(julien, room, "pardon ") == {"ok": True}
    assert (await shown(lea))[len(states) :] == ["pardon"]


async def test_pieces_in_messages_and_in_the_line_are_read_together(house: House, live: Live) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    for piece in ("06 12", "34", "56"):
        await julien.say(room, piece)
    assert (await write(julien, room, "78 "))["held"]
    assert await shown(lea) == []


async def test_a_disclosure_shows_help_and_is_shown(house: House, live: Live) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    assert await write(lea, room, "je veux mourir ") == {"ok": True, "help": True}
    assert await shown(julien) == ["je veux mourir"]


async def test_a_number_of_a_young_person_waits_too(house: House, live: Live) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    await type_in(lea, room, "mon numéro 06 12 34 56 78 ")
    assert not [state for state in await shown(julien) if any(char.isdigit() for char in state)]


async def test_who_is_shown_a_line(house: House, live: Live) -> None:
    """Those in the call, and a professional who is in the room; nobody else, not even of the pair."""
    room, other = await house.room(), await house.room()
    julien, lea, claire = [await house.open(who) for who in (room.mentor, room.mentee, room.supervisor)]
    stranger = await house.open(other.mentee)
    in_call(live, room.mentor, other.mentee)
    await write(julien, room, "bonjour ")
    assert await shown(lea) == await shown(claire) == await shown(stranger) == []
    await claire.call("room:enter", {"room": room.number})
    in_call(live, room.mentor, room.mentee)
    await write(julien, room, "bonjour Léa ")
    assert await shown(lea) == await shown(claire) == ["bonjour Léa"]
    assert await shown(stranger) == []


async def test_who_may_write(house: House, live: Live) -> None:
    room, other = await house.room(), await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    assert (await write(julien, room, "a "))["error"]["code"] == "forbidden"
    in_call(live, room.mentor, room.mentee)
    assert (await write(julien, other, "a "))["error"]["code"] == "not_found"
    for bad in ({"text": "x" * 501}, {"text": 5}, {}, {"text": "a", "more": 1}, {"text": "a\x00b"}):
        refused = await julien.call("chat:live", {"room": room.number, **bad})
        assert refused["error"]["code"] == "bad_request", bad
    assert await write(julien, room, "😀" * 499 + " ") == {"ok": True}
    await write(julien, room, "")
    await house.sql("update pairs set state = 'paused' where id = :id", id=room.pair.id)
    await lea.wait("room:rights")
    assert (await write(julien, room, "a "))["error"]["code"] == "room_closed"


async def test_a_line_is_forgotten(house: House, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    await write(julien, room, "bonjour ")
    await julien.close()
    assert [told["text"] for told in await lea.wait("chat:live", 2)] == ["bonjour", ""]
    monkeypatch.setattr(live_module, "FORGOTTEN_AFTER", 0.05)
    again = await house.open(room.mentor)
    await write(again, room, "encore ")
    assert [told["text"] for told in await lea.wait("chat:live", 4)][2:] == ["encore", ""]
    assert live._lines == {}


async def test_when_assessment_fails_an_adult_is_not_shown(house: House, live: Live) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a bug")

    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    in_call(live, room.mentor, room.mentee)
    house.capabilities.rooms.judge.assess = broken
    assert await write(julien, room, "bonjour ") == {"ok": True, "held": True}
    assert await write(lea, room, "bonjour ") == {"ok": True}
    assert await shown(lea) == []
    assert await shown(julien) == ["bonjour"]
    assert (await julien.say(room, "bonjour", new_id()))["state"] == "held"


async def test_live_text_is_read_by_the_organisation_s_rules_and_the_age_of_the_young_person(
    house: House, live: Live
) -> None:
    room, grown = await house.room(), await house.room(mentee_born=date(2004, 1, 1))
    rules = '{"policy": {"profanity": {"adult_to_minor": {"action": "hold", "severity": 3}}}}'
    await house.sql(
        "insert into own_rules values (:org, 1, cast(:rules as jsonb), :by, now())",
        org=house.north.id,
        rules=rules,
        by=room.supervisor.id,
    )
    for one, held in ((room, True), (grown, False)):
        julien = await house.open(one.mentor)
        in_call(live, one.mentor, one.mentee)
        answer = await write(julien, one, "et merde alors ")
        assert answer.get("held", False) is held
