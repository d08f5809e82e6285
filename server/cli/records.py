"""``binome audit``, ``export``, ``erase`` and ``retention``: what is held about people, and the proof of what was done.
What they do stands in ``server/trail/command.py`` and ``server/rights/command.py``."""

import argparse
from typing import TYPE_CHECKING

from server.cli.at_hand import read_settings, run_on_database, say

if TYPE_CHECKING:
    from server.infra.database import Database


def add_audit(parser: argparse.ArgumentParser) -> None:
    from server.trail import command

    command.add_arguments(parser)


def audit(arguments: argparse.Namespace) -> int:
    settings = read_settings()
    from server.people.everyone import all_organisations
    from server.relay import command as bundles
    from server.trail import command

    async def work(database: "Database") -> bool:
        await command.check_migrated(database)
        async with database.everywhere() as conn:
            organisations = {found.id: found.name for found in await all_organisations(conn)}
        if arguments.does == "export":
            return await bundles.export(database, organisations, arguments.organisation, say)
        if arguments.bundle is not None:
            return await bundles.verify(arguments, database, organisations, say)
        return await command.run(arguments, database, organisations, settings.data, say)

    if arguments.does == "verify" and bundles.is_offline(arguments):
        return 0 if bundles.verify_offline(arguments, say) else 1
    return 0 if run_on_database(settings, work, migrated=False) else 1


def add_export(parser: argparse.ArgumentParser) -> None:
    from server.rights import command

    command.add_export_arguments(parser)


def export(arguments: argparse.Namespace) -> int:
    return _about_data("export", arguments)


def add_erase(parser: argparse.ArgumentParser) -> None:
    from server.rights import command

    command.add_erase_arguments(parser)


def erase(arguments: argparse.Namespace) -> int:
    return _about_data("erase", arguments)


def add_retention(parser: argparse.ArgumentParser) -> None:
    from server.rights import command

    command.add_retention_arguments(parser)


def retention(arguments: argparse.Namespace) -> int:
    return _about_data("retention", arguments)


def _about_data(name: str, arguments: argparse.Namespace) -> int:
    settings = read_settings()
    from server.infra.secrets import InstanceKeyring
    from server.kernel.clock import SystemClock
    from server.rights import command

    commands = {"export": command.export, "erase": command.erase, "retention": command.retention}

    async def work(database: "Database") -> None:
        keyring = InstanceKeyring(settings.secret, settings.data)
        await commands[name](arguments, database, SystemClock(), keyring, say)

    run_on_database(settings, work)
    return 0
