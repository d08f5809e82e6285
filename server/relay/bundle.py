"""The file that leaves: a ZIP with a manifest that names each part by its SHA-256, written so that the same parts are
always the same bytes. Nothing is compressed: what has one way to be written has no room for a change that nobody sees.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
import rfc8785

from server.trail.canonical import instant

FORMAT: Final = "binome-bundle"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
NAME: Final = re.compile(r"(?:[a-z0-9][a-z0-9_-]{0,63}/)?[a-z0-9][a-z0-9_-]{0,63}\.(?:html|json|ogg)")
_WHEN: Final = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can say; when it was made, the manifest says


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the bundle."""

    name: str
    bytes: int
    sha256: str


class ChainHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the audit trail of the organisation had got: the number and the hash of its last entry."""

    sequence: int
    hash: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["binome-bundle"]
    version: Literal[1]
    dispatch: UUID
    case: UUID
    organisation: UUID
    kind: str
    circle: str
    made_by: UUID
    made_at: str
    chain: ChainHead | None
    files: list[Part]


def manifest_of(
    files: Mapping[str, bytes],
    *,
    dispatch: UUID,
    case: UUID,
    organisation: UUID,
    kind: str,
    circle: str,
    made_by: UUID,
    made_at: datetime,
    head: tuple[int, bytes] | None,
) -> Manifest:
    """``head``: of the audit trail now, None before its first entry. Raises ValueError for a name that is not ours."""
    if wrong := [name for name in files if not NAME.fullmatch(name) or name == MANIFEST]:
        raise ValueError(f"{wrong} cannot be in a bundle")
    parts = [Part(name, len(files[name]), hashlib.sha256(files[name]).hexdigest()) for name in sorted(files)]
    chain = None if head is None else ChainHead(head[0], head[1].hex())
    return Manifest(
        FORMAT, VERSION, dispatch, case, organisation, kind, circle, made_by, instant(made_at), chain, parts
    )


def canonical(manifest: Manifest) -> bytes:
    """The one way in which a manifest is written: RFC 8785."""
    return rfc8785.dumps(msgspec.to_builtins(manifest))


def digest(manifest: Manifest) -> bytes:
    """What the audit trail remembers of a bundle."""
    return hashlib.sha256(canonical(manifest)).digest()


def pack(files: Mapping[str, bytes], manifest: Manifest) -> bytes:
    """The bundle: the manifest first, then the files in the order that it has them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, content in [
            (MANIFEST, canonical(manifest)),
            *((one.name, files[one.name]) for one in manifest.files),
        ]:
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.create_system = 3  # whichever system it is made on
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()
