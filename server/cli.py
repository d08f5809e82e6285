"""The ``binome`` command. What a user can put right is told in one line on standard error, with exit code 2."""

import argparse
import contextlib
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from server import __version__
from server.kernel.ground import GroundError

if TYPE_CHECKING:
    from server.settings import Settings

T = TypeVar("T")
USER_ERROR = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USER_ERROR, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = _Parser(prog="binome", description="A mentor and a young person meet online, in professional care.")
    parser.add_argument("--version", action="version", version=f"binome {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (run, help_text, add) in _COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.set_defaults(run=run)
        if name in arguments:
            add(command)
    parsed = parser.parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
    except GroundError as error:
        sys.stderr.write(f"binome: {error}\n")
        return USER_ERROR
    except KeyboardInterrupt:
        return 130  # as a shell reports SIGINT
    except BrokenPipeError:
        # Whoever read our output went away; and the interpreter must not complain of it at the end either.
        with contextlib.suppress(OSError):
            sys.stdout = None
        return 0
    return code


# Each command imports what it needs when it runs: `binome moderate` starts without a web server or a database.


def _serve(_arguments: argparse.Namespace) -> int:
    settings = _settings()
    from server.serve import serve

    _run(serve(settings))
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    settings = _settings()
    if arguments.code:
        from server.demo import second_step

        _say(second_step.code(settings.data))
        return 0
    from server.demo.present import prepare
    from server.serve import serve

    _run(serve(settings, lambda app: prepare(app, settings)))
    return 0


def _reset_admin(settings: "Settings", login: str) -> int:
    from server.infra.open_database import borrow_database
    from server.kernel.clock import SystemClock
    from server.kernel.errors import NotFound
    from server.people.factors.colleagues import reset_by_operator

    async def reset() -> None:
        async with AsyncExitStack() as running:
            await reset_by_operator(await borrow_database(settings, running), SystemClock(), login)

    try:
        _run(reset())
    except NotFound:
        raise GroundError(f"there is no open account with the login {login}") from None
    _say(f"{login} has no second factor any more, and sets one up at the next sign-in.")
    return 0


def _admin(arguments: argparse.Namespace) -> int:
    settings = _settings()
    if arguments.act == "reset":
        return _reset_admin(settings, arguments.login)
    return _create_admin(arguments, settings)


def _create_admin(arguments: argparse.Namespace, settings: "Settings") -> int:
    from server.infra.open_database import borrow_database
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

    async def create() -> None:
        async with AsyncExitStack() as running:
            database = await borrow_database(settings, running)
            await first_admin.create_first_admin(database, Passwords(), SystemClock(), wanted)

    try:
        _run(create())
    except BinomeError as error:
        field = f"{error.field}: " if error.field else ""
        raise GroundError(field + sentence(error, "en")) from error
    _say(f"{wanted.login} may sign in as an admin of {wanted.organisation}.")
    if generated:
        _say(f"Password, shown this once: {password}")
    return 0


def _upgrade(_arguments: argparse.Namespace) -> int:
    settings = _settings()
    from server.infra import migrate
    from server.infra.open_database import borrow_database

    async def upgrade() -> str | None:
        async with AsyncExitStack() as running:
            database = await borrow_database(settings, running)
            await migrate.upgrade(database)
            return await migrate.current(database)

    _say(f"The database is at version {_run(upgrade())}.")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    settings = _settings()
    from server import doctor

    if arguments.settings:
        for line in doctor.list_settings(settings):
            _say(line)
        return 0
    findings = _run(doctor.examine(settings))
    for finding in findings:
        _say(str(finding))
    return doctor.exit_code(findings)


def _moderate(arguments: argparse.Namespace) -> int:
    from server.moderation import stdio

    return stdio.main(explained=arguments.explain)


def _audit(arguments: argparse.Namespace) -> int:
    settings = _settings()
    from server.infra.open_database import borrow_database
    from server.people.everyone import all_organisations
    from server.trail import command

    async def verify() -> bool:
        async with AsyncExitStack() as running:
            database = await borrow_database(settings, running, migrated=False)
            await command.check_migrated(database)
            async with database.everywhere() as conn:
                organisations = {found.id: found.name for found in await all_organisations(conn)}
            return await command.run(arguments, database, organisations, settings.data, _say)

    return 0 if _run(verify()) else 1


def _about_data(name: str) -> Callable[[argparse.Namespace], int]:
    """A command of server/rights/command.py, beside a running server or without one."""

    def command(arguments: argparse.Namespace) -> int:
        settings = _settings()
        from server.infra.open_database import borrow_database
        from server.infra.secrets import InstanceKeyring
        from server.kernel.clock import SystemClock
        from server.rights import command as commands

        async def work() -> None:
            async with AsyncExitStack() as running:
                database = await borrow_database(settings, running)
                keyring = InstanceKeyring(settings.secret, settings.data)
                await getattr(commands, name)(arguments, database, SystemClock(), keyring, _say)

        _run(work())
        return 0

    return command


def _renew_secret(_arguments: argparse.Namespace) -> int:
    settings = _settings()
    from server import rotation
    from server.infra.open_database import borrow_database
    from server.infra.secrets import InstanceKeyring

    async def work() -> list[str]:
        async with AsyncExitStack() as running:
            database = await borrow_database(settings, running)
            return await rotation.rotate(database, InstanceKeyring(settings.secret, settings.data))

    for line in _run(work()):
        _say(line)
    return 0


def _run(work: Coroutine[Any, Any, T]) -> T:
    import asyncio

    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _settings() -> "Settings":
    """The settings, with the logs set up as they say."""
    from server.infra import telemetry
    from server.settings import Settings

    settings = Settings.load()
    telemetry.configure(settings.log_format, settings.log_level)
    return settings


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    pass


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--code", action="store_true", help="print the six digits that its staff are asked for now")


def _admin_arguments(parser: argparse.ArgumentParser) -> None:
    from server.people import first_admin

    acts = parser.add_subparsers(required=True, dest="act", metavar="create|reset")
    first_admin.add_arguments(acts.add_parser("create", help="make an admin's account"))
    reset = acts.add_parser("reset", help="take somebody's second factors away who has lost them all")
    reset.add_argument("--login", required=True, help="name that they sign in with")


def _secret_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_subparsers(required=True, metavar="rotate").add_parser("rotate", help="a new secret; seal all anew")


def _db_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_subparsers(required=True, metavar="upgrade").add_parser(
        "upgrade", help="bring the database to the version of this Binôme"
    )


def _doctor_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--settings", action="store_true", help="list the settings, and where each comes from")


def _audit_arguments(parser: argparse.ArgumentParser) -> None:
    from server.trail import command

    command.add_arguments(parser)


def _moderate_arguments(parser: argparse.ArgumentParser) -> None:
    from server.moderation import stdio

    stdio.add_arguments(parser)


def _data_arguments(name: str) -> Callable[[argparse.ArgumentParser], None]:
    def add(parser: argparse.ArgumentParser) -> None:
        from server.rights import command

        getattr(command, f"add_{name}_arguments")(parser)

    return add


_Run = Callable[[argparse.Namespace], int]
_COMMANDS: dict[str, tuple[_Run, str, Callable[[argparse.ArgumentParser], None]]] = {
    "serve": (_serve, "serve what the settings say", _no_arguments),
    "demo": (_demo, "serve a demonstration association, and say how to sign in", _demo_arguments),
    "admin": (_admin, "create the account that makes all others, or reset a lost second factor", _admin_arguments),
    "db": (_upgrade, "upgrade the database", _db_arguments),
    "audit": (_audit, "verify that the audit trail is as it was recorded", _audit_arguments),
    "export": (_about_data("export"), "write all that is held about a person into a file", _data_arguments("export")),
    "erase": (_about_data("erase"), "forget a person", _data_arguments("erase")),
    "retention": (
        _about_data("retention"),
        "let go of what is too old, as each night, or say what that would be",
        _data_arguments("retention"),
    ),
    "secret": (_renew_secret, "change the secret of this instance without signing anyone out", _secret_arguments),
    "doctor": (_doctor, "check settings, database, ports, disk and clock, and say what to fix", _doctor_arguments),
    "moderate": (_moderate, "judge JSON lines from standard input", _moderate_arguments),
}
