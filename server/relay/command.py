"""``binome audit verify BUNDLE``: what holds of a bundle, and what does not; ``binome audit export``: the trail, to
verify with elsewhere."""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from uuid import UUID

from server.infra.database import Database
from server.kernel.ground import GroundError
from server.relay.against_trail import Known, compare, of_database, of_rows
from server.relay.check import MOST_BYTES, Checked, Wrong, check
from server.trail.chain import Head, Row
from server.trail.lookup import exported, imported

SHOWN = 20  # faults that are printed


def read(path: str) -> Checked:
    """Raises GroundError for a file that cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return check(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise GroundError(f"cannot read {path}: {(error.strerror or 'it is no file').lower()}") from error


async def against_database(
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
    return known


def against_export(checked: Checked, path: Path, kept: Collection[Head]) -> Known:
    """Without any database. Raises GroundError for a trail that cannot be read."""
    known = of_rows(_rows(path), kept, checked)
    compare(checked, known)
    return known


def tell(path: str, checked: Checked, known: Known | None, say: Callable[[str], None]) -> bool:
    """Says what holds and what does not; whether all holds."""
    manifest, faults = checked.manifest, [str(fault) for fault in checked.faults]
    if known is not None:
        faults += [f"the audit trail, entry {one.sequence}: {one}" for one in known.chain]
    if manifest is not None:
        say(
            f"{path}: {manifest.kind} of case {manifest.case}, {manifest.circle}, made on {manifest.made_at}"
            f" by {manifest.made_by}. Manifest {checked.digest.hex()}"
        )
    if not faults and manifest is not None:
        say(f"  {len(manifest.files)} files, each as the manifest says; the package is as it was made.")
        if known is None:
            say("  The audit trail was not asked: whether this manifest is the one that was recorded is not known.")
        for entry in known.entries if known is not None else ():
            say(f"  Recorded in the audit trail as entry {entry.sequence}; the chain was where the manifest says.")
        return True
    for fault in faults[:SHOWN]:
        say(f"  {path}: {fault}." if manifest is None else f"  {fault}.")
    if len(faults) > SHOWN:
        say(f"  … and {len(faults) - SHOWN} more.")
    return False


async def export(database: Database, organisation_id: UUID, say: Callable[[str], None]) -> None:
    """The whole trail of an organisation, as ``against_export`` reads it."""
    async with database.begin(organisation_id) as conn:
        async for line in exported(conn, organisation_id):
            say(line)


def _rows(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield imported(line, number)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no trail"
        raise GroundError(f"cannot read {path}: {reason.lower()}") from error
