"""Voice notes over real sockets and HTTP: resumable, once, in order, and for no one who may not hear them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from server.kernel.identifiers import new_id, shorten
from server.moderation import policy
from server.rooms.notes import rules
from server.rooms.notes.rules import CHUNK
from server.transport.shield import NOTHING_RUNS
from tests.support.notes import begin, body_of, hear, note, put, say, upload
from tests.support.rooms import House

NOTE = note(500)  # 30 s in three pieces
SECONDS = 30
PIECES = [NOTE[at : at + CHUNK] for at in range(0, len(NOTE), CHUNK)]


async def test_a_note_takes_its_place_and_is_heard(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    compact = await house.open(room.mentee, compact=1)
    assert (await julien.say(room, "Écoute"))["seq"] == 1
    note_id = await upload(house, room.mentor, room, NOTE)
    assert await say(julien, room, note_id, SECONDS) == {
        "ok": True, "seq": 2, "at": "2026-11-22T12:00:00.000Z", "state": "delivered",
    }  # fmt: skip
    assert (await julien.say(room, "Voilà"))["seq"] == 3
    told = await lea.wait("chat:message", 3)
    assert [(message["kind"], message["body"]) for message in told] == [
        ("text", "Écoute"), ("voice", body_of(note_id, SECONDS)), ("text", "Voilà"),
    ]  # fmt: skip
    at = 1_795_348_800
    assert (await compact.wait("chat:message", 3))[1] == [room.number, 2, 1, at, body_of(note_id, SECONDS), 0, 0, "", 1]
    own = await house.open(room.mentor, compact=1)
    (synced,) = own.events("room:sync")[0]
    assert synced[3][1] == [2, 1, at, body_of(note_id, SECONDS), 0, 0, shorten(note_id), 1]
    for who in (room.mentor, room.mentee):
        status, content, headers = await hear(house, who, room, note_id)
        assert (status, content, headers["Content-Type"]) == (200, NOTE, "audio/ogg")
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Security-Policy"] == NOTHING_RUNS
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


async def test_after_a_cut_one_goes_on_where_the_server_is(house: House) -> None:
    room = await house.room()
    note_id = new_id()
    fresh = {"next": 0, "chunks": 3, "chunk": CHUNK}
    assert (await begin(house, room.mentor, room, note_id, len(NOTE))).body == fresh
    assert (await put(house, room.mentor, room, note_id, 0, PIECES[0])).body == {**fresh, "next": 1}
    assert (await put(house, room.mentor, room, note_id, 2, PIECES[2])).body == {**fresh, "next": 1}
    for _ in range(2):  # the answer was lost
        assert (await begin(house, room.mentor, room, note_id, len(NOTE))).body == {**fresh, "next": 1}
        assert (await put(house, room.mentor, room, note_id, 0, PIECES[0][:-1] + b"x")).body["next"] == 1
    whole = {**fresh, "next": 3, "milliseconds": 29_993}
    assert (await put(house, room.mentor, room, note_id, 1, PIECES[1])).body == whole
    assert (await put(house, room.mentor, room, note_id, 1, PIECES[1])).body == whole
    assert (await begin(house, room.mentor, room, note_id, len(NOTE))).body == whole
    assert await house.sql("select count(*), sum(length(content)) from voice_note_chunks") == [(3, len(NOTE))]
    assert (await hear(house, room.mentor, room, note_id))[1] == NOTE


async def test_pieces_sent_at_once_are_each_there_once(house: House) -> None:
    room = await house.room()
    note_id = new_id()
    await begin(house, room.mentor, room, note_id, len(NOTE))
    replies = await asyncio.gather(
        *(put(house, room.mentor, room, note_id, number, piece) for number, piece in list(enumerate(PIECES)) * 3)
    )
    assert {reply.status for reply in replies} == {200}
    assert await house.sql("select count(*), sum(length(content)) from voice_note_chunks") == [(3, len(NOTE))]
    assert (await begin(house, room.mentor, room, note_id, len(NOTE))).body["milliseconds"] == 29_993


async def test_a_note_is_said_once_however_often_it_is_sent(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    note_id = await upload(house, room.mentor, room, NOTE)
    answers = await asyncio.gather(*(say(julien, room, note_id, SECONDS) for _ in range(5)))
    again = await house.open(room.mentor)
    answers.append(await say(again, room, note_id, SECONDS))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["seq"] == 1
    await lea.quiet()
    assert len(lea.events("chat:message")) == 1


async def test_what_is_not_whole_is_not_said(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    note_id = new_id()
    for step in range(3):
        refused: Any = await say(julien, room, note_id, SECONDS)
        assert refused["error"]["code"] == "conflict"
        assert (await hear(house, room.mentor, room, note_id))[0] == 404
        if step == 0:
            await begin(house, room.mentor, room, note_id, len(NOTE))
        await put(house, room.mentor, room, note_id, step, PIECES[step])
    for body in (
        "", shorten(note_id), body_of(note_id, 31), body_of(new_id(), SECONDS), f"{note_id} {SECONDS}",
        body_of(note_id, SECONDS) + " 06 12 34 56 78", "Bonjour",
    ):  # fmt: skip
        payload = {"room": room.number, "id": str(note_id), "kind": "voice", "body": body}
        refused = await julien.call("chat:send", payload)
        assert (refused["error"]["code"], refused["error"]["field"]) == ("bad_request", "body"), body
    assert (await say(julien, room, note_id, SECONDS))["seq"] == 1
    assert [message["kind"] for message in await lea.wait("chat:message")] == ["voice"]


async def test_a_note_of_another_cannot_be_said_nor_touched(house: House) -> None:
    room, other = await house.room(), await house.room()
    julien, lea, stranger = [await house.open(who) for who in (room.mentor, room.mentee, other.mentor)]
    note_id = await upload(house, room.mentor, room, NOTE)
    for client, where in ((lea, room), (stranger, other)):
        refused: Any = await say(client, where, note_id, SECONDS)
        assert refused["error"]["code"] == "conflict"
    assert (await begin(house, room.mentee, room, note_id, len(NOTE))).error == ("conflict", None)
    assert (await begin(house, other.mentor, other, note_id, len(NOTE))).error == ("conflict", None)
    assert (await begin(house, room.mentor, room, note_id, len(NOTE) - 1)).error == ("conflict", None)
    assert (await put(house, room.mentee, room, note_id, 0, PIECES[0])).error == ("conflict", None)
    assert (await put(house, other.mentor, other, note_id, 0, PIECES[0])).error == ("not_found", None)
    assert (await begin(house, other.mentor, room, new_id(), len(NOTE))).error == ("not_found", None)
    # Not said yet: nobody but its author hears it.
    for who in (room.mentee, other.mentor):
        assert (await hear(house, who, room, note_id))[0] == 404
    assert (await say(julien, room, note_id, SECONDS))["ok"]
    assert (await hear(house, room.mentee, room, note_id))[0] == 200
    for where in (room, other):
        assert (await hear(house, other.mentor, where, note_id))[0] == 404
    assert (await hear(house, room.mentee, other, note_id))[0] == 404


async def test_a_held_note_is_heard_by_no_one_before_its_release(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An organisation that wants notes to minors heard first: one line of the policy, and promise 2 holds."""
    monkeypatch.setitem(
        policy.table(), "voice", {**policy.table()["voice"], "adult_to_minor": policy.Rule("hold", 3, flag=True)}
    )
    room = await house.room()
    julien, lea, claire = [await house.open(who) for who in (room.mentor, room.mentee, room.supervisor)]
    note_id = await upload(house, room.mentor, room, NOTE)
    held = await say(julien, room, note_id, SECONDS)
    assert (held["state"], held["notice"]) == ("held", "held")
    (flag,) = await claire.wait("flag:raised")
    await lea.quiet()
    assert lea.events("chat:message") == []
    assert (await hear(house, room.mentee, room, note_id))[0] == 404
    assert (await hear(house, room.supervisor, room, note_id))[0] == 403  # nobody listens unseen
    await claire.call("room:enter", {"room": room.number})
    assert (await hear(house, room.supervisor, room, note_id))[:2] == (200, NOTE)
    await claire.call("room:leave", {"room": room.number})
    assert (await hear(house, room.supervisor, room, note_id))[0] == 403
    released = await house.decide(room.supervisor, flag["id"], "release")
    assert released.status == 200
    (message,) = await lea.wait("chat:message")
    assert (message["kind"], message["body"], message["changed"]) == ("voice", body_of(note_id, SECONDS), 2)
    assert (await hear(house, room.mentee, room, note_id))[:2] == (200, NOTE)
    other = await upload(house, room.mentee, room, NOTE)  # the other direction is another rule
    assert (await say(lea, room, other, SECONDS))["state"] == "delivered"


