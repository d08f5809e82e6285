"""``binome export``, ``binome erase`` and ``binome retention``: for whoever runs the server, beside a running one."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.secrets import InstanceKeyring, NotOurs
from server.kernel.clock import Clock
from server.kernel.errors import BinomeError
from server.kernel.ground import GroundError
from server.people.store import Person, account_by_login, people_of
from server.rights.erasure import Erasure, Prospect
from server.rights.export import organisation_name, write_export
from server.rights.retention import Retention
from server.rights.scope import known, scope_of
from server.rights.sealing import unseal
from server.trail.acts import Act
from server.trail.record import record
from server.transport.messages import sentence

Say = Callable[[str], None]
_NOBODY: Final = "there is no such account"


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    _who(parser)
    parser.add_argument("--out", metavar="FILE", required=True, type=Path, help="where to write; it must not exist")
    parser.add_argument(
        "--sealed",
        action="store_true",
        help="what a legal hold keeps of somebody who was forgotten, as gzip of JSON lines, instead of the zip",
    )


def add_erase_arguments(parser: argparse.ArgumentParser) -> None:
    _who(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and change nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def add_retention_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")


def _who(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--login", help="whose, by the name they sign in with")
    which.add_argument("--id", type=UUID, help="whose, by identifier")


async def export(
    arguments: argparse.Namespace, database: Database, clock: Clock, keyring: InstanceKeyring, say: Say
) -> None:
    """Raises GroundError for what only the user can put right."""
    person = await _found(database, arguments)
    out: Path = arguments.out
    file, done = _new(out), False
    try:
        with file:
            async with database.begin(person.organisation_id) as conn:
                if arguments.sealed:
                    empty = True
                    async for piece in unseal(conn, person.id, keyring.keys):
                        file.write(piece)
                        empty = False
                    if empty:
                        raise GroundError("nothing is kept sealed of this person")
                    await record(
                        conn, person.organisation_id, clock.now(), Act.REMAINS_READ, by=None, about=[person.id]
                    )
                    say(f"What a legal hold keeps of {person.id} is in {out}.")
                else:
                    await _alive(database, person)
                    scope, _ = await scope_of(conn, person, clock.now())
                    name = await organisation_name(conn, person.organisation_id)
                    summary = await write_export(conn, file, scope, name, person, whole=True)
                    await record(
                        conn, person.organisation_id, clock.now(), Act.DATA_READ, by=None, about=[person.id],
                        detail={"whole": True, "how": "operator"},
                    )  # fmt: skip
                    say(f"{sum(summary.rows.values())} entries and {summary.voices} voice notes are in {out}.")
        done = True
    except NotOurs:
        raise GroundError("it was sealed under a secret that is not here any more; put BINOME_SECRET back") from None
    finally:
        if not done:
            _remove(out)


async def erase(
    arguments: argparse.Namespace, database: Database, clock: Clock, keyring: InstanceKeyring, say: Say
) -> None:
    """Raises GroundError, also for what has to be done first."""
    person = await _found(database, arguments)
    await _alive(database, person)
    erasure = Erasure(database, clock, keyring, Jobs(database, clock))
    async with database.begin(person.organisation_id) as conn:
        prospect = await erasure.prospect(conn, person.organisation_id, person.id)
    for line in _told(prospect):
        say(line)
    if prospect.why_not is not None:
        raise GroundError(sentence(prospect.why_not, "en"))
    if arguments.dry_run:
        say("Nothing was changed.")
        return
    if not arguments.yes and not _meant():
        raise GroundError("not done; say --yes, or answer yes")
    try:
        async with database.begin(person.organisation_id) as conn:
            await erasure.erase(conn, person.organisation_id, person.id, by=None, why="command")
    except BinomeError as error:
        raise GroundError(sentence(error, "en")) from error
    say(f"{person.id} is forgotten.")


async def retention(
    arguments: argparse.Namespace, database: Database, clock: Clock, keyring: InstanceKeyring, say: Say
) -> None:
    """Of every organisation."""
    erasure = Erasure(database, clock, keyring, Jobs(database, clock))
    work = Retention(database, clock, erasure)
    for organisation_id in await work.organisations():
        async with database.begin(organisation_id) as conn:
            say(f"{await organisation_name(conn, organisation_id)}:")
        if arguments.dry_run:
            for line in await work.dry_run(organisation_id):
                if line.purpose.fixed:
                    continue
                held = f", {line.held} more under a legal hold" if line.held else ""
                say(f"  {line.purpose.name}: {line.count} older than {line.days} days{held}")
        else:
            counts = await work.run_for(organisation_id)
            for purpose, count in counts.items():
                say(f"  {purpose}: {count} gone")
            if not counts:
                say("  nothing was old enough")
    for purpose, count in (await work.passing(dry_run=arguments.dry_run)).items():
        say(f"Of no organisation: {purpose}: {count} {'would go' if arguments.dry_run else 'gone'}")
    if arguments.dry_run:
        say("Nothing was changed.")


async def _found(database: Database, arguments: argparse.Namespace) -> Person:
    async with database.everywhere() as conn:
        if arguments.login is not None:
            account = await account_by_login(conn, arguments.login)
            person = account.person if account is not None else None
        else:
            person = (await people_of(conn, [arguments.id])).get(arguments.id)
    if person is None:
        raise GroundError(_NOBODY)
    return person


async def _alive(database: Database, person: Person) -> None:
    try:
        async with database.begin(person.organisation_id) as conn:
            await known(conn, person.organisation_id, person.id)
    except BinomeError:
        raise GroundError("this person was forgotten already") from None


def _told(prospect: Prospect) -> list[str]:
    lines = [f"{prospect.person.name}, {prospect.person.role}: {prospect.pairs} pairs would be closed."]
    for verb, counts in (("removed", prospect.removed), ("made nobody's", prospect.blanked)):
        lines += [f"  {table}: {count} {verb}" for table, count in sorted(counts.items())]
    if prospect.cover.until is not None:
        what = "all of it" if prospect.cover.whole else f"their part in {len(prospect.cover.pairs)} pairs"
        lines.append(f"A legal hold keeps a sealed copy of {what} until {prospect.cover.until.date()}.")
    return lines


def _new(path: Path) -> IO[bytes]:
    """A file that was not there, for nobody but its owner."""
    try:
        return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
    except OSError as error:
        raise GroundError(f"cannot write {path}: {error.strerror}") from error


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _meant() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stderr.write("This cannot be undone. Go on? Type yes: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() == "yes"
