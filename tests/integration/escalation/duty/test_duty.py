"""Who is on call: nobody is left without somebody silently, whoever saves what, and everybody concerned hears of it."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from server.escalation.duty.standing import OnDuty, on_duty
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.support.rooms import NOW, House, Person, organisation

MONDAY = date(2026, 11, 23)  # NOW is the Sunday before, at 13:00 in Paris
OFFICE = [{"day": day, "begins": "09:00", "ends": "18:00"} for day in range(1, 6)]
WEEKDAYS, WEEKEND = [1, 2, 3, 4, 5], [6, 7]

NOBODY = "01a208ee-0000-7000-8000-000000000000"


def shift(people: Sequence[Person], days: Sequence[int], begins: str, ends: str, **more: Any) -> dict[str, Any]:
    first = str(MONDAY - timedelta(days=7))
    return {
        "id": str(new_id()),
        "days": list(days),
        "begins": begins,
        "ends": ends,
        "first": first,
        "people": [str(person.id) for person in people],
    } | more


def rota_of(*people: Person) -> list[dict[str, Any]]:
    """Somebody at each hour when the office is closed, on holidays too."""
    return [
        shift(people, WEEKDAYS, "18:00", "09:00"),
        shift(people, WEEKEND, "09:00", "09:00", closures=True),
    ]


class Staff:
    """Two supervisors and an admin of one association, and somebody outside."""

    def __init__(self, house: House, claire: Person, denis: Person, alice: Person, contact: UUID) -> None:
        self.house, self.claire, self.denis, self.alice, self.contact = house, claire, denis, alice, contact

    @property
    def everyone(self) -> list[Person]:
        return [self.claire, self.denis, self.alice]

    async def save(self, by: Person, revision: int, **parts: Any) -> Any:
        return await self.house.ask(by, "PUT", "/api/v1/duty", {"revision": revision, **parts})

    async def seen(self, by: Person, query: str = "") -> Any:
        answer = await self.house.ask(by, "GET", f"/api/v1/duty{query}")
        assert answer.status == 200, answer.body
        return answer.body

    async def planned(self, *people: Person) -> None:
        """An office, a whole rota, and somebody outside."""
        whole = {"hours": OFFICE, "shifts": rota_of(*(people or (self.claire,))), "fallback": str(self.contact)}
        answer = await self.save(self.alice, 0, **whole)
        assert (answer.status, answer.body["gaps"]) == (200, []), answer.body
        await self.forget()

    async def forget(self) -> None:
        """What they have been told so far."""
        await self.house.sql("delete from account_notices")

    async def told(self, who: Person) -> list[tuple[str, Any]]:
        rows = await self.house.sql(
            "select kind, facts from account_notices where account_id = :who order by at, id", who=who.id
        )
        return [(kind, facts) for kind, facts in rows]

    async def kinds(self) -> dict[str, list[str]]:
        """What each was told, without its facts."""
        return {who.name: [kind for kind, _ in await self.told(who)] for who in self.everyone}

    async def on_duty(self, at: datetime) -> OnDuty:
        async with self.house.database.everywhere() as conn:
            return await on_duty(conn, self.house.north.id, at)

    async def looks(self) -> None:
        """The job has its turn."""
        await self.house.capabilities.duty.alarm.run({})

    async def trail(self, act: str) -> list[Any]:
        rows = await self.house.sql("select entry from audit_entries where act = :act order by sequence", act=act)
        return [json.loads(entry)["detail"] for (entry,) in rows]


@pytest.fixture
async def staff(house: House) -> Staff:
    claire = await house.person(Role.SUPERVISOR, "Claire")
    denis = await house.person(Role.SUPERVISOR, "Denis")
    alice = await house.person(Role.ADMIN, "Alice")
    return Staff(house, claire, denis, alice, await contact(house, alice))


async def contact(house: House, by: Person) -> UUID:
    contact_id = new_id()
    await house.sql(
        "insert into outside_contacts (id, organisation_id, name, phone, made_by, made_at)"
        " values (:id, :where, 'Samia, du siège', '+33612345678', :by, :at)",
        id=contact_id,
        where=by.principal.organisation_id,
        by=by.id,
        at=NOW,
    )
    return contact_id


def paris(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


def gap(begins: str, ends: str) -> Mapping[str, str]:
    return {"begins": f"{begins}:00.000Z", "ends": f"{ends}:00.000Z"}


async def test_an_association_that_has_planned_nothing_asks_its_professionals(staff: Staff) -> None:
    assert await staff.on_duty(NOW) == OnDuty(False, (staff.claire.id, staff.denis.id), (), None, True)
    view = await staff.seen(staff.claire)
    assert (view["revision"], view["zone"], view["today"]) == (0, "Europe/Paris", "2026-11-22")
    assert view["now"] == {
        "staffed": False,
        "on_call": [str(staff.claire.id), str(staff.denis.id)],
        "ladder": [],
        "uncovered": True,
    }
    assert view["gaps"] == [gap("2026-11-22T12:00", "2027-02-21T12:00")]


async def test_who_is_on_call_hour_by_hour(staff: Staff) -> None:
    ladder = [str(person.id) for person in (staff.denis, staff.claire, staff.alice)]
    await staff.planned(staff.claire)
    assert (await staff.save(staff.alice, 1, ladder=ladder)).status == 200
    up, contact = (staff.denis.id, staff.alice.id), staff.contact
    assert await staff.on_duty(NOW) == OnDuty(False, (staff.claire.id,), up, contact, False)
    office = await staff.on_duty(paris("2026-11-23T10:00"))
    assert office == OnDuty(True, (staff.claire.id, staff.denis.id), (staff.alice.id,), contact, False)
    night = await staff.on_duty(paris("2026-11-23T18:00"))
    assert night == OnDuty(False, (staff.claire.id,), up, contact, False)
    view = await staff.seen(staff.denis)
    assert [(each["begins"], each["staffed"], each["on_call"]) for each in view["stretches"][:3]] == [
        ("2026-11-15T23:00:00.000Z", False, []),  # before the first day of the plan
        ("2026-11-16T08:00:00.000Z", True, []),
        ("2026-11-16T17:00:00.000Z", False, [str(staff.claire.id)]),
    ]
    assert (view["gaps"], view["more_gaps"], view["fallback"]) == ([], 0, str(contact))
    assert view["contacts"] == [{"id": str(contact), "name": "Samia, du siège"}]


async def test_what_leaves_a_time_to_nobody_is_not_saved(staff: Staff) -> None:
    await staff.planned(staff.claire)
    nights = shift([staff.claire], [1, 2, 4, 5], "18:00", "09:00")
    refused = await staff.save(staff.denis, 1, shifts=[nights, rota_of(staff.claire)[1]])
    assert (refused.status, refused.body["error"]["code"]) == (409, "duty_gaps")
    wednesdays = [MONDAY + timedelta(days=2 + 7 * week) for week in range(13)]
    assert refused.body["error"]["gaps"] == [
        gap(f"{day}T17:00", f"{day + timedelta(days=1)}T08:00") for day in wednesdays
    ]
    after = await staff.seen(staff.denis)
    assert (after["revision"], after["gaps"], await staff.kinds()) == (1, [], {"Claire": [], "Denis": [], "Alice": []})


async def test_gaps_are_accepted_with_somebody_outside_and_are_an_alarm(staff: Staff) -> None:
    await staff.planned(staff.claire)
    fewer = [shift([staff.claire], [1, 2, 4, 5], "18:00", "09:00"), rota_of(staff.claire)[1]]
    alone = await staff.save(staff.denis, 1, shifts=fewer, fallback=None, accept_gaps=True)
    assert (alone.status, alone.body["error"]["code"], len(alone.body["error"]["gaps"])) == (409, "duty_gaps", 13)
    saved = await staff.save(staff.denis, 1, shifts=fewer, accept_gaps=True)
    assert (saved.status, len(saved.body["gaps"]), saved.body["revision"]) == (200, 13, 2)
    first = {"begins": "2026-11-25T17:00:00.000Z", "ends": "2026-11-26T08:00:00.000Z"}
    for who in staff.everyone:
        assert ("duty_gap", first | {"count": 13}) in await staff.told(who), who.name
    sent = await staff.house.sql("select account_id, kind, urgency, link from deliveries order by account_id")
    assert sent == [(who, "duty_gap", "prompt", "/#/duty") for who in sorted(person.id for person in staff.everyone)]
    (accepted,) = await staff.trail("duty.gaps_accepted")
    assert (accepted["count"], accepted["gaps"][0]) == (13, list(first.values()))
    assert [changed["parts"] for changed in await staff.trail("duty.changed")] == [
        ["hours", "shifts", "fallback"],
        ["shifts"],
    ]
    assert await staff.on_duty(paris("2026-11-25T20:00")) == OnDuty(
        False, (staff.claire.id, staff.denis.id), (), staff.contact, True
    )
    # While gaps stand, the contact outside stays.
    refused = await staff.save(staff.denis, 2, fallback=None, accept_gaps=True)
    assert (refused.status, refused.body["error"]["code"]) == (409, "duty_gaps")
    # What mends it in part is taken, and says what is left.
    mended = await staff.save(staff.denis, 2, shifts=[*fewer, shift([staff.denis], [3], "18:00", "23:00")])
    assert (mended.status, mended.body["gaps"][0]) == (200, gap("2026-11-25T22:00", "2026-11-26T08:00"))


async def test_who_is_asked_last_is_not_taken_out_of_the_contacts(staff: Staff) -> None:
    """Not while the plan names them, whoever was faster: a page must not go to nobody."""
    house, alice = staff.house, staff.alice
    await staff.planned(staff.claire)
    path = f"/api/v1/reach/contacts/{staff.contact}"
    refused = await house.ask(alice, "DELETE", path)
    assert (refused.status, refused.body["error"]["code"]) == (409, "conflict")
    assert "astreinte" in refused.body["error"]["message"]
    assert (await staff.on_duty(NOW)).fallback == staff.contact
    another = await contact(house, alice)
    assert (await staff.save(alice, 1, fallback=str(another))).status == 200
    assert (await house.ask(alice, "DELETE", path)).status == 204
    revision = 2
    for _ in range(5):
        fresh = await contact(house, alice)
        saved, removed = await asyncio.gather(
            staff.save(alice, revision, fallback=str(fresh)),
            house.ask(alice, "DELETE", f"/api/v1/reach/contacts/{fresh}"),
        )
        assert (saved.status, removed.status) in {(200, 409), (404, 204)}
        revision += saved.status == 200
        asked = (await staff.on_duty(NOW)).fallback
        assert asked == (fresh if saved.status == 200 else another)
        another = asked


async def test_more_gaps_than_anybody_lists_are_accepted_and_told_of_as_one(staff: Staff) -> None:
    await staff.planned(staff.claire)
    weekends = [shift([staff.claire], WEEKEND, "09:00", "09:00")]
    saved = await staff.save(staff.alice, 1, shifts=weekends, accept_gaps=True)
    assert (saved.status, len(saved.body["gaps"]), saved.body["more_gaps"]) == (200, 60, 5)
    (accepted,) = await staff.trail("duty.gaps_accepted")
    assert (accepted["count"], len(accepted["gaps"])) == (65, 60)
    assert [facts["count"] for kind, facts in await staff.told(staff.denis) if kind == "duty_gap"] == [65]


async def test_each_day_again_until_it_is_mended(staff: Staff) -> None:
    await staff.planned(staff.claire)
    fewer = [shift([staff.claire], [1, 2, 4, 5], "18:00", "09:00"), rota_of(staff.claire)[1]]
    assert (await staff.save(staff.alice, 1, shifts=fewer, accept_gaps=True)).status == 200
    await staff.forget()
    for day in range(3):
        for _ in range(3):  # every few minutes, and several processes
            await asyncio.gather(staff.looks(), staff.looks())
            staff.house.clock.advance(300)
        assert await staff.kinds() == dict.fromkeys(("Claire", "Denis", "Alice"), ["duty_gap"] * day)
        staff.house.clock.advance(86_400 - 900)
    eve = await staff.house.person(Role.ADMIN, "Eve")
    assert (await staff.save(eve, 2, shifts=rota_of(staff.claire))).status == 200
    await staff.forget()
    staff.house.clock.advance(86_400)
    await staff.looks()
    assert await staff.kinds() == {"Claire": [], "Denis": [], "Alice": []}


async def test_a_closed_account_opens_a_gap_and_is_told_at_once(staff: Staff) -> None:
    await staff.planned(staff.claire)
    assert (await staff.house.ask(staff.alice, "POST", f"/api/v1/accounts/{staff.claire.id}/close")).status == 204
    kinds = await staff.kinds()
    assert [kinds[who].count("duty_gap") for who in ("Claire", "Denis", "Alice")] == [0, 1, 1]
    assert (await staff.on_duty(NOW)).uncovered
    await staff.looks()
    assert (await staff.kinds())["Denis"].count("duty_gap") == 1  # it was told
    assert (await staff.house.ask(staff.alice, "POST", f"/api/v1/accounts/{staff.claire.id}/reopen")).status == 204
    assert not (await staff.on_duty(NOW)).uncovered


async def test_what_a_first_plan_leaves_open_is_told_at_once(staff: Staff) -> None:
    saved = await staff.save(staff.alice, 0, hours=OFFICE)
    assert saved.status == 200
    await staff.looks()
    assert await staff.kinds() == {"Claire": ["duty_gap"], "Denis": ["duty_gap"], "Alice": ["duty_gap"]}


async def test_a_gap_of_which_nobody_heard_is_told_the_same_day(staff: Staff) -> None:
    await staff.planned(staff.claire)
    await staff.house.sql(
        "insert into duty_changes (id, organisation_id, out_id, begins, ends, state, asked_by, asked_at, accepted_at)"
        " select new.id, :where, :who, new.begins, new.begins + interval '1 hour', 'accepted', :who, :at, :at"
        " from (values (cast(:one as uuid), cast('2026-11-24T20:00Z' as timestamptz))) new (id, begins)",
        where=staff.house.north.id,
        who=staff.claire.id,
        one=new_id(),
        at=NOW,
    )
    await staff.looks()
    assert [facts for _, facts in await staff.told(staff.denis)] == [
        {"begins": "2026-11-24T20:00:00.000Z", "ends": "2026-11-24T21:00:00.000Z", "count": 1}
    ]
    staff.house.clock.advance(3600)
    await staff.house.sql("update duty_changes set ends = ends + interval '1 hour'")
    await staff.looks()
    assert len(await staff.told(staff.denis)) == 2


async def test_of_two_who_save_at_once_the_second_is_told(staff: Staff) -> None:
    await staff.planned(staff.claire)
    answers = await asyncio.gather(
        staff.save(staff.alice, 1, shifts=rota_of(staff.denis)), staff.save(staff.denis, 1, shifts=rota_of(staff.alice))
    )
    assert sorted(answer.status for answer in answers) == [200, 409]
    (refused,) = [answer for answer in answers if answer.status == 409]
    assert refused.body["error"]["code"] == "conflict"
    assert (await staff.seen(staff.claire))["revision"] == 2


async def test_while_an_account_is_closed_a_plan_on_it_is_saved(staff: Staff) -> None:
    """Whichever is first: the gap is refused, or told of."""
    await staff.planned(staff.claire)
    saved, _ = await asyncio.gather(
        staff.save(staff.alice, 1, shifts=rota_of(staff.denis)),
        staff.house.ask(staff.alice, "POST", f"/api/v1/accounts/{staff.denis.id}/close"),
    )
    if saved.status == 200:
        assert "duty_gap" in (await staff.kinds())["Claire"]
    else:
        assert saved.status in (400, 409)
        assert (await staff.seen(staff.claire))["gaps"] == []


@pytest.mark.parametrize(
    ("part", "wrong", "field"),
    [
        ("hours", [{"day": 1, "begins": "9:00", "ends": "18:00"}], "hours[0].begins"),
        ("hours", [{"day": 8, "begins": "09:00", "ends": "18:00"}], "hours[0].day"),
        ("hours", [OFFICE[0], OFFICE[0]], "hours"),
        ("closures", [{"first": "2026-12-25", "last": "2026-12-24", "why": "Noël"}], "closures"),
        ("closures", [{"first": "2026-12-25", "last": "2026-12-25", "why": "Noël"}] * 2, "closures"),
        ("closures", [{"first": "2026-12-25", "last": "2026-12-25", "why": " "}], "closures"),
        ("closures", [{"first": "2026-12-25", "last": "2026-12-25", "why": "x" * 81}], "closures"),
    ],
)
async def test_bad_input_is_refused_whole(staff: Staff, part: str, wrong: Any, field: str) -> None:
    await staff.planned(staff.claire)
    refused = await staff.save(staff.alice, 1, **{part: wrong})
    assert (refused.status, refused.error) == (400, ("bad_request", field))
    assert (await staff.seen(staff.alice))["revision"] == 1


@pytest.mark.parametrize(("part", "wrong"), [("fallback", NOBODY), ("ladder", [NOBODY])])
async def test_who_does_not_exist_is_not_found(staff: Staff, part: str, wrong: Any) -> None:
    await staff.planned(staff.claire)
    assert (await staff.save(staff.alice, 1, **{part: wrong})).error == ("not_found", part)


async def test_a_shift_that_cannot_be_is_refused(staff: Staff) -> None:
    await staff.planned(staff.claire)
    mentor = await staff.house.person(Role.MENTOR, "Julien")
    south = await organisation(staff.house.database, "South")
    bob = await staff.house.person(Role.SUPERVISOR, "Bob", where=south)
    for wrong in (
        shift([mentor], WEEKEND, "09:00", "18:00"),
        shift([staff.claire, staff.claire], WEEKEND, "09:00", "18:00"),
        shift([staff.claire], [], "09:00", "18:00"),
        shift([staff.claire], WEEKEND, "09:00", "18:00", last="2026-01-01"),
        shift([], WEEKEND, "09:00", "18:00"),
    ):
        refused = await staff.save(staff.alice, 1, shifts=[*rota_of(staff.claire), wrong])
        assert refused.error is not None
        assert (refused.status, refused.error[1].partition("[")[0]) == (400, "shifts"), wrong
    strange = shift([bob], WEEKEND, "09:00", "18:00")
    assert (await staff.save(staff.alice, 1, shifts=[strange])).error == ("not_found", "shifts")
    twice = shift([staff.claire], WEEKEND, "09:00", "18:00")
    assert (await staff.save(staff.alice, 1, shifts=[twice, twice])).status == 400


async def test_another_association_sees_and_changes_nothing_of_it(staff: Staff) -> None:
    await staff.planned(staff.claire)
    south = await organisation(staff.house.database, "South")
    bob = await staff.house.person(Role.ADMIN, "Bob", where=south)
    assert (await staff.seen(bob))["shifts"] == []
    assert (await staff.save(bob, 0, fallback=str(staff.contact))).error == ("not_found", "fallback")
    ((taken,), *_) = await staff.house.sql("select id from duty_shifts")
    foreign = shift([bob], WEEKDAYS, "18:00", "09:00", id=str(taken))
    assert (await staff.save(bob, 0, shifts=[foreign])).status == 409
    assert len((await staff.seen(staff.claire))["shifts"]) == 2


async def swap(staff: Staff, by: Person, to: Person, begins: str, ends: str) -> tuple[str, Any]:
    change_id = str(new_id())
    body = {"id": change_id, "to": str(to.id), "begins": f"{begins}Z", "ends": f"{ends}Z"}
    return change_id, await staff.house.ask(by, "POST", "/api/v1/duty/swaps", body)


async def act(staff: Staff, by: Person, change_id: str, what: str, **body: Any) -> Any:
    return await staff.house.ask(by, "POST", f"/api/v1/duty/changes/{change_id}/{what}", body)


NIGHT = ("2026-11-22T18:00:00", "2026-11-23T06:00:00")  # sessions of tests last a day
AT_NIGHT = paris("2026-11-22T22:00")


async def test_a_swap_counts_once_it_is_accepted(staff: Staff) -> None:
    await staff.planned(staff.claire)
    change_id, asked = await swap(staff, staff.claire, staff.denis, *NIGHT)
    assert asked.status == 201
    again = {"id": change_id, "to": str(staff.denis.id), "begins": f"{NIGHT[0]}Z", "ends": f"{NIGHT[1]}Z"}
    assert (await staff.house.ask(staff.claire, "POST", "/api/v1/duty/swaps", again)).status == 201  # the same
    assert (await staff.on_duty(AT_NIGHT)).on_call == (staff.claire.id,)
    assert await staff.kinds() == {"Claire": [], "Denis": ["duty_swap_asked"], "Alice": []}
    for wrong in (staff.claire, staff.alice):  # only who was asked answers
        assert (await act(staff, wrong, change_id, "answer", accept=True)).error == ("conflict", None)
    assert (await act(staff, staff.denis, change_id, "answer", accept=True)).status == 200
    assert (await staff.on_duty(AT_NIGHT)).on_call == (staff.denis.id,)
    assert (await staff.on_duty(AT_NIGHT + timedelta(days=1))).on_call == (staff.claire.id,)
    assert (await act(staff, staff.denis, change_id, "answer", accept=False)).error == ("conflict", None)
    assert (await staff.kinds())["Claire"] == ["duty_swap_accepted"]
    assert (await act(staff, staff.denis, change_id, "withdraw")).status == 200
    assert (await staff.on_duty(AT_NIGHT)).on_call == (staff.claire.id,)
    (change,) = (await staff.seen(staff.claire))["changes"]
    assert (change["state"], change["out"], change["into"]) == ("withdrawn", str(staff.claire.id), str(staff.denis.id))
    assert [done["state"] for done in await staff.trail("duty.swapped")] == ["asked", "accepted", "withdrawn"]


async def test_a_swap_is_answered_once_whoever_is_quicker(staff: Staff) -> None:
    await staff.planned(staff.claire)
    change_id, _ = await swap(staff, staff.claire, staff.denis, *NIGHT)
    twice = [act(staff, staff.denis, change_id, "answer", accept=True) for _ in range(2)]
    assert sorted(answer.status for answer in await asyncio.gather(*twice)) == [200, 409]
    assert (await staff.kinds())["Claire"] == ["duty_swap_accepted"]
    change_id, _ = await swap(staff, staff.denis, staff.alice, *NIGHT)
    accepted, withdrawn = await asyncio.gather(
        act(staff, staff.alice, change_id, "answer", accept=True), act(staff, staff.denis, change_id, "withdraw")
    )
    assert (accepted.status, withdrawn.status) in ((200, 200), (409, 200))
    assert (await staff.on_duty(AT_NIGHT)).on_call == (staff.denis.id,)


async def test_a_swap_is_asked_by_who_is_on_call_of_a_colleague_for_a_time_to_come(staff: Staff) -> None:
    await staff.planned(staff.claire)
    mentor = await staff.house.person(Role.MENTOR, "Julien")
    south = await organisation(staff.house.database, "South")
    bob = await staff.house.person(Role.SUPERVISOR, "Bob", where=south)
    past = ("2026-11-20T17:00:00", "2026-11-21T08:00:00")
    for by, to, span, field in (
        (staff.denis, staff.claire, NIGHT, "begins"),
        (staff.claire, staff.claire, NIGHT, "to"),
        (staff.claire, mentor, NIGHT, "to"),
        (staff.claire, staff.denis, past, "ends"),
        (staff.claire, staff.denis, NIGHT[::-1], "ends"),
    ):
        _, refused = await swap(staff, by, to, *span)
        assert (refused.status, refused.error) == (400, ("bad_request", field)), (by.name, to.name)
    assert (await swap(staff, staff.claire, bob, *NIGHT))[1].error == ("not_found", "to")
    change_id, _ = await swap(staff, staff.claire, staff.denis, *NIGHT)
    assert (await act(staff, bob, change_id, "answer", accept=True)).status == 404
    assert (await act(staff, bob, change_id, "withdraw")).status == 404
    staff.house.clock.advance(20 * 3_600)
    assert (await act(staff, staff.denis, change_id, "answer", accept=True)).error == ("conflict", None)
    assert (await staff.on_duty(AT_NIGHT)).on_call == (staff.claire.id,)


async def test_nobody_accepts_while_they_are_away(staff: Staff) -> None:
    await staff.planned(staff.claire)
    change_id, _ = await swap(staff, staff.claire, staff.denis, *NIGHT)
    away = {"id": str(new_id()), "out": str(staff.denis.id), "begins": f"{NIGHT[0]}Z", "ends": f"{NIGHT[1]}Z"}
    assert (await staff.house.ask(staff.denis, "POST", "/api/v1/duty/changes", away)).status == 201
    refused = await act(staff, staff.denis, change_id, "answer", accept=True)
    assert refused.body["error"]["code"] == "duty_gaps"
    assert refused.body["error"]["gaps"] == [{"begins": f"{NIGHT[0]}.000Z", "ends": f"{NIGHT[1]}.000Z"}]


async def test_an_absence_needs_somebody_instead(staff: Staff) -> None:
    await staff.planned(staff.claire)
    span = {"begins": f"{NIGHT[0]}Z", "ends": f"{NIGHT[1]}Z"}
    away = {"id": str(new_id()), "out": str(staff.claire.id), **span}
    refused = await staff.house.ask(staff.alice, "POST", "/api/v1/duty/changes", away)
    assert (refused.status, refused.body["error"]["code"]) == (409, "duty_gaps")
    extra = {"id": str(new_id()), "into": str(staff.denis.id), **span}
    assert (await staff.house.ask(staff.alice, "POST", "/api/v1/duty/changes", extra)).status == 201
    assert (await staff.on_duty(AT_NIGHT)).on_call == (staff.claire.id, staff.denis.id)
    assert (await staff.house.ask(staff.alice, "POST", "/api/v1/duty/changes", away)).status == 201
    assert (await staff.on_duty(AT_NIGHT)).on_call == (staff.denis.id,)
    assert await staff.kinds() == {"Claire": ["duty_absence_accepted"], "Denis": ["duty_extra_accepted"], "Alice": []}
    refused = await act(staff, staff.denis, extra["id"], "withdraw")
    assert refused.body["error"]["code"] == "duty_gaps"
    assert (await act(staff, staff.denis, extra["id"], "withdraw", accept_gaps=True)).status == 200
    assert (await staff.on_duty(AT_NIGHT)).uncovered
    assert (await staff.kinds())["Denis"][-1] == "duty_gap"


async def test_what_has_begun_ends_now_and_what_was_stays(staff: Staff) -> None:
    await staff.planned(staff.claire)
    change_id, _ = await swap(staff, staff.claire, staff.denis, *NIGHT)
    assert (await act(staff, staff.denis, change_id, "answer", accept=True)).status == 200
    staff.house.clock.advance((AT_NIGHT - NOW).total_seconds())
    assert (await act(staff, staff.claire, change_id, "withdraw")).status == 200
    assert (await staff.on_duty(AT_NIGHT - timedelta(minutes=1))).on_call == (staff.denis.id,)
    assert (await staff.on_duty(AT_NIGHT)).on_call == (staff.claire.id,)
    assert (await act(staff, staff.claire, change_id, "withdraw")).error == ("conflict", None)


async def test_public_holidays_where_the_association_is(staff: Staff) -> None:
    paris = (await staff.house.ask(staff.alice, "GET", "/api/v1/duty/holidays?year=2027")).body["holidays"]
    assert (len(paris), paris[1]) == (11, {"day": "2027-03-29", "name": "Lundi de Pâques"})
    await staff.house.sql("update organisations set zone = 'Indian/Reunion'")
    reunion = (await staff.house.ask(staff.alice, "GET", "/api/v1/duty/holidays?year=2027")).body["holidays"]
    assert [each for each in reunion if each not in paris] == [
        {"day": "2027-12-20", "name": "Abolition de l’esclavage"}
    ]