async def test_the_names_of_notes_are_not_read_as_words(house: House) -> None:
    """Else the digits of an identifier would stand between, or become, the pieces of a number."""
    room = await house.room()
    julien = await house.open(room.mentor)
    for piece in ("06 12", "34", "56"):
        assert (await julien.say(room, piece))["state"] == "delivered"
        note_id = await upload(house, room.mentor, room, NOTE)
        await say(julien, room, note_id, SECONDS)
        house.capabilities.rooms.chat._conversations._rooms.clear()
    assert (await julien.say(room, "78"))["state"] == "held"


@pytest.mark.parametrize(
    ("wanted", "status", "start", "end"),
    [
        (None, 200, 0, len(NOTE)),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=8191-8192", 206, 8_191, 8_193),
        ("bytes=9000-", 206, 9_000, len(NOTE)),
        ("bytes=-5", 206, len(NOTE) - 5, len(NOTE)),
        ("bytes=100-99999999", 206, 100, len(NOTE)),
    ],
)
async def test_ranges(house: House, wanted: str | None, status: int, start: int, end: int) -> None:
    room = await house.room()
    note_id = await upload(house, room.mentor, room, NOTE)
    got, content, headers = await hear(house, room.mentor, room, note_id, wanted)
    assert (got, content) == (status, NOTE[start:end])
    assert headers.get("Content-Range") == (f"bytes {start}-{end - 1}/{len(NOTE)}" if wanted else None)
    for beyond in (f"bytes={len(NOTE)}-", "bytes=9-5", "pages=1"):
        assert (await hear(house, room.mentor, room, note_id, beyond))[:2] == (416, b"")


