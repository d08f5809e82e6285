"""Breaking the glass: with a motive, for an hour, told to the two at once or at the end of what a colleague put off."""

from datetime import timedelta
from typing import Any

from server.kernel.permissions import Role
from server.rooms.glass.glass import Glass
from tests.support.notes import note, say, upload
from tests.support.rooms import NOW, House, Person, Room

WHY = "Her brother called: nobody can reach her."


async def read(house: House, who: Person, room: Room, before: int | None = None) -> Any:
    query = f"?before={before}" if before else ""
    return await house.ask(who, "GET", f"/api/v1/glass/{room.id}/messages{query}")


async def break_glass(house: House, who: Person, room: Room, **more: str) -> Any:
    body = {"room": str(room.id), "motive": "danger", "sentence": WHY, **more}
    return await house.ask(who, "POST", "/api/v1/glass", body)


async def defer(house: House, who: Person, room: Room, days: float = 10) -> Any:
    until = (house.clock.now() + timedelta(days=days)).isoformat()
    body = {"room": str(room.id), "reason": "inquiry", "sentence": "The police asked us to wait.", "until": until}
    return await house.ask(who, "POST", "/api/v1/glass/deferrals", body)


async def journal(house: House, who: Person) -> list[dict[str, Any]]:
    reply = await house.ask(who, "GET", "/api/v1/journal")
    assert reply.status == 200
    lines: list[dict[str, Any]] = reply.body["lines"]
    return [{name: value for name, value in line.items() if name != "id"} for line in lines]


async def told(house: House, who: Person) -> list[tuple[str, str]]:
    reply = await house.ask(who, "GET", "/api/v1/notices")
    kinds = [(notice["kind"], notice["facts"].get("motive")) for notice in reply.body["notices"]]
    return [kind for kind in kinds if kind[0].startswith("glass")]


async def acts(house: House) -> list[str]:
    rows = await house.sql("select act from audit_entries where act like 'glass.%' order by sequence")
    return [row[0] for row in rows]


async def test_an_hour_told_at_once(house: House) -> None:
    room = await house.room()
    ines = await house.person(Role.SUPERVISOR, "Ines")
    lea = await house.open(room.mentee)
    for number in range(3):
        await lea.say(room, f"bonjour {number}")
    assert (await read(house, ines, room)).error == ("forbidden", None)  # not theirs
    assert (await break_glass(house, ines, room, sentence="  because  ")).error == ("bad_request", "sentence")
    assert (await break_glass(house, ines, room, motive="curious")).status == 400
    opened = await break_glass(house, ines, room)
    assert (opened.status, opened.body["expires_at"]) == (201, "2026-11-22T13:00:00.000Z")
    (news,) = await lea.wait("notice:new")
    assert (news["kind"], news["facts"]["motive"]) == ("glass_broken", "danger")
    assert await told(house, room.mentor) == [("glass_broken", "danger")]
    assert await told(house, room.supervisor) == [("glass_broken_pair", "danger")]
    assert (await break_glass(house, ines, room)).body["id"] == opened.body["id"]  # the same hour
    page = (await read(house, ines, room)).body
    assert ([message["body"] for message in page["messages"]], page["more"]) == (
        ["bonjour 0", "bonjour 1", "bonjour 2"],
        False,
    )
    before = (await read(house, ines, room, before=2)).body
    assert [message["body"] for message in before["messages"]] == ["bonjour 0"]
    line = {"at": "2026-11-22T12:00:00.000Z", "act": "glass.broken", "why": "danger"}
    line["reader"] = {"name": "Ines", "role": "supervisor"}  # type: ignore[assignment] # a line of JSON
    assert await journal(house, room.mentee) == [{**line, "others": ["Julien"]}]
    assert await journal(house, room.mentor) == [{**line, "others": ["Lea"]}]
    assert await journal(house, ines) == []
    house.clock.advance(3600)
    assert (await read(house, ines, room)).error == ("forbidden", None)
    assert await acts(house) == ["glass.broken", "glass.read", "glass.read"]


