"""``binome audit verify``: what it is asked, and what it answers."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import text

from server.infra.database import Database
from server.kernel.ground import GroundError
from server.trail import heads
from server.trail.chain import Head
from server.trail.verify import Finding, verify

SHOWN: Final = 20  # faults of one chain that are printed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    commands = parser.add_subparsers(required=True, metavar="verify|export", dest="does")
    export = commands.add_parser("export", help="write an audit trail out, to verify a bundle with elsewhere")
    export.add_argument(
        "--organisation", metavar="NAME", help="this association's chain; needed where there are several"
    )
    command = commands.add_parser(
        "verify", help="read the audit trail, or the bundle of a case, and say what was changed, removed or added"
    )
    command.add_argument("bundle", nargs="?", metavar="BUNDLE.zip", help="what left about a case, instead of the trail")
    command.add_argument(
        "--trail", metavar="FILE", help="verify the bundle with a trail that `export` wrote, without any database"
    )
    command.add_argument("--organisation", metavar="NAME", help="this association's chain alone")
    command.add_argument(
        "--head",
        metavar="FILE|NUMBER:HASH",
        action="append",
        default=[],
        help="a head that was kept elsewhere, as the page of heads prints it, or a file of them; may be repeated",
    )


async def check_migrated(database: Database) -> None:
    """Raises GroundError for a database that has no audit trail yet: nothing is made by looking at it."""
    async with database.everywhere() as conn:
        if (await conn.execute(text("select to_regclass('audit_entries')::text"))).scalar_one() is None:
            raise GroundError("the database has no audit trail yet; run `binome db upgrade` first")


async def run(
    arguments: argparse.Namespace,
    database: Database,
    organisations: Mapping[UUID, str],
    data: Path,
    say: Callable[[str], None],
) -> bool:
    """Whether all is as it was recorded. ``organisations`` are those that there are, by name. Raises GroundError for
    what only the user can put right."""
    only = chosen(organisations, arguments.organisation)
    kept = _kept(arguments.head, organisations, only, data)
    whole = True
    async for finding in verify(database, organisations, kept, only):
        whole = whole and not finding.wrong
        for line in _told(finding, organisations):
            say(line)
    if whole and not organisations:
        say("There is no organisation yet, and so nothing to verify.")
    return whole


def chosen(organisations: Mapping[UUID, str], wanted: str | None) -> UUID | None:
    """The organisation of this name or identifier; None where none is asked for. Raises GroundError."""
    if wanted is None:
        return None
    found = [identifier for identifier, name in organisations.items() if wanted in (name, str(identifier))]
    if not found:
        raise GroundError(f"there is no organisation {wanted!r}")
    if len(found) > 1:
        choices = ", ".join(map(str, found))
        raise GroundError(f"{len(found)} organisations are called {wanted!r}; name one by its identifier: {choices}")
    return found[0]


def _kept(given: list[str], organisations: Mapping[UUID, str], only: UUID | None, data: Path) -> list[Head]:
    own = data / heads.FILE
    kept = heads.read(own) if own.exists() else []
    for one in given:
        head = heads.typed(one)
        if head is None:
            path = Path(one)
            if not path.exists():
                raise GroundError(f"--head {one} is neither a file nor NUMBER:HASH")
            kept += heads.read(path)
            continue
        if only is None and len(organisations) != 1:
            raise GroundError("--head NUMBER:HASH needs --organisation, as there are several")
        kept.append(Head(only or next(iter(organisations)), *head, "the given head"))
    return kept if only is None else [head for head in kept if head.organisation == only]


def _told(finding: Finding, organisations: Mapping[UUID, str]) -> list[str]:
    if finding.organisation is None:
        return [f"The database: {fault}." for fault in finding.faults]
    name = organisations.get(finding.organisation, str(finding.organisation))
    if not finding.wrong:
        return [f"{name}: {finding.entries} entries, nothing was changed. Head {finding.head}"]
    told = [f"{name}: {finding.entries} entries, {finding.wrong} not as recorded."]
    for fault in finding.faults[:SHOWN]:
        where = f"entry {fault.sequence}: " if fault.sequence is not None else ""
        told.append(f"  {name}, {where}{fault}.")
    if finding.wrong > SHOWN:
        told.append(f"  … and {finding.wrong - SHOWN} more.")
    return told
