"""Two cases that become one, when who runs the one is in the other, or one of the pair that the other is about."""

from typing import Any
from uuid import UUID

from server.escalation.opening import NewCase, open_case
from server.escalation.rules import Part
from server.kernel.permissions import Role
from tests.support.rooms import House, Person, Room


async def test_who_owned_a_case_does_not_run_what_is_about_them(house: House) -> None:
    await house.capabilities.escalation.pager.stop()  # a page in between, and the case has moved on
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    of: dict[str, Any] = {"about_id": room.mentee.id, "pair_id": room.pair.id, "joins": False}
    at = house.clock.now()
    young: tuple[UUID, Part] = (room.mentee.id, "young")
    async with house.bound.begin(house.north.id) as conn:
        kept = await open_case(
            conn,
            NewCase(house.north.id, "flag", "other", 3, at, room.mentee.id, room.supervisor.id, parts=[young], **of),
        )
        put_under = await open_case(
            conn,
            NewCase(
                house.north.id,
                "report",
                "abuse",
                3,
                at,
                room.mentee.id,
                parts=[young, (room.supervisor.id, "reported")],
                **of,
            ),
        )
    house.clock.advance(3_600)  # beyond their deadlines, any supervisor sees both
    cases = f"/api/v1/cases/{put_under}"
    revision = (await house.ask(samir, "GET", cases)).body["revision"]
    merged = await house.ask(samir, "POST", f"{cases}/merge", {"revision": revision, "into": str(kept)})
    assert (merged.status, merged.body["id"], merged.body["owner"]["name"]) == (200, str(kept), "Samir")
    assert (await house.ask(room.supervisor, "GET", f"/api/v1/cases/{kept}")).status == 404


async def two_pairs(house: House, owner: Person | None = None) -> tuple[Room, Room, Person, UUID, UUID]:
    """Two pairs of one young person, a professional who was the mentor of the second before they became one, and a case
    of each pair: that of the first is ``owner``'s, or the former mentor's."""
    await house.capabilities.escalation.pager.stop()
    first = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")  # whatever they were when the pair began
    anne = await house.person(Role.SUPERVISOR, "Anne")
    second = await house.room(mentor=samir, mentee=first.mentee, supervisor=anne)
    at, young = house.clock.now(), (first.mentee.id, "young")
    made = []
    async with house.bound.begin(house.north.id) as conn:
        for room, of in ((first, (owner or samir).id), (second, anne.id)):
            parts: Any = [young]
            about: Any = {"about_id": first.mentee.id, "pair_id": room.pair.id, "parts": parts, "joins": False}
            new = NewCase(house.north.id, "flag", "other", 3, at, first.mentee.id, of, **about)
            made.append(await open_case(conn, new))
    return first, second, samir, made[0], made[1]


async def merge(house: House, who: Person, case: UUID, into: UUID) -> Any:
    revision = (await house.ask(who, "GET", f"/api/v1/cases/{case}")).body["revision"]
    answer = await house.ask(who, "POST", f"/api/v1/cases/{case}/merge", {"revision": revision, "into": str(into)})
    assert answer.status == 200, answer.body
    return answer.body


