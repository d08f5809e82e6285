"""Pairs: who may be one, who may make one, and who is told of which."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from server.infra.database import Database
from server.kernel.errors import BadRequest, BinomeError, Conflict, Forbidden, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role, allows
from server.kernel.principal import Principal
from server.pairs import store
from server.pairs.propose import Criteria, propose_pair
from server.pairs.rules import Pair, State
from tests.support.world import World, world


@pytest.fixture
async def here(database: Database) -> AsyncIterator[World]:
    async with world(database) as made:
        yield made


async def principal(here: World, who: str) -> Principal:
    return await here.authenticator.authenticate(here.north.tokens[who])


async def make(here: World, by: str = "alice", **others: UUID) -> Pair:
    asking = await principal(here, by)
    north = here.north
    people = {"mentor": north.id("julien"), "mentee": north.id("lea"), "supervisor": north.id("claire")} | others
    async with here.database.everywhere() as conn:
        return await propose_pair(
            conn, asking, people["mentor"], people["mentee"], people["supervisor"], Criteria(), here.clock.now()
        )


async def test_a_pair(here: World) -> None:
    pair = await make(here)
    assert pair == Pair(
        pair.id,
        here.north.organisation.id,
        here.north.id("julien"),
        here.north.id("lea"),
        here.north.id("claire"),
        State.PROPOSED,
    )
    async with here.database.everywhere() as conn:
        assert await store.pair(conn, pair.id) == pair
        assert await store.pair(conn, new_id()) is None
        for person in pair.people:
            assert await store.pairs_of(conn, person) == [pair]
        assert await store.pairs_of(conn, here.north.id("nadia")) == []


@pytest.mark.parametrize("field", ["mentor", "mentee", "supervisor"])
async def test_people_of_another_organisation_do_not_exist(here: World, field: str) -> None:
    """The same answer for who is elsewhere, whatever their role, and for who is nowhere."""
    for stranger in [*(person.id for person in here.south.people.values()), new_id()]:
        with pytest.raises(NotFound) as refused:
            await make(here, "alice", **{field: stranger})
        assert (refused.value.detail, refused.value.field) == (None, field)


@pytest.mark.parametrize(
    ("field", "right"), [("mentor", Role.MENTOR), ("mentee", Role.MENTEE), ("supervisor", Role.SUPERVISOR)]
)
async def test_each_place_has_its_role(here: World, field: str, right: Role) -> None:
    for person in here.north.people.values():
        if person.role is not right:
            with pytest.raises(BadRequest) as refused:
                await make(here, "alice", **{field: person.id})
            assert (refused.value.detail, refused.value.field) == ("wrong_person", field)


@pytest.mark.parametrize(("field", "who"), [("mentor", "julien"), ("mentee", "lea"), ("supervisor", "claire")])
async def test_a_closed_account_joins_no_pair(here: World, field: str, who: str) -> None:
    await here.accounts.disable(here.north.organisation.id, here.north.id(who))
    with pytest.raises(BadRequest) as refused:
        await make(here)
    assert (refused.value.detail, refused.value.field) == ("wrong_person", field)


@pytest.mark.parametrize("who", ["sophie", "lea", "julien", "marc", "claire"])
async def test_only_an_admin_makes_pairs(here: World, who: str) -> None:
    with pytest.raises(Forbidden):
        await make(here, by=who)


async def test_two_people_are_one_pair_at_a_time(here: World) -> None:
    for state in State:
        first = await make(here)
        async with here.database.everywhere() as conn:
            assert await store.set_state(conn, first.id, state)
        if state is not State.CLOSED:
            with pytest.raises(Conflict) as refused:
                await make(here, supervisor=here.north.id("samir"))
            assert refused.value.detail == "pair_exists"
        async with here.database.everywhere() as conn:
            await store.set_state(conn, first.id, State.CLOSED)
    await make(here, mentor=here.north.id("nadia"))
    await make(here, mentee=here.north.id("yanis"))


async def test_of_two_made_at_once_one_is(here: World) -> None:
    results = await asyncio.gather(*(make(here) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(result, Pair) for result in results) == 1
    assert [result.code for result in results if isinstance(result, BinomeError)] == ["conflict"] * 5


async def test_the_state_of_a_pair_that_is_not_there(here: World) -> None:
    async with here.database.everywhere() as conn:
        assert await store.set_state(conn, new_id(), State.PAUSED) is False


async def test_who_is_told_of_which_pairs(here: World) -> None:
    north = here.north
    first = await here.pair(north, "julien", "lea", "claire", State.ACTIVE)
    second = await here.pair(north, "nadia", "yanis", "samir", State.PAUSED)
    await here.pair(here.south, "julien", "lea", "claire", State.ACTIVE)

    def told(pair: Pair, mentor: str, mentee: str, supervisor: str) -> dict[str, object]:
        return {
            "id": str(pair.id),
            "mentor": {"id": str(north.id(mentor)), "name": mentor.title()},
            "mentee": {"id": str(north.id(mentee)), "name": mentee.title()},
            "supervisor": {"id": str(north.id(supervisor)), "name": supervisor.title()},
            "state": pair.state.value,
        }

    one, two = told(first, "julien", "lea", "claire"), told(second, "nadia", "yanis", "samir")
    expected = {"alice": [one, two], "claire": [one], "samir": [two]}
    for who, pairs in expected.items():
        reply = await here.site.ask("GET", "/api/v1/pairs", token=north.tokens[who])
        assert (reply.status, reply.body) == (200, {"pairs": pairs})
    assert {who for who, person in north.people.items() if allows(person.role, Permission.PAIR_LIST)} == set(expected)