async def test_who_may_not(house: House) -> None:
    room, south = await house.room(), await house.room()
    answers = {
        "who answers for the pair": (room.supervisor, ("conflict", None)),
        "the young person": (room.mentee, ("forbidden", None)),
        "the mentor": (room.mentor, ("forbidden", None)),
    }
    for who, (person, refusal) in answers.items():
        assert (await break_glass(house, person, room)).error == refusal, who
    # A professional who was a mentor before is one of the two.
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await house.sql("update pairs set mentor_id = :who where id = :pair", who=samir.id, pair=south.pair.id)
    assert (await break_glass(house, samir, south)).error == ("not_found", None)
    assert (await defer(house, samir, south)).error == ("not_found", None)
    shown = (await house.ask(samir, "GET", "/api/v1/glass")).body
    assert [one["room"] for one in shown["rooms"]] == [str(room.id)]
    # Admins see that it was done, and no message.
    alice = await house.person(Role.ADMIN, "Alice")
    for answer in (
        await break_glass(house, alice, room),
        await read(house, alice, room),
        await defer(house, alice, room),
    ):
        assert answer.error == ("forbidden", None)
    shown = (await house.ask(alice, "GET", "/api/v1/glass")).body
    assert [one["breakable"] for one in shown["rooms"]] == [False, False]
    assert await acts(house) == []


async def test_put_off_by_a_colleague_it_is_told_at_the_end(house: House) -> None:
    room = await house.room()
    samir, ines = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Ines")
    assert (await defer(house, ines, room, days=31)).error == ("bad_request", "until")
    assert (await defer(house, ines, room, days=-1)).error == ("bad_request", "until")
    naive = {
        "room": str(room.id),
        "reason": "inquiry",
        "sentence": "The police asked us.",
        "until": "2026-12-01T12:00:00",
    }
    assert (await house.ask(ines, "POST", "/api/v1/glass/deferrals", naive)).error == ("bad_request", "until")
    assert (await defer(house, ines, room)).status == 204
    assert (await break_glass(house, samir, room)).body["tell_at"] == "2026-12-02T12:00:00.000Z"
    assert (await read(house, samir, room)).status == 200
    for person in (room.mentee, room.mentor):
        assert (await told(house, person), await journal(house, person)) == ([], [])
    # Who answers for the pair is not kept in the dark: they may know that it is a pretext.
    news = (await house.ask(room.supervisor, "GET", "/api/v1/notices")).body["notices"]
    assert [one["kind"] for one in news] == ["glass_broken_pair", "glass_deferred_pair"]
    shown = (await house.ask(ines, "GET", "/api/v1/glass")).body
    assert [(one["reader"]["name"], "told_at" in one) for one in shown["accesses"]] == [("Samir", False)]
    assert [(one["by"]["name"], one["reason"]) for one in shown["deferrals"]] == [("Ines", "inquiry")]
    # Nobody puts off telling of what they read themselves.
    assert (await break_glass(house, ines, room, motive="report")).body["told_at"] == "2026-11-22T12:00:00.000Z"
    assert await told(house, room.mentee) == [("glass_broken", "report")]
    glass = Glass(house.database, house.clock)
    await glass.tell({})
    assert await told(house, room.mentee) == [("glass_broken", "report")]
    house.clock.advance(10 * 86_400)
    for _ in range(2):  # once, however often it runs
        await glass.tell({})
    await house.sql("update auth_sessions set expires_at = :at", at=NOW + timedelta(days=60))
    assert sorted(await told(house, room.mentor)) == [("glass_broken", "danger"), ("glass_broken", "report")]
    late, own = await journal(house, room.mentee)
    assert (late["act"], late["at"], late["told"]) == (
        "glass.told",
        "2026-11-22T12:00:00.000Z",
        "2026-12-02T12:00:00.000Z",
    )
    assert (late["reader"], own["reader"]) == (
        {"name": "Samir", "role": "supervisor"},
        {"name": "Ines", "role": "supervisor"},
    )
    assert await acts(house) == [
        "glass.telling_deferred",
        "glass.broken_untold",
        "glass.read",
        "glass.broken",
        "glass.told",
    ]


async def end(house: House, who: Person, deferral: str) -> int:
    return int((await house.ask(who, "POST", f"/api/v1/glass/deferrals/{deferral}/end")).status)


async def test_a_deferral_that_ends_early_is_told_at_once(house: House) -> None:
    room = await house.room()
    samir, ines = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Ines")
    assert [(await defer(house, who, room, days)).status for who, days in ((ines, 10), (room.supervisor, 20))] == [
        204,
        204,
    ]
    assert (await break_glass(house, samir, room)).body["tell_at"] == "2026-12-12T12:00:00.000Z"
    house.clock.advance(3600)
    shown = (await house.ask(samir, "GET", "/api/v1/glass")).body["deferrals"]
    ours, theirs = (one["id"] for one in shown)
    assert await end(house, room.mentee, theirs) == 403
    assert await end(house, samir, theirs) == 204
    # The other one holds still, and is nearer.
    shown = (await house.ask(ines, "GET", "/api/v1/glass")).body
    assert [one["id"] for one in shown["deferrals"]] == [ours]
    assert [(one["tell_at"], "told_at" in one) for one in shown["accesses"]] == [("2026-12-02T12:00:00.000Z", False)]
    assert await told(house, room.mentee) == []
    assert [await end(house, who, ours) for who in (ines, samir)] == [204, 204]  # the second changes nothing
    for person in (room.mentee, room.mentor):
        assert await told(house, person) == [("glass_broken", "danger")]
    (line,) = await journal(house, room.mentee)
    assert (line["act"], line["at"], line["told"]) == (
        "glass.told",
        "2026-11-22T12:00:00.000Z",
        "2026-11-22T13:00:00.000Z",
    )
    await Glass(house.database, house.clock).tell({})
    assert await acts(house) == [
        *("glass.telling_deferred", "glass.telling_deferred", "glass.broken_untold"),
        *("glass.deferral_ended", "glass.deferral_ended", "glass.told"),
    ]
    # From here on nothing puts it off.
    assert "told_at" in (await break_glass(house, samir, room, motive="report")).body


