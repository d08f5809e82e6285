"""``binome admin create`` and ``binome admin reset``: for when there is nobody yet, or nobody any more, who could do it
in the app."""

import argparse
from typing import TYPE_CHECKING

from server.cli.at_hand import read_settings, run_on_database, say
from server.kernel.ground import GroundError

if TYPE_CHECKING:
    from server.infra.database import Database


def add(parser: argparse.ArgumentParser) -> None:
    from server.people import first_admin

    acts = parser.add_subparsers(required=True, metavar="create|reset")
    create = acts.add_parser("create", help="make an admin's account")
    first_admin.add_arguments(create)
    create.set_defaults(act=_create)
    reset = acts.add_parser("reset", help="take somebody's second factors away who has lost them all")
    reset.add_argument("--login", required=True, help="name that they sign in with")
    reset.set_defaults(act=_reset)


def run(arguments: argparse.Namespace) -> int:
    arguments.act(arguments)
    return 0


def _create(arguments: argparse.Namespace) -> None:
    settings = read_settings()
    from server.kernel.clock import SystemClock
    from server.kernel.errors import BinomeError
    from server.people import first_admin
    from server.people.passwords import Passwords
    from server.transport.messages import sentence

    try:
        password, generated = first_admin.read_password(arguments)
    except ValueError as error:
        raise GroundError(str(error)) from error
    wanted = first_admin.FirstAdmin(
        arguments.organisation, arguments.login, arguments.name or arguments.login, password, arguments.language
    )

    async def create(database: "Database") -> None:
        await first_admin.create_first_admin(database, Passwords(), SystemClock(), wanted)

    try:
        run_on_database(settings, create)
    except BinomeError as error:
        field = f"{error.field}: " if error.field else ""
        raise GroundError(field + sentence(error, "en")) from error
    say(f"{wanted.login} may sign in as an admin of {wanted.organisation}.")
    if generated:
        say(f"Password, shown this once: {password}")


def _reset(arguments: argparse.Namespace) -> None:
    settings = read_settings()
    from server.kernel.clock import SystemClock
    from server.kernel.errors import NotFound
    from server.people.factors.colleagues import reset_by_operator

    async def reset(database: "Database") -> None:
        await reset_by_operator(database, SystemClock(), arguments.login)

    try:
        run_on_database(settings, reset)
    except NotFound:
        raise GroundError(f"there is no open account with the login {arguments.login}") from None
    say(f"{arguments.login} has no second factor any more, and sets one up at the next sign-in.")
