"""What a professional and the mentor write each other aside: to them alone, kept, never held, and told of in the young
person's journal."""

from typing import Any

from server.infra.database import Database
from server.kernel.identifiers import new_id
from tests.integration.signalling.conftest import Neighbourhood
from tests.support.rooms import Client, Room, served

WORDS = "Laissez-lui le temps de répondre, 06 12 34 56 78, idiot."  # moderation would hold it


def whisper(room: Room, body: str = WORDS, **more: Any) -> dict[str, Any]:
    return {"room": room.number, "id": str(new_id()), "body": body, **more}


async def test_it_goes_to_the_mentor_and_back_and_to_nobody_else(street: Neighbourhood) -> None:
    house = street.house
    room = await house.room()
    julien, lea, claire = [await house.open(who) for who in (room.mentor, room.mentee, room.supervisor)]
    other_tab = await house.open(room.mentor)
    said = whisper(room)
    assert (await claire.call("supervise:whisper", said))["error"]["code"] == "forbidden"  # not seen in the room
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    answer = await claire.call("supervise:whisper", said)
    assert answer == {"ok": True, "at": "2026-11-22T12:00:00.000Z"}
    told = {
        "room": str(room.id),
        "id": said["id"],
        "by": {"id": str(room.supervisor.id), "name": "Claire"},
        "at": "2026-11-22T12:00:00.000Z",
        "body": WORDS,
    }
    for client in (julien, other_tab, claire):
        assert await client.wait("supervise:whispered") == [told]
    house.clock.advance(1)
    assert (await julien.call("supervise:answer", whisper(room, "Merci, compris.")))["ok"]
    assert [one["body"] for one in await claire.wait("supervise:whispered", 2)] == [WORDS, "Merci, compris."]
    await house.told()
    await lea.quiet()
    assert "whisper" not in "".join(lea.frames)
    assert WORDS not in "".join(lea.frames)
    assert (await lea.call("supervise:answer", whisper(room)))["error"]["code"] == "forbidden"
    path = f"/api/v1/rooms/{room.id}/whispers"
    for reader in (room.mentor, room.supervisor):
        assert [one["body"] for one in (await house.ask(reader, "GET", path)).body["whispers"]] == [
            WORDS,
            "Merci, compris.",
        ]
    assert (await house.ask(room.mentee, "GET", path)).status == 403
    assert await house.sql("select count(*) from flags") == [(0,)]
    lines = (await house.ask(room.mentee, "GET", "/api/v1/journal")).body["lines"]
    assert [(line["act"], line["reader"]["name"]) for line in lines] == [
        ("whisper.sent", "Julien"),
        ("whisper.sent", "Claire"),
        ("room.entered", "Claire"),
    ]
    assert WORDS not in str(lines)


async def test_what_is_sent_twice_is_said_once(street: Neighbourhood) -> None:
    house = street.house
    room, other = await house.room(), await house.room()
    julien, claire = await house.open(room.mentor), await house.open(room.supervisor)
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    said = whisper(room)
    first = await claire.call("supervise:whisper", said)
    house.clock.advance(5)
    assert await claire.call("supervise:whisper", said) == first
    assert (await claire.call("supervise:whisper", {**said, "body": "Autre chose"}))["error"]["code"] == "conflict"
    stranger = await house.open(other.mentor)
    assert (await stranger.call("supervise:answer", {**said, "room": other.number}))["error"]["code"] == "conflict"
    await house.told()
    await julien.quiet()
    assert len(julien.events("supervise:whispered")) == 1


async def test_it_is_bounded_and_refused_whole(street: Neighbourhood) -> None:
    house = street.house
    room = await house.room()
    claire = await house.open(room.supervisor)
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    for body in ("", "  \n", "a" * 501, "a\x00b", "a" * 5_000):
        refused = await claire.call("supervise:whisper", whisper(room, body))
        assert refused["error"]["code"] == "bad_request"
        assert "body" in refused["error"]["field"]
    assert (await claire.call("supervise:whisper", whisper(room, "é" * 500)))["ok"]
    assert await house.sql("select count(*) from whispers") == [(1,)]


async def test_it_comes_to_a_mentor_who_is_at_another_process(street: Neighbourhood, database: Database) -> None:
    house = street.house
    room = await house.room()
    claire = await house.open(room.supervisor)
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    async with served(database) as there:
        julien: Client = await there.open(room.mentor)
        assert (await claire.call("supervise:whisper", whisper(room)))["ok"]
        assert [one["body"] for one in await julien.wait("supervise:whispered")] == [WORDS]
        assert (await julien.call("supervise:answer", whisper(room, "Oui")))["ok"]
        assert [one["body"] for one in await claire.wait("supervise:whispered", 2)] == [WORDS, "Oui"]


async def test_a_new_professional_does_not_read_what_was_written_to_the_one_before(street: Neighbourhood) -> None:
    house = street.house
    room = await house.room()
    claire = await house.open(room.supervisor)
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    assert (await claire.call("supervise:whisper", whisper(room)))["ok"]
    nadia = (await house.room()).supervisor
    await house.sql("update pairs set supervisor_id = :who where id = :pair", who=nadia.id, pair=room.pair.id)
    await house.sql(
        "insert into room_members (room_id, account_id, seat) values (:room, :who, 9)", room=room.id, who=nadia.id
    )
    await house.told()
    assert (await house.ask(nadia, "GET", f"/api/v1/rooms/{room.id}/whispers")).body == {"whispers": []}