async def test_what_is_no_note_is_refused_and_forgotten(house: House) -> None:
    room = await house.room()
    late = bytearray(NOTE)
    late[-1] ^= 1
    long = note(5_100)
    for content in (b"RIFF" + bytes(20_000), bytes(late), long):
        note_id = new_id()
        reply = await begin(house, room.mentor, room, note_id, len(content))
        for number in range(reply.body["chunks"]):
            reply = await put(house, room.mentor, room, note_id, number, content[number * CHUNK : (number + 1) * CHUNK])
            if reply.status != 200:
                break
        assert reply.error == ("bad_request", None)
        assert (await put(house, room.mentor, room, note_id, 0, PIECES[0])).error == ("not_found", None)
    assert await house.sql("select count(*) from voice_notes") == [(0,)]
    assert await house.sql("select count(*) from voice_note_chunks") == [(0,)]


async def test_bad_pieces_change_nothing(house: House) -> None:
    room = await house.room()
    note_id = new_id()
    assert (await put(house, room.mentor, room, note_id, 0, PIECES[0])).error == ("not_found", None)
    for size in (0, -1, 2**20 + 1, 2**70):
        assert (await begin(house, room.mentor, room, note_id, size)).status == 400
    await begin(house, room.mentor, room, note_id, len(NOTE))
    for number, content, code in (
        (0, PIECES[0][:-1], "bad_request"),
        (0, b"", "bad_request"),
        (2, PIECES[0], "bad_request"),
        (0, PIECES[0] + b"x", "too_large"),
        (3, PIECES[0], "not_found"),
        (128, PIECES[0], "not_found"),
        ("-1", PIECES[0], "not_found"),
        ("x", PIECES[0], "not_found"),
        ("9" * 40, PIECES[0], "not_found"),
    ):
        assert (await put(house, room.mentor, room, note_id, number, content)).error[0] == code, number
    path = f"/api/v1/rooms/{room.number}/notes/{note_id}/chunks/0"
    assert (await house.site.ask("PUT", path, {"x": 1}, token=room.mentor.token)).error[0] == "bad_request"
    assert await house.sql("select count(*) from voice_note_chunks") == [(0,)]


