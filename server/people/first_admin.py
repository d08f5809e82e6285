"""``binome admin create``: the account that makes all others, for an operator at the command line."""

import argparse
import getpass
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people import accounts, store
from server.people.passwords import Passwords
from server.people.rules import checked_name
from server.trail.acts import Act
from server.trail.record import record

GENERATED_BYTES = 15  # 120 bits, 20 characters


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """What the command line says."""

    organisation: str
    login: str
    name: str
    password: str
    language: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--organisation", required=True, help="name of the association; made if there is none")
    parser.add_argument("--login", required=True, help="name to sign in with")
    parser.add_argument("--name", help="name that others see (default: the login)")
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    how.add_argument("--generate", action="store_true", help="make a password and print it once")


def read_password(
    arguments: argparse.Namespace, stdin: TextIO = sys.stdin, ask: Callable[[str], str] = getpass.getpass
) -> tuple[str, bool]:
    """(the password, whether it was made here and so must be shown). Without an option, asks a terminal twice; where
    there is no terminal, makes one. Raises ValueError with a line for the operator."""
    if arguments.password_stdin:
        return stdin.readline().rstrip("\r\n"), False
    if arguments.generate or not stdin.isatty():
        return secrets.token_urlsafe(GENERATED_BYTES), True
    password = ask("Password: ")
    if ask("Again: ") != password:
        raise ValueError("the two passwords differ; nothing was created")
    return password, False


async def create_first_admin(database: Database, passwords: Passwords, clock: Clock, new: FirstAdmin) -> store.Account:
    """Makes the organisation, unless there is one of this name, and its admin, both or neither.

    Raises BadRequest with the field named, or Conflict("login_taken").
    """
    name = checked_name(new.organisation, field="organisation")
    checked = await accounts.check(
        accounts.NewAccount(new.login, new.name, Role.ADMIN, new.password, language=new.language),
        passwords,
        clock.now().date(),
        name,
    )
    async with database.everywhere() as conn:  # there may be no organisation yet
        organisation = await store.organisation_by_name(conn, name)
        if organisation is None:
            organisation = store.Organisation(new_id(), name, "FR", "Europe/Paris")
            await store.insert_organisation(conn, organisation)
        made = await accounts.add(conn, organisation, checked)
        about, detail = [made.person.id], {"role": made.person.role.value}
        await record(conn, organisation.id, clock.now(), Act.ACCOUNT_CREATED, by=None, about=about, detail=detail)
        return made
