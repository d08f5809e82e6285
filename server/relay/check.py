"""What does not hold of a bundle, by itself: each file against the manifest, and the whole against the one way in which
it is written. Pure; what the trail knows of it stands in ``against_trail.py``. Nothing is unpacked to the disk."""

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec
import rfc8785

from server.relay.bundle import MANIFEST, NAME, Manifest, canonical, pack

MOST_BYTES: Final = 256 * 1024 * 1024  # of a bundle: ours stay far below; what is larger is none of ours
MOST_FILES: Final = 10_000


class Wrong(StrEnum):
    """What does not hold."""

    ADDED = "a file was added: {name}"
    CHANGED = "a file was changed: {name}"
    CHAIN = "at entry {name}, the audit trail has another hash than the manifest says"
    ENTRY = "the audit trail says something else about this bundle: {name}"
    FORM = "the package itself was changed, or made anew: its files are as they were, its bytes are not"
    LARGE = "it is larger than any bundle of Binôme"
    MANIFEST = "the manifest is not one that Binôme has written"
    NAME = "a file has a name that Binôme never gives: {name}"
    NO_MANIFEST = "there is no manifest"
    ORGANISATION = "this database does not know the organisation {name}"
    OTHER = "it belongs to another organisation: {name}"
    PACKAGE = "it is no whole ZIP file, or was cut off"
    REMOVED = "a file was removed: {name}"
    TRAIL = "the audit trail knows no bundle with this manifest"
    TWICE = "a file is in it twice: {name}"


@dataclass(frozen=True, slots=True)
class Fault:
    what: Wrong
    name: str = ""

    def __str__(self) -> str:
        return self.what.value.format(name=self.name)


@dataclass(slots=True)
class Checked:
    """``manifest`` is there when one could be read, whatever else is wrong; ``digest`` of the bytes that it has."""

    manifest: Manifest | None = None
    digest: bytes = b""
    faults: list[Fault] = field(default_factory=list)

    def add(self, what: Wrong, name: str = "") -> None:
        self.faults.append(Fault(what, printable(name)))


def check(content: bytes) -> Checked:
    """Everything that is wrong with a bundle, as far as it can say itself. Never raises for what is in it."""
    found = Checked()
    if len(content) > MOST_BYTES:
        found.add(Wrong.LARGE)
        return found
    files = _read(content, found)
    if files is None:
        return found
    written = files.pop(MANIFEST, None)
    if written is None:
        found.add(Wrong.NO_MANIFEST)
        return found
    try:
        manifest = msgspec.json.decode(written, type=Manifest)
        one_way = canonical(manifest)  # which has numbers that there is no way to write
    except (msgspec.MsgspecError, UnicodeError, RecursionError, rfc8785.CanonicalizationError):
        found.add(Wrong.MANIFEST)
        return found
    found.manifest = manifest
    found.digest = hashlib.sha256(written).digest()
    names = [part.name for part in found.manifest.files]
    if one_way != written or names != sorted(set(names)) or not all(map(NAME.fullmatch, names)):
        found.add(Wrong.MANIFEST)
    for part in found.manifest.files:
        if part.name not in files:
            found.add(Wrong.REMOVED, part.name)
        elif hashlib.sha256(files[part.name]).hexdigest() != part.sha256 or len(files[part.name]) != part.bytes:
            found.add(Wrong.CHANGED, part.name)
    for name in sorted(files.keys() - set(names)):
        found.add(Wrong.ADDED, name)
    if not found.faults and pack(files, found.manifest) != content:
        found.add(Wrong.FORM)
    return found


def _read(content: bytes, found: Checked) -> dict[str, bytes] | None:
    """The files, by name, held in memory alone: a name that leads elsewhere leads nowhere. None: it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            # What is compressed, or shares its bytes with another, is not ours, and may be far larger than it looks.
            stored = all(one.compress_type == zipfile.ZIP_STORED for one in entries)
            if len(entries) > MOST_FILES or not stored or sum(one.file_size for one in entries) > len(content):
                found.add(Wrong.PACKAGE)
                return None
            files: dict[str, bytes] = {}
            for entry in entries:
                if entry.filename in files:
                    found.add(Wrong.TWICE, entry.filename)
                elif not NAME.fullmatch(entry.filename):
                    found.add(Wrong.NAME, entry.filename)
                try:
                    files[entry.filename] = archive.read(entry)
                except zipfile.BadZipFile:  # its own checksum says so before ours does
                    found.add(Wrong.CHANGED, entry.filename)
                    files[entry.filename] = b""
            return files
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, OverflowError, EOFError):
        found.add(Wrong.PACKAGE)
        return None


def printable(name: str) -> str:
    """A name out of a file that anybody may have made, for a terminal."""
    return "".join(one if one.isprintable() else "\ufffd" for one in name[:120])