async def test_rights_are_asked_at_each_piece(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    note_id = new_id()
    await begin(house, room.mentor, room, note_id, len(NOTE))
    await put(house, room.mentor, room, note_id, 0, PIECES[0])
    await house.sql("update pairs set state = 'paused' where id = :id", id=room.pair.id)
    await julien.wait("room:rights")
    assert (await put(house, room.mentor, room, note_id, 1, PIECES[1])).error == ("room_closed", None)
    assert (await begin(house, room.mentor, room, new_id(), 100)).error == ("room_closed", None)
    await house.sql("update room_members set left_at = now() where account_id = :id", id=room.mentor.id)
    await julien.wait("room:rights", 2)
    assert (await hear(house, room.mentor, room, note_id))[0] == 404


async def test_nobody_fills_the_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await house.room()
    monkeypatch.setattr(rules, "UNFINISHED", 3)
    ids = [new_id() for _ in range(4)]
    replies = [await begin(house, room.mentor, room, note_id, len(NOTE)) for note_id in ids]
    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    assert replies[3].body["error"]["retry_in_ms"] == rules.QUOTA_PAUSE_MS
    assert (await begin(house, room.mentor, room, ids[0], len(NOTE))).status == 200  # what is begun goes on
    assert (await begin(house, room.mentee, room, new_id(), len(NOTE))).status == 200
    monkeypatch.setattr(rules, "UNFINISHED", 99)
    monkeypatch.setattr(rules, "QUOTA_BYTES", 4 * len(NOTE))
    assert (await begin(house, room.mentor, room, new_id(), len(NOTE) + 1)).error == ("too_fast", None)
    assert (await begin(house, room.mentor, room, new_id(), len(NOTE))).status == 200

    assert await house.sql("select count(*) from voice_notes") == [(5,)]


async def test_what_was_never_said_is_swept_up(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    said = await upload(house, room.mentor, room, NOTE)
    await say(julien, room, said, SECONDS)
    whole, fresh = await upload(house, room.mentor, room, NOTE), new_id()
    await begin(house, room.mentor, room, new_id(), len(NOTE))
    notes = house.capabilities.rooms.notes
    before = house.clock.now()
    house.clock.advance(timedelta(hours=1).total_seconds())
    await begin(house, room.mentor, room, fresh, len(NOTE))
    assert await notes.sweep(before) == 0
    assert await notes.sweep(house.clock.now()) == 2
    assert sorted(await house.sql("select id from voice_notes")) == sorted([(said,), (fresh,)])
    assert await house.sql("select count(*) from voice_note_chunks") == [(3,)]
    refused: Any = await say(julien, room, whole, SECONDS)  # its device sends it anew
    assert refused["error"]["code"] == "conflict"
    assert (await say(julien, room, await upload(house, room.mentor, room, NOTE, whole), SECONDS))["seq"] == 2
    assert (await hear(house, room.mentee, room, said))[:2] == (200, NOTE)
