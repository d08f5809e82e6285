"""Two cases that become one, when who runs the one is in the other."""

from typing import Any
from uuid import UUID

from server.escalation.opening import NewCase, open_case
from server.escalation.rules import Part
from server.kernel.permissions import Role
from tests.support.rooms import House


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