async def test_one_of_the_other_pair_neither_sees_nor_runs_what_took_it_in(house: House) -> None:
    """Whoever the case of their own pair was put under is as much in it as if it had begun there."""
    _, second, samir, kept, put_under = await two_pairs(house)
    watched = await house.open(samir)
    assert (await house.ask(samir, "GET", f"/api/v1/cases/{kept}")).body["owner"]["name"] == "Samir"
    assert (await house.ask(samir, "GET", f"/api/v1/cases/{put_under}")).status == 404
    house.clock.advance(3_600)  # beyond their deadlines, any other supervisor sees both
    third = await house.person(Role.SUPERVISOR, "Ines")
    merged = await merge(house, third, put_under, kept)
    assert (merged["owner"]["name"], merged["state"]) == ("Ines", "open")
    await watched.quiet()
    before = len(watched.events("case:changed"))
    for path in ("", "/file", "/reports"):
        assert (await house.ask(samir, "GET", f"/api/v1/cases/{kept}{path}")).status == 404
    for act, body in (
        ("acknowledge", None),
        ("people", {"person": str(samir.id), "part": "professional"}),
        ("notes", {"id": str(put_under), "words": "x", "tier": "team"}),
    ):
        assert (await house.ask(samir, "POST", f"/api/v1/cases/{kept}/{act}", body)).status == 404
    listed = (await house.ask(samir, "GET", "/api/v1/cases")).body["cases"]
    assert str(kept) not in [one["id"] for one in listed]
    for _ in range(4):  # to the top of the ladder
        house.clock.advance(18_000)
        await house.told()
        await house.capabilities.escalation.pager.look()
    pages = await house.sql("select people from case_pages where case_id = :case", case=kept)
    assert pages
    assert not [people for (people,) in pages if samir.id in people]
    assert [people for (people,) in pages if second.supervisor.id in people]  # who answers for the other pair
    seen = (await house.ask(third, "GET", f"/api/v1/cases/{kept}/file")).body
    assert str(samir.id) not in [one["id"] for one in seen["can_own"]]
    revision = seen["case"]["revision"]
    given = {"revision": revision, "owner": str(samir.id)}
    refused = await house.ask(third, "POST", f"/api/v1/cases/{kept}/assign", given)
    assert (refused.status, refused.body["error"]["field"]) == (400, "owner")
    await watched.quiet()
    assert len(watched.events("case:changed")) == before


async def test_what_a_case_took_in_goes_on_with_it(house: House) -> None:
    """A then under B, B under C: the two of A's pair are kept from C."""
    first, _, samir, kept, put_under = await two_pairs(house, await house.person(Role.SUPERVISOR, "Ines"))
    at, ines = house.clock.now(), await house.person(Role.SUPERVISOR, "Hugo")
    about: Any = {"about_id": first.mentee.id, "parts": [(first.mentee.id, "young")], "joins": False}
    async with house.bound.begin(house.north.id) as conn:
        last = await open_case(conn, NewCase(house.north.id, "report", "other", 3, at, first.mentee.id, **about))
    house.clock.advance(3_600)
    assert (await house.ask(samir, "GET", f"/api/v1/cases/{last}")).body["sight"] == "whole"
    await merge(house, ines, put_under, kept)
    await merge(house, ines, kept, last)
    assert (await house.ask(samir, "GET", f"/api/v1/cases/{last}")).status == 404


async def test_who_answers_for_the_other_pair_sees_it_and_a_hand_over_moves_that(house: House) -> None:
    _, second, _, kept, put_under = await two_pairs(house, await house.person(Role.SUPERVISOR, "Ines"))
    hugo, alice = await house.person(Role.SUPERVISOR, "Hugo"), await house.person(Role.ADMIN, "Alice")
    anne = second.supervisor
    house.clock.advance(3_600)
    await merge(house, hugo, put_under, kept)
    path = f"/api/v1/cases/{kept}"
    assert (await house.ask(hugo, "POST", f"{path}/acknowledge")).status == 200
    assert (await house.ask(anne, "GET", path)).body["sight"] == "whole"
    ben = await house.person(Role.SUPERVISOR, "Ben")
    assert (await house.ask(ben, "GET", path)).body["sight"] == "outline"
    body = {"pairs": [str(second.pair.id)], "supervisor": str(ben.id)}
    assert (await house.ask(alice, "POST", "/api/v1/caseload/hand_over", body)).status in (200, 204)
    assert (await house.ask(ben, "GET", path)).body["sight"] == "whole"
    card = (await house.ask(anne, "GET", path)).body
    assert (card["sight"], card["owner"]["name"]) == ("outline", "Hugo")  # who has it has it still