async def test_a_voice_note_is_heard_in_the_same_hour(house: House) -> None:
    """By who may read, written down once however a player asks, and shown in the journal as the reading that it is."""
    room = await house.room()
    ines = await house.person(Role.SUPERVISOR, "Ines")
    voice = note(packets=60)
    note_id, unsaid = await upload(house, room.mentor, room, voice), await upload(house, room.mentor, room, voice)
    assert (await say(await house.open(room.mentor), room, note_id, 4))["ok"]
    path = f"/api/v1/glass/{room.id}/notes"
    assert (await house.ask(ines, "GET", f"{path}/{note_id}")).error == ("forbidden", None)
    assert (await break_glass(house, ines, room)).status == 201
    assert (await house.ask(room.supervisor, "GET", f"{path}/{note_id}")).error == ("conflict", None)
    assert (await house.ask(ines, "GET", f"{path}/{unsaid}")).error == ("not_found", None)
    headers = {"Authorization": f"Bearer {ines.token}"}
    for part in ({"Range": "bytes=1-"}, {"Range": "bytes=5-9"}, {}):
        async with house.site.http.get(f"{house.site.url}{path}/{note_id}", headers=headers | part) as reply:
            assert (reply.status, reply.content_type) == (206 if part else 200, "audio/ogg")
            heard = await reply.read()
    assert heard == voice
    assert [line["act"] for line in await journal(house, room.mentor)] == ["glass.broken"]
    assert await acts(house) == ["glass.broken", "glass.read"]
    house.clock.advance(3600)
    assert (await house.ask(ines, "GET", f"{path}/{note_id}")).error == ("forbidden", None)


async def test_the_journal_says_who_entered_and_when_they_left(house: House) -> None:
    """In pages, of oneself alone; what one did oneself is not in it."""
    room = await house.room()
    claire = await house.open(room.supervisor)
    for _ in range(51):
        assert (await claire.call("room:enter", {"room": room.number}))["ok"]
        house.clock.advance(60)
        assert (await claire.call("room:leave", {"room": room.number}))["ok"]
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    first = (await house.ask(room.mentee, "GET", "/api/v1/journal")).body
    assert (len(first["lines"]), first["more"]) == (50, True)
    assert "left" not in first["lines"][0]
    second = (await house.ask(room.mentee, "GET", f"/api/v1/journal?before={first['lines'][-1]['id']}")).body
    assert (len(second["lines"]), second["more"]) == (2, False)
    assert second["lines"][-1] == {
        "id": second["lines"][-1]["id"],
        "at": "2026-11-22T12:00:00.000Z",
        "act": "room.entered",
        "reader": {"name": "Claire", "role": "supervisor"},
        "others": ["Julien"],
        "how": "read",
        "left": "2026-11-22T12:01:00.000Z",
    }
    assert (await house.ask(room.supervisor, "GET", "/api/v1/journal")).body == {"lines": [], "more": False}


async def test_reading_around_a_flag_and_hearing_stand_in_the_journal(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    await julien.say(room, "appelle-moi au 06 12 34 56 78")
    ((flag,),) = await house.sql("select id from flags")
    assert (await house.ask(room.supervisor, "GET", f"/api/v1/flags/{flag}/context")).status == 200
    assert [(line["act"], line["reader"]["name"]) for line in await journal(house, room.mentee)] == [
        ("flag.context_read", "Claire")
    ]
    assert (await house.decide(room.supervisor, flag, "refuse", "unsafe")).status == 200
    found = await house.sql(
        "select act, by_id, about from audit_entries where act in ('flag.decided', 'message.ruled') order by sequence"
    )
    assert found == [
        ("flag.decided", room.supervisor.id, [room.mentor.id]),
        ("message.ruled", room.supervisor.id, [room.mentor.id]),
    ]
