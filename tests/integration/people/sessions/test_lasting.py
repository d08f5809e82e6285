"""What guessing costs in the database: the same for all processes, and the same after each start."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from server.infra.database import Database
from server.kernel.clock import ManualClock
from server.kernel.errors import TooFast
from server.kernel.identifiers import new_id
from server.people.sessions.lasting import ADDRESS, LastingGuesses
from server.rights.passing import let_pass, passing
from tests.support.roles import bound

LEA, TELEPHONE = new_id(), new_id()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
async def processes(database: Database, clock: ManualClock) -> AsyncIterator[list[LastingGuesses]]:
    """Two, each with connections of its own, as the server has them."""
    servers = [bound(database), bound(database)]
    yield [LastingGuesses(server, clock) for server in servers]
    for server in servers:
        await server.close()


async def allowed(processes: list[LastingGuesses], tries: int, login: str = "lea") -> int:
    """How many of so many tries in one instant are let through, in all processes at once."""

    async def one(number: int) -> bool:
        try:
            await processes[number % 2].take_login(login)
        except TooFast:
            return False
        return True

    return sum(await asyncio.gather(*(one(number) for number in range(tries))))


async def test_one_login_from_everywhere_at_once(processes: list[LastingGuesses], clock: ManualClock) -> None:
    assert await allowed(processes, 40) == 20
    assert await allowed(processes, 2, "nobody") == 2
    clock.advance(30)
    assert await allowed(processes, 5) == 1
    clock.advance(86_400)
    assert await allowed(processes, 40) == 20
    with pytest.raises(TooFast) as refused:
        await processes[0].take_login("lea")
    assert (refused.value.detail, refused.value.retry_in_ms) == ("signin", 30_000)


async def test_codes_tried_at_once_do_not_outrun_the_count(processes: list[LastingGuesses]) -> None:
    async def one(number: int) -> bool:
        try:
            await processes[number % 2].take_code(LEA, None)
        except TooFast:
            return False
        return True

    assert sum(await asyncio.gather(*(one(number) for number in range(30)))) == 5


async def test_a_known_device_counts_for_itself(processes: list[LastingGuesses], clock: ManualClock) -> None:
    one, other = processes
    for _ in range(5):
        await one.take_code(LEA, None)
    with pytest.raises(TooFast):
        await other.take_code(LEA, None)
    for _ in range(4):
        await other.take_code(LEA, TELEPHONE)
    await other.code_succeeded(LEA, TELEPHONE)
    for _ in range(5):
        await one.take_code(LEA, TELEPHONE)
    with pytest.raises(TooFast) as refused:
        await one.take_code(LEA, TELEPHONE)
    assert refused.value.retry_in_ms == 30_000
    clock.advance(2 * 86_400)
    for _ in range(5):
        await one.take_code(LEA, None)


async def test_pins_cost_waits_that_double_up_to_a_quarter_of_an_hour(
    processes: list[LastingGuesses], clock: ManualClock
) -> None:
    session, waits = new_id(), []
    for _ in range(4):
        await processes[0].take_pin(session)
    for number in range(8):
        await processes[number % 2].take_pin(session)
        with pytest.raises(TooFast) as refused:
            await processes[number % 2].take_pin(session)
        assert refused.value.detail == "pin"
        waits.append((refused.value.retry_in_ms or 0) // 1000)
        clock.advance(waits[-1])
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    await processes[0].pin_succeeded(session)
    for _ in range(5):
        await processes[1].take_pin(session)
    await processes[0].take_pin(new_id())  # another device waits for nobody


async def test_codes_count_by_address_in_all_processes_and_addresses_are_soon_forgotten(
    database: Database, processes: list[LastingGuesses], clock: ManualClock
) -> None:
    async def one(number: int) -> bool:
        try:
            await processes[number % 2].take_address(f"2001:db8:0:1::{number:x}")
        except TooFast:
            return False
        return True

    assert sum([await one(number) for number in range(int(ADDRESS.burst) + 20)]) == ADDRESS.burst
    await processes[0].take_address("2001:db8:0:2::1")
    clock.advance(60)
    await let_pass(database, clock.now())
    assert await rows(database) == 1  # the one that is not full again
    clock.advance(3_600)
    await let_pass(database, clock.now())
    assert await rows(database) == 0


async def test_what_says_nothing_any_more_goes(
    database: Database, processes: list[LastingGuesses], clock: ManualClock
) -> None:
    await allowed(processes, 25)
    clock.advance(6 * 86_400)
    await processes[0].take_login("new")
    assert await let_pass(database, clock.now()) == {"guesses": 0}
    clock.advance(2 * 86_400)
    assert await passing(database, clock.now()) == {"guesses": 1}
    assert await let_pass(database, clock.now()) == {"guesses": 1}
    assert await rows(database) == 1


async def rows(database: Database) -> int:
    async with database.everywhere() as conn:
        return int((await conn.execute(text("select count(*) from guesses"))).scalar_one())
