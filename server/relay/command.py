"""``binome audit verify BUNDLE``: what holds of a bundle, and what does not; ``binome audit export``: the trail, to
verify with elsewhere."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

from server.infra.database import Database
from server.kernel.ground import GroundError
from server.relay.against_trail import Known, compare, of_database, of_rows
from server.relay.check import MOST_BYTES, Checked, Wrong, check, printable
from server.trail import heads
from server.trail.chain import Head, Row
from server.trail.command import chosen
from server.trail.lookup import exported, imported
from server.trail.verify import verify as walk

SHOWN: Final = 20  # faults that are printed


def is_offline(arguments: argparse.Namespace) -> bool:
    """Whether a bundle is to be verified without a database. Raises GroundError for what fits no bundle."""
    if arguments.bundle is None and arguments.trail is not None:
        raise GroundError("--trail is for a bundle: binome audit verify BUNDLE.zip --trail FILE")
    return arguments.trail is not None


def verify_offline(arguments: argparse.Namespace, say: Callable[[str], None]) -> bool:
    """A bundle against a trail that was exported, and heads that were kept elsewhere. Raises GroundError."""
    checked = read(arguments.bundle)
    kept = []
    for one in arguments.head:
        head = heads.typed(one)
        if head is None:
            kept += heads.read(Path(one))
        elif checked.manifest is not None:
            kept.append(Head(checked.manifest.organisation, *head, "the given head"))
    known = of_rows(_rows(Path(arguments.trail)), kept, checked)
    compare(checked, known)
    return tell(arguments.bundle, checked, known, say)


async def verify(
    arguments: argparse.Namespace, database: Database, organisations: Mapping[UUID, str], say: Callable[[str], None]
) -> bool:
    """A bundle against the trail of this database, whose chain is followed too. Raises GroundError."""
    if arguments.head:
        raise GroundError(
            "--head goes with a bundle only beside --trail; without a bundle, it is held against the trail"
        )
    only = chosen(organisations, arguments.organisation)
    checked = read(arguments.bundle)
    known = await _known(checked, database, organisations, only)
    return tell(arguments.bundle, checked, known, say)


async def export(
    database: Database, organisations: Mapping[UUID, str], name: str | None, say: Callable[[str], None]
) -> bool:
    """The whole trail of an organisation, as ``verify_offline`` reads it. Raises GroundError."""
    only = chosen(organisations, name)
    if only is None and len(organisations) != 1:
        raise GroundError("there is more than one organisation, or none: name one with --organisation")
    where = only or next(iter(organisations))
    async with database.begin(where) as conn:
        async for line in exported(conn, where):
            say(line)
    return True


def read(path: str) -> Checked:
    """Raises GroundError for a file that cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return check(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise GroundError(f"cannot read {path}: {(error.strerror or 'it is no file').lower()}") from error


async def _known(
    checked: Checked, database: Database, organisations: Mapping[UUID, str], only: UUID | None
) -> Known | None:
    """None: this database can say nothing about it."""
    if checked.manifest is None:
        return None
    its = checked.manifest.organisation
    if only is not None and its != only:
        checked.add(Wrong.OTHER, str(its))
        return None
    if its not in organisations:
        checked.add(Wrong.ORGANISATION, str(its))
        return None
    async with database.begin(its) as conn:
        known = await of_database(conn, checked)
    compare(checked, known)
    chain = [fault async for finding in walk(database, organisations, [], its) for fault in finding.faults]
    return replace(known, chain=chain)


def tell(path: str, checked: Checked, known: Known | None, say: Callable[[str], None]) -> bool:
    """Says what holds and what does not; whether all holds."""
    manifest, faults = checked.manifest, [str(fault) for fault in checked.faults]
    if known is not None:
        faults += [f"the audit trail, entry {one.sequence}: {one}" for one in known.chain]
    if manifest is None:
        say(f"{path}: no bundle that can be read.")
    else:
        say(
            f"{path}: {printable(manifest.kind)} of case {manifest.case}, {printable(manifest.circle)}, made on"
            f" {printable(manifest.made_at)}"
            f" by {manifest.made_by}. Manifest {checked.digest.hex()}"
        )
        own = len(checked.faults)
        if not own:
            say(f"  {len(manifest.files)} files, each as the manifest says; the package is as it was made.")
    for fault in faults[:SHOWN]:
        say(f"  Does not hold: {fault}.")
    if len(faults) > SHOWN:
        say(f"  … and {len(faults) - SHOWN} more.")
    if known is not None and not faults:
        for entry in known.entries:
            say(f"  Recorded in the audit trail as entry {entry.sequence}; the chain was where the manifest says.")
    return not faults


def _rows(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield imported(line, number)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no trail"
        raise GroundError(f"cannot read {path}: {reason.lower()}") from error
