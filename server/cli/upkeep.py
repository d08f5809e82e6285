"""``binome db upgrade``, ``binome secret rotate`` and ``binome doctor``: what keeps an instance in order."""

import argparse
from typing import TYPE_CHECKING

from server.cli.at_hand import read_settings, run, run_on_database, say

if TYPE_CHECKING:
    from server.infra.database import Database


def add_upgrade(parser: argparse.ArgumentParser) -> None:
    parser.add_subparsers(required=True, metavar="upgrade").add_parser(
        "upgrade", help="bring the database to the version of this Binôme"
    )


def upgrade(_arguments: argparse.Namespace) -> int:
    settings = read_settings()
    from server.infra import migrate

    # Opening it brings it there.
    say(f"The database is at version {run_on_database(settings, migrate.current)}.")
    return 0


def add_rotate(parser: argparse.ArgumentParser) -> None:
    parser.add_subparsers(required=True, metavar="rotate").add_parser("rotate", help="a new secret; seal all anew")


def rotate(_arguments: argparse.Namespace) -> int:
    settings = read_settings()
    from server import rotation
    from server.infra.secrets import InstanceKeyring

    async def work(database: "Database") -> list[str]:
        return await rotation.rotate(database, InstanceKeyring(settings.secret, settings.data))

    for line in run_on_database(settings, work):
        say(line)
    return 0


def add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--settings", action="store_true", help="list the settings, and where each comes from")


def doctor(arguments: argparse.Namespace) -> int:
    settings = read_settings()
    from server import doctor

    if arguments.settings:
        for line in doctor.list_settings(settings):
            say(line)
        return 0
    findings = run(doctor.examine(settings))
    for finding in findings:
        say(str(finding))
    return doctor.exit_code(findings)
