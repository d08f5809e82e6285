"""The ``binome`` command. What a user can put right is told in one line on standard error, with exit code 2.

Each command imports what it needs when it runs: ``binome moderate`` starts without a web server or a database.
"""

import argparse
import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from server import __version__
from server.cli import admin, moderate, records, serve, upkeep
from server.kernel.ground import GroundError

USER_ERROR = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USER_ERROR, f"{self.prog}: {message}; see {self.prog} --help\n")


class _Command(NamedTuple):
    run: Callable[[argparse.Namespace], int]
    help: str
    add: Callable[[argparse.ArgumentParser], None] | None = None


_COMMANDS = {
    "serve": _Command(serve.serve, "serve what the settings say"),
    "demo": _Command(serve.demo, "serve a demonstration association, and say how to sign in", serve.add_demo),
    "admin": _Command(admin.run, "create the account that makes all others, or reset a lost second factor", admin.add),
    "db": _Command(upkeep.upgrade, "upgrade the database", upkeep.add_upgrade),
    "audit": _Command(records.audit, "verify that the audit trail is as it was recorded", records.add_audit),
    "export": _Command(records.export, "write all that is held about a person into a file", records.add_export),
    "erase": _Command(records.erase, "forget a person", records.add_erase),
    "retention": _Command(
        records.retention, "let go of what is too old, as each night, or say what that would be", records.add_retention
    ),
    "secret": _Command(
        upkeep.rotate, "change the secret of this instance without signing anyone out", upkeep.add_rotate
    ),
    "doctor": _Command(
        upkeep.doctor, "check settings, database, ports, disk and clock, and say what to fix", upkeep.add_doctor
    ),
    "moderate": _Command(moderate.run, "judge JSON lines from standard input", moderate.add),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = _Parser(prog="binome", description="A mentor and a young person meet online, in professional care.")
    parser.add_argument("--version", action="version", version=f"binome {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in _COMMANDS.items():
        its = commands.add_parser(name, help=command.help, description=command.help)
        its.set_defaults(run=command.run)
        if command.add is not None and name in arguments:
            command.add(its)
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
