"""The account that makes all others, from the command line."""

import argparse
import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from server.infra.database import Database
from server.kernel.clock import ManualClock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.permissions import Role
from server.people.first_admin import FirstAdmin, add_arguments, create_first_admin, read_password
from server.people.passwords import Passwords
from server.people.tables import accounts, organisations
from tests.support.world import CHEAP

WANTED = FirstAdmin("Les Passerelles", "alice", "Alice", "a long enough one", "fr")
CLOCK = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(CHEAP)
    yield made
    made.close()


async def counts(database: Database) -> tuple[int, int]:
    async with database.everywhere() as conn:
        return (
            (await conn.execute(select(func.count()).select_from(organisations))).scalar_one(),
            (await conn.execute(select(func.count()).select_from(accounts))).scalar_one(),
        )


async def test_the_first_admin_and_their_organisation(database: Database, passwords: Passwords) -> None:
    made = await create_first_admin(database, passwords, CLOCK, WANTED)
    assert (made.login, made.person.name, made.person.role) == ("alice", "Alice", Role.ADMIN)
    assert made.password_hash is not None
    assert await passwords.verify(made.password_hash, "a long enough one")
    assert await counts(database) == (1, 1)


async def test_a_second_admin_joins_the_same_organisation(database: Database, passwords: Passwords) -> None:
    first = await create_first_admin(database, passwords, CLOCK, WANTED)
    second = await create_first_admin(database, passwords, CLOCK, replace(WANTED, login="karim", name="Karim"))
    assert second.person.organisation_id == first.person.organisation_id
    assert await counts(database) == (1, 2)
    async with database.everywhere() as conn:
        entries = (await conn.execute(text("select act, by_id from audit_entries order by sequence"))).all()
    assert [tuple(entry) for entry in entries] == [("account.created", None)] * 2


@pytest.mark.parametrize("login", ["alice", "ALICE", " alice "])
async def test_the_same_login_is_refused_and_nothing_is_made(
    database: Database, passwords: Passwords, login: str
) -> None:
    await create_first_admin(database, passwords, CLOCK, WANTED)
    with pytest.raises(Conflict) as refused:
        await create_first_admin(database, passwords, CLOCK, replace(WANTED, login=login, organisation="Another"))
    assert (refused.value.detail, refused.value.field) == ("login_taken", "login")
    assert await counts(database) == (1, 1)


async def test_two_at_once_make_one(database: Database, passwords: Passwords) -> None:
    results = await asyncio.gather(
        *(create_first_admin(database, passwords, CLOCK, WANTED) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in results) == 3
    assert await counts(database) == (1, 1)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (replace(WANTED, password="short"), "password"),
        (replace(WANTED, login="a b"), "login"),
        (replace(WANTED, name="\n"), "name"),
        (replace(WANTED, organisation=" "), "organisation"),
        (replace(WANTED, organisation="x" * 81), "organisation"),
    ],
)
async def test_bad_input_makes_nothing(
    database: Database, passwords: Passwords, wanted: FirstAdmin, field: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        await create_first_admin(database, passwords, CLOCK, wanted)
    assert refused.value.field == field
    assert await counts(database) == (0, 0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_arguments(parser)
    return parser.parse_args(["--organisation", "Les Passerelles", "--login", "alice", *given])


def test_a_password_from_standard_input() -> None:
    assert read_password(arguments("--password-stdin"), io.StringIO("tope là mon ami \r\nrest")) == (
        "tope là mon ami ",
        False,
    )


def test_a_password_made_here_is_shown() -> None:
    made = [read_password(arguments("--generate"), Terminal()) for _ in range(2)]
    assert [shown for _, shown in made] == [True, True]
    assert len({password for password, _ in made}) == 2
    assert {len(password) for password, _ in made} == {20}


def test_without_a_terminal_a_password_is_made() -> None:
    password, shown = read_password(arguments(), io.StringIO(""))
    assert (len(password), shown) == (20, True)


def test_at_a_terminal_it_is_asked_twice() -> None:
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "a long enough one"

    assert read_password(arguments(), Terminal(), ask) == ("a long enough one", False)
    assert asked == ["Password: ", "Again: "]


def test_two_that_differ_are_refused() -> None:
    answers = iter(["a long enough one", "a long enough two"])
    with pytest.raises(ValueError, match="differ"):
        read_password(arguments(), Terminal(), lambda _: next(answers))


def test_only_one_way_at_a_time() -> None:
    with pytest.raises((argparse.ArgumentError, SystemExit)):
        arguments("--generate", "--password-stdin")
