"""What anybody may hand to ``binome audit verify``: it says what does not hold, whatever it is, and never stumbles."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.identifiers import new_id
from server.relay import command
from server.relay.bundle import MANIFEST, manifest_of, pack
from server.relay.check import Wrong, check

FILES = {"case.json": b"{}\n", "dossier.html": b"<!doctype html>\n", "voice/a.ogg": b"OggS"}
IDS = {name: new_id() for name in ("dispatch", "case", "organisation", "made_by")}
OURS = manifest_of(
    FILES, **IDS, kind="bundle", circle="outside", made_at=datetime(2026, 11, 22, tzinfo=UTC), head=(7, bytes(32))
)
WHOLE = pack(FILES, OURS)


def faults(content: bytes) -> list[Wrong]:
    return [fault.what for fault in check(content).faults]


def with_manifest(**changed: Any) -> bytes:
    """The bundle with another manifest, as plain JSON if there is no canonical way to write it."""
    plain = msgspec.to_builtins(OURS) | changed
    try:
        written = rfc8785.dumps(plain)
    except rfc8785.CanonicalizationError:
        written = msgspec.json.encode(plain)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in {MANIFEST: written, **FILES}.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def test_ours_holds() -> None:
    assert faults(WHOLE) == []
    assert with_manifest() == WHOLE


@pytest.mark.parametrize("sequence", [2**53, 2**60, 2**64 + 1, -(2**53), 10**40])
def test_a_number_that_there_is_no_way_to_write_is_no_manifest(sequence: int) -> None:
    assert faults(with_manifest(chain={"sequence": sequence, "hash": "00" * 32})) == [Wrong.MANIFEST]


@pytest.mark.parametrize("name", ["kind", "circle", "made_at"])
def test_what_a_forger_wrote_moves_nothing_on_a_terminal(name: str) -> None:
    forged = "bundle\x1b[2K\r\n  Recorded in the audit trail as entry 7; the chain was where the manifest says."
    lines: list[str] = []
    checked = check(with_manifest(**{name: forged}))
    checked.add(Wrong.TRAIL)
    assert not command.tell("x.zip", checked, None, lines.append)
    assert [line for line in lines if not line.isprintable()] == []
    assert [line for line in lines if line.startswith("  Recorded")] == []


def test_entries_that_share_their_bytes_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte that says of itself that it is two hundred."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("case.json", bytes(1024 * 1024))
        (first,) = archive.infolist()
        for number in range(200):
            again = zipfile.ZipInfo(f"a{number}.json")
            again.header_offset, again.CRC = first.header_offset, first.CRC
            again.file_size = again.compress_size = first.file_size
            archive.filelist.append(again)
        archive._didModify = True  # type: ignore[attr-defined]  # so that the entries are written, too
    read: list[str] = []

    def noted(_of: zipfile.ZipFile, name: Any) -> bytes:
        read.append(str(name))
        return b""

    monkeypatch.setattr(zipfile.ZipFile, "read", noted)
    assert len(out.getvalue()) < 2 * 1024 * 1024
    assert faults(out.getvalue()) == [Wrong.PACKAGE]
    assert read == []


@pytest.mark.parametrize("name", ["case.json", "../case.json", "dossier.html"])
def test_a_link_is_no_file_of_ours(name: str) -> None:
    """A symbolic link in a package leads nowhere: nothing of it is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for each, content in {MANIFEST: rfc8785.dumps(msgspec.to_builtins(OURS)), **FILES}.items():
            entry = zipfile.ZipInfo(each, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o120777 if each == name else 0o600) << 16
            archive.writestr(entry, b"/etc/passwd" if each == name else content)
        if name not in FILES:
            archive.writestr(name, b"/etc/passwd")
    assert faults(out.getvalue()) != []


@given(st.binary(max_size=400))
def test_whatever_it_is_it_is_no_bundle(content: bytes) -> None:
    assert faults(content) != []


@given(st.data())
def test_cut_doubled_or_written_over_it_does_not_hold(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    to = data.draw(st.integers(at, len(WHOLE)))
    piece = data.draw(st.one_of(st.binary(max_size=60), st.just(WHOLE), st.just(WHOLE[at:to])))
    changed = WHOLE[:at] + piece + WHOLE[to:]
    assert (faults(changed) == []) == (changed == WHOLE)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=4),
    max_leaves=8,
)


@given(VALUES)
def test_whatever_stands_in_the_manifest_is_answered(value: Any) -> None:
    for name in ("chain", "files", "version", "case"):
        try:
            content = with_manifest(**{name: value})
        except (ValueError, TypeError, OverflowError, UnicodeError):  # there is no JSON for it
            continue
        before_the_first_entry = name == "chain" and value is None
        assert (faults(content) == []) == (content == WHOLE or before_the_first_entry)
