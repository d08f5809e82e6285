"""A bundle against the audit trail: that this very manifest was written there, and the chain was where it says."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.relay.bundle import Manifest
from server.relay.check import Checked, Wrong
from server.trail.acts import Act
from server.trail.chain import Fault, Head, Row, Walk
from server.trail.lookup import detail_of, entries_saying, hash_at


@dataclass(frozen=True, slots=True)
class Known:
    """What a trail says about one bundle. ``chain``: what is wrong with the trail itself, where that was walked."""

    entries: Sequence[Row]
    hash: bytes | None
    chain: Sequence[Fault] = ()


async def of_database(conn: AsyncConnection, checked: Checked) -> Known:
    """What the database's trail says about a bundle whose manifest could be read."""
    manifest = checked.manifest
    if manifest is None:
        return Known([], None)
    entries = await entries_saying(conn, manifest.organisation, Act.CASE_BUNDLED, "manifest", checked.digest.hex())
    at = None if manifest.chain is None else await hash_at(conn, manifest.organisation, manifest.chain.sequence)
    return Known(entries, at)


def of_rows(rows: Iterator[Row], kept: Collection[Head], checked: Checked) -> Known:
    """What an exported trail says about it. Every entry is followed from the first, against the heads in ``kept``."""
    manifest = checked.manifest
    if manifest is None:
        return Known([], None)
    entries: list[Row] = []
    at: bytes | None = None
    faults: list[Fault] = []
    walk = Walk(manifest.organisation, [head for head in kept if head.organisation == manifest.organisation])
    for row in rows:
        if row.organisation != manifest.organisation:
            continue
        faults += walk.step(row)
        if manifest.chain is not None and row.sequence == manifest.chain.sequence:
            at = row.hash
        if row.act == Act.CASE_BUNDLED and detail_of(row).get("manifest") == checked.digest.hex():
            entries.append(row)
    sequence, hashed = walk.head.split(":")
    # The end is what it is: an export says nothing of a head that it was not given.
    faults += walk.end(Head(manifest.organisation, int(sequence), bytes.fromhex(hashed), "the export"))
    return Known(entries, at, faults)


def compare(checked: Checked, known: Known) -> None:
    """Adds to ``checked`` what the trail does not confirm."""
    manifest = checked.manifest
    if manifest is None:
        return
    if not known.entries:
        checked.add(Wrong.TRAIL)
    for entry in known.entries:
        for name in _contradictions(manifest, entry):
            checked.add(Wrong.ENTRY, name)
    if manifest.chain is not None and (known.hash is None or known.hash.hex() != manifest.chain.hash):
        checked.add(Wrong.CHAIN, str(manifest.chain.sequence))


def _contradictions(manifest: Manifest, entry: Row) -> Iterator[str]:
    detail = detail_of(entry)
    said: dict[str, tuple[UUID | str | None, UUID | str]] = {
        "case": (detail.get("case"), str(manifest.case)),
        "dispatch": (detail.get("dispatch"), str(manifest.dispatch)),
        "kind": (detail.get("kind"), manifest.kind),
        "circle": (detail.get("circle"), manifest.circle),
        "by": (entry.by, manifest.made_by),
    }
    yield from (name for name, (recorded, claimed) in said.items() if recorded != claimed)
