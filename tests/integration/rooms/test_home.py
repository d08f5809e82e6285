"""The first page, and making a pair with its room."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from server.agenda.store import plan
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.pairs.rules import State
from tests.support.consents import consented
from tests.support.papers import vetted
from tests.support.roles import is_scope
from tests.support.rooms import House


async def test_the_home_of_each_role(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    for body in ("un", "deux", "trois"):
        await julien.say(room, body)
    await julien.say(room, "Mon numéro : 06 12 34 56 78")
    await lea.say(room, "quatre")
    await lea.call("chat:read", {"room": room.number, "delivered": 3, "seen": 1})
    async with house.database.everywhere() as conn:
        planned = await plan(
            conn, room.pair, title="Devoirs", starts_at=house.clock.now() + timedelta(hours=2), minutes=45,
            zone="Europe/Paris", created_by=room.mentor.id, now=house.clock.now(),
        )  # fmt: skip
    card = {
        "id": str(room.id),
        "number": room.number,
        "kind": "pair",
        "pair": str(room.pair.id),
        "state": "active",
        "writable": True,
        "upto": 5,
        "members": [
            {"seat": seat, "account": str(who.id), "name": who.name, "role": who.role.value}
            for seat, who in ((1, room.mentor), (2, room.mentee), (3, room.supervisor))
        ],
        "marks": [{"seat": 2, "delivered": 3, "seen": 1}],
    }
    session = {
        "id": str(planned.id),
        "pair": str(room.pair.id),
        "room": str(room.id),
        "title": "Devoirs",
        "starts_at": "2026-11-22T14:00:00.000Z",
        "minutes": 45,
        "zone": "Europe/Paris",
    }
    for who, unread, queue in (
        (room.mentee, 2, None),  # not the first, which is seen, nor the held one
        (room.mentor, 1, None),
        (room.supervisor, 0, {"open": 1, "held": 1, "second": 0, "sample": 0}),
    ):
        home = (await house.ask(who, "GET", "/api/v1/home")).body
        assert home.pop("me")["account"]["id"] == str(who.id)
        expected: dict[str, Any] = {"rooms": [{**card, "unread": unread}], "planned": [session]}
        assert home == (expected if queue is None else {**expected, "queue": queue})
    for role in (Role.ADMIN, Role.GUARDIAN, Role.PRESCRIBER):
        home = (await house.ask(await house.person(role, "Marc"), "GET", "/api/v1/home")).body
        assert (home["rooms"], home["planned"]) == ([], [])


async def test_unread_is_counted_up_to_a_bound(house: House) -> None:
    room = await house.room()
    await house.sql(
        """
        insert into messages (room_id, seq, changed, id, author_id, at, kind, body, state)
        select :room, s, s, gen_random_uuid(), :author, now(), 'text', 'x', 'delivered' from generate_series(1, 1500) s
        """,
        room=room.id, author=room.mentor.id,
    )  # fmt: skip
    await house.sql("update rooms set last_seq = 1500")
    (card,) = (await house.ask(room.mentee, "GET", "/api/v1/home")).body["rooms"]
    assert (card["unread"], card["upto"]) == (999, 1500)


@pytest.fixture
def statements(house: House) -> list[str]:
    """What the server asks its database, from now on."""
    noted: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        # Who is asking may or may not be remembered: any notice forgets it.
        if "token_hash" not in statement and not is_scope(statement):
            noted.append(statement)

    event.listen(house.bound.engine.sync_engine, "before_cursor_execute", note)
    return noted


async def test_a_young_person_asks_as_much_with_three_proposals_as_with_one(
    house: House, statements: list[str]
) -> None:
    room = await house.room()
    alice = await house.person(Role.ADMIN, "Alice")

    async def asked() -> tuple[int, int]:
        await house.ask(room.mentee, "GET", "/api/v1/home")
        statements.clear()
        home = (await house.ask(room.mentee, "GET", "/api/v1/home")).body
        return len(home.get("proposals", ())), len(statements)

    counts = [await asked()]
    for more in (1, 2):
        for _ in range(more):
            mentor = await house.person(Role.MENTOR, "Julien")
            three = {"mentor": mentor.id, "mentee": room.mentee.id, "supervisor": room.supervisor.id}
            body = {role: str(person) for role, person in three.items()}
            assert (await house.ask(alice, "POST", "/api/v1/pairs", body)).status == 201
        counts.append(await asked())
    assert [proposals for proposals, _ in counts] == [0, 1, 3]
    assert counts[0][1] <= 8
    assert counts[1][1] == counts[2][1] <= 10


@pytest.mark.parametrize("role", ["mentor", "supervisor"])
async def test_one_room_asks_as_much_as_three(house: House, statements: list[str], role: str) -> None:
    counts = []
    first = await house.room()
    who = {"mentor": first.mentor, "supervisor": first.supervisor}[role]
    for _ in range(2):
        await house.ask(who, "GET", "/api/v1/home")  # signed in from now on
        statements.clear()
        counts.append((len((await house.ask(who, "GET", "/api/v1/home")).body["rooms"]), len(statements)))
        await house.room(mentor=first.mentor, supervisor=first.supervisor)
        await house.room(mentor=first.mentor, supervisor=first.supervisor)
    assert [rooms for rooms, _ in counts] == [1, 3]
    assert counts[0][1] == counts[1][1] <= 9


async def test_a_pair_that_begins_has_its_room(house: House) -> None:
    admin = await house.person(Role.ADMIN, "Alice")
    julien = await house.person(Role.MENTOR, "Julien")
    lea = await house.person(Role.MENTEE, "Lea")
    claire = await house.person(Role.SUPERVISOR, "Claire")
    born = lea.principal.birth_date
    assert born is not None
    async with house.database.everywhere() as conn:
        await vetted(conn, julien.id, claire.id, house.clock.now())
        await consented(conn, house.north, lea.id, born, claire.id, house.clock.now())
    waiting = await house.open(lea)
    body = {"mentor": str(julien.id), "mentee": str(lea.id), "supervisor": str(claire.id)}
    reply = await house.ask(admin, "POST", "/api/v1/pairs", body)
    assert reply.status == 201
    assert reply.body == {
        "id": reply.body["id"],
        "mentor": {"id": str(julien.id), "name": "Julien"},
        "mentee": {"id": str(lea.id), "name": "Lea"},
        "supervisor": {"id": str(claire.id), "name": "Claire"},
        "state": "proposed",
    }
    assert (await house.ask(lea, "GET", "/api/v1/home")).body["rooms"] == []
    path = f"/api/v1/pairs/{reply.body['id']}"
    assert (await house.ask(lea, "POST", f"{path}/answer", {"answer": "yes"})).status == 200
    revision = (await house.ask(claire, "GET", path)).body["revision"]
    begun = await house.ask(claire, "POST", f"{path}/acts", {"act": "start", "revision": revision})
    assert begun.body["pair"]["state"] == "active"
    (card,) = (await house.ask(lea, "GET", "/api/v1/home")).body["rooms"]
    assert [(member["seat"], member["name"]) for member in card["members"]] == [
        (1, "Julien"),
        (2, "Lea"),
        (3, "Claire"),
    ]
    assert (await waiting.wait("room:rights"))[0]["room"] == card["id"]
    mentor = await house.open(julien)
    assert (await mentor.say(card["number"], "Bonjour"))["seq"] == 1
    assert (await waiting.wait("chat:message"))[0]["body"] == "Bonjour"
    again = await house.ask(admin, "POST", "/api/v1/pairs", body)
    assert again.error == ("conflict", None)
    assert await house.sql("select (select count(*) from pairs), (select count(*) from rooms)") == [(1, 1)]
    for who in (julien, lea, claire):
        assert (await house.ask(who, "POST", "/api/v1/pairs", body)).error == ("forbidden", None)
    for wrong, field in (
        ({**body, "mentor": str(new_id())}, "mentor"),
        ({**body, "mentor": "x"}, "mentor"),
        ({**body, "mentee": str(julien.id)}, "mentee"),
        ({**body, "more": 1}, "more"),
        ({key: value for key, value in body.items() if key != "supervisor"}, "supervisor"),
    ):
        reply = await house.ask(admin, "POST", "/api/v1/pairs", wrong)
        assert reply.error[1] == field, wrong
    assert await house.sql("select (select count(*) from pairs), (select count(*) from rooms)") == [(1, 1)]


async def test_the_state_of_a_room_is_that_of_its_pair(house: House) -> None:
    """PostgreSQL keeps them equal, whoever changes the pair and however."""
    room = await house.room()
    for state in State:
        await house.sql("update pairs set state = :state where id = :id", state=state.value, id=room.pair.id)
        assert await house.sql("select pair_state from rooms") == [(state.value,)]
