"""Requests on one's data: who may make one, what becomes of it, and that nobody forgets its day."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.support.rooms import House, Person

OWN = "/api/v1/data/requests"
DESK = "/api/v1/data/desk"


async def make(house: House, who: Person, kind: str, person: UUID | None = None) -> tuple[str, int]:
    body: dict[str, Any] = {"id": str(new_id()), "kind": kind, "words": "mon nom s’écrit Léa"}
    if person is not None:
        body["person"] = str(person)
    return body["id"], (await house.ask(who, "POST", OWN, body)).status


async def step(house: House, who: Person, request: str, **body: Any) -> int:
    return int((await house.ask(who, "POST", f"{DESK}/{request}/step", body)).status)


async def notices(house: House, who: Person) -> list[str]:
    return [one["kind"] for one in (await house.ask(who, "GET", "/api/v1/notices")).body["notices"]]


async def test_a_minor_asks_alone_and_sees_each_step(house: House) -> None:
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")
    request, status = await make(house, room.mentee, "correction")
    assert status == 204
    assert "request_made" in await notices(house, nora)
    own = (await house.ask(room.mentee, "GET", OWN)).body
    assert [(one["state"], one["due_on"], one["days"]) for one in own["requests"]] == [("received", "2026-12-22", 30)]
    assert await step(house, room.supervisor, request, step="take", revision=0) == 204
    assert await step(house, nora, request, step="take", revision=0) == 409  # a colleague was faster
    assert await step(house, nora, request, step="extend", revision=1) == 400  # not without a reason
    assert await step(house, nora, request, step="extend", revision=1, words="beaucoup à relire") == 204
    assert await step(house, nora, request, step="extend", revision=2, words="encore") == 409
    assert await step(house, room.supervisor, request, step="answer", revision=2, words="C’est fait.") == 204
    (done,) = (await house.ask(room.mentee, "GET", OWN)).body["requests"]
    assert (done["state"], done["due_on"], done["answer"]) == ("answered", "2027-02-22", "C’est fait.")
    assert (done["taken_by"], done["ended_by"], done["extended_why"]) == ("Claire", "Claire", "beaucoup à relire")
    told = set(await notices(house, room.mentee))
    assert {"request_taken", "request_extended", "request_answered"} <= told
    acts = await house.sql("select act from audit_entries where act like 'request%' order by sequence")
    assert [act for (act,) in acts] == [
        "request.made",
        "request.taken",
        "request.extended",
        "request.answered",
    ]


async def test_one_of_a_kind_at_a_time_and_twice_is_once(house: House) -> None:
    room = await house.room()
    body = {"id": str(new_id()), "kind": "access"}
    assert [(await house.ask(room.mentor, "POST", OWN, body)).status for _ in range(2)] == [204, 204]
    assert (await make(house, room.mentor, "access"))[1] == 409
    assert (await make(house, room.mentor, "erasure"))[1] == 204
    path, which = f"{OWN}/withdraw", {"id": body["id"]}
    assert (await house.ask(room.mentee, "POST", path, which)).status == 409
    assert [(await house.ask(room.mentor, "POST", path, which)).status for _ in range(2)] == [204, 409]
    assert (await make(house, room.mentor, "access"))[1] == 204


async def test_a_guardian_asks_for_a_child_under_15_and_for_nobody_else(house: House) -> None:
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    child = await house.room(mentee_born=date(2014, 3, 4), guardian=sophie)
    grown = await house.room(mentee_born=date(2010, 3, 4))
    assert (await make(house, sophie, "access", child.mentee.id))[1] == 204
    assert (await make(house, sophie, "access", grown.mentee.id))[1] == 404
    assert (await make(house, child.mentor, "access", child.mentee.id))[1] == 404
    listed = (await house.ask(sophie, "GET", OWN)).body
    assert [one["name"] for one in listed["children"]] == ["Lea"]
    assert [one["about"]["name"] for one in listed["requests"]] == ["Lea"]
    assert [one["by"]["name"] for one in (await house.ask(child.mentee, "GET", OWN)).body["requests"]] == ["Sophie"]
    assert "request_made_for_you" in await notices(house, child.mentee)
    assert "request_by_guardian" in await notices(house, child.supervisor)  # who may know why it must not be answered


async def test_a_parent_reads_neither_the_childs_requests_nor_the_other_parents_and_stops_none(house: House) -> None:
    sophie, marc = await house.person(Role.GUARDIAN, "Sophie"), await house.person(Role.GUARDIAN, "Marc")
    room = await house.room(mentee_born=date(2014, 3, 4), guardian=sophie)
    nora = await house.person(Role.ADMIN, "Nora")
    path = f"/api/v1/mentees/{room.mentee.id}/guardians"
    link = {"guardian": str(marc.id), "relation": "parent", "authority": True, "paper": "judgment"}
    assert (await house.ask(nora, "POST", path, link)).status == 201
    made = {who.name: await make(house, who, "access", room.mentee.id) for who in (sophie, marc, room.mentee)}
    assert [status for _, status in made.values()] == [204] * 3  # nor does one's answer tell of another's
    for who in (sophie, marc):
        own = (await house.ask(who, "GET", OWN)).body["requests"]
        assert [one["id"] for one in own] == [made[who.name][0]]
    seen = (await house.ask(room.mentee, "GET", OWN)).body["requests"]
    assert sorted(one["by"]["name"] for one in seen) == ["Lea", "Marc", "Sophie"]


async def test_a_parents_requests_end_at_15_where_the_association_is(house: House) -> None:
    """On Réunion the birthday begins four hours before the day of UTC does."""
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(mentee_born=date(2011, 11, 23), guardian=sophie)
    await house.sql("update organisations set zone = 'Indian/Reunion'")
    house.clock.advance(7.9 * 3600)  # 19:54 UTC on the eve
    assert len((await house.ask(sophie, "GET", OWN)).body["children"]) == 1
    house.clock.advance(0.2 * 3600)
    assert (await house.ask(sophie, "GET", OWN)).body["children"] == []
    assert (await make(house, sophie, "erasure", room.mentee.id))[1] == 404


async def test_a_supervisor_has_their_own_caseload_and_decides_no_erasure(house: House) -> None:
    room, other = await house.room(), await house.room()
    request, _ = await make(house, room.mentee, "erasure")
    mine = (await house.ask(room.supervisor, "GET", DESK)).body["requests"]
    assert [one["id"] for one in mine] == [request]
    assert (await house.ask(other.supervisor, "GET", DESK)).body["requests"] == []
    assert await step(house, other.supervisor, request, step="take", revision=0) == 404
    assert await step(house, room.supervisor, request, step="answer", revision=0, words="non") == 403
    assert (await house.ask(room.supervisor, "POST", f"{DESK}/{request}/erase", {"revision": 0})).status == 403


async def test_nobody_has_a_caseload_for_life(house: House) -> None:
    room = await house.room()
    request, _ = await make(house, room.mentee, "access")
    await house.sql("update pairs set state = 'closed', closed_at = now() where id = :id", id=room.pair.id)
    assert (await house.ask(room.supervisor, "GET", DESK)).body["requests"] == []
    assert await step(house, room.supervisor, request, step="take", revision=0) == 404
    export = f"/api/v1/data/export?person={room.mentee.id}"
    assert (await house.ask(room.supervisor, "GET", export)).status == 404


async def test_staff_is_warned_before_the_day_and_after_it(house: House) -> None:
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")
    await make(house, room.mentee, "access")
    warn = house.capabilities.data.reminders.run
    given = []
    for _ in range(32):
        house.clock.advance(86_400)
        await warn({})
        await warn({})
    rows = await house.sql(
        "select kind, cast(at as date) from account_notices where account_id = :id and kind like 'request_%'"
        " order by at",
        id=nora.id,
    )
    given = [(kind, day.isoformat()) for kind, day in rows]
    assert given == [
        ("request_made", "2026-11-22"),
        ("request_due", "2026-12-15"),
        ("request_due", "2026-12-19"),
        ("request_due", "2026-12-22"),
        ("request_overdue", "2026-12-23"),
    ]


async def test_an_extension_is_said_within_the_first_month(house: House) -> None:
    """GDPR article 12.3: the reasons for the delay, within one month of receipt."""
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")
    request, _ = await make(house, room.mentee, "access")
    house.clock.advance(31 * 86_400)
    await house.sql("update auth_sessions set expires_at = :at", at=house.clock.now() + timedelta(days=1))
    late = {"step": "extend", "revision": 0, "words": "beaucoup à relire"}
    reply = await house.ask(nora, "POST", f"{DESK}/{request}/step", late)
    assert (reply.status, reply.body["error"]["message"][:20]) == (409, "Il est trop tard pou")
    assert await step(house, nora, request, step="answer", revision=0, words="Avec nos excuses.") == 204


async def in_force(house: House) -> list[tuple[UUID, str, bool]]:
    """(whose, what, whether it goes on without a day) of all that is put aside now."""
    rows = await house.sql(
        "select account_id, kind, until is null from restrictions where until is null or until > :now order by kind",
        now=house.clock.now(),
    )
    return [tuple(row) for row in rows]


async def test_data_is_put_aside_from_the_day_that_somebody_asks(house: House) -> None:
    """Until it is taken back, refused, or lifted with a week's notice."""
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")
    taken_back, _ = await make(house, room.mentor, "objection")
    refused, _ = await make(house, room.mentor, "restriction")
    granted, _ = await make(house, room.mentee, "restriction")
    assert sorted(kind for _, kind, _ in await in_force(house)) == ["objection", "restriction", "restriction"]
    assert (await house.ask(room.mentor, "POST", f"{OWN}/withdraw", {"id": taken_back})).status == 204
    assert await step(house, nora, refused, step="refuse", revision=0, words="il n’y a pas de raison") == 204
    assert (await house.ask(nora, "POST", f"{DESK}/{granted}/lift")).status == 204  # nothing to lift before an answer
    assert await step(house, room.supervisor, granted, step="answer", revision=0, words="C’est fait.") == 204
    assert await in_force(house) == [(room.mentee.id, "restriction", True)]
    (card,) = (await house.ask(room.mentee, "GET", OWN)).body["requests"]
    assert (card["aside"], "aside_until" in card) == (True, False)
    other = await house.room()
    assert (await house.ask(other.supervisor, "POST", f"{DESK}/{granted}/lift")).error == ("not_found", None)
    for _ in range(2):
        assert (await house.ask(nora, "POST", f"{DESK}/{granted}/lift")).status == 204
    assert (await notices(house, room.mentee)).count("request_lifted") == 1
    (card,) = (await house.ask(room.mentee, "GET", OWN)).body["requests"]
    assert (card["aside"], card["aside_until"]) == (True, "2026-11-29T12:00:00.000Z")
    house.clock.advance(7 * 86_400)
    assert await in_force(house) == []
    lifted = await house.sql("select about from audit_entries where act = 'restriction.lifted'")
    assert lifted == [([room.mentee.id],)]
