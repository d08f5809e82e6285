"""A bundle says what was said, to the letter, to whom it may be said, and shows every change made to it later."""

import argparse
import asyncio
import hashlib
import io
import os
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from server.kernel.ground import GroundError
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.relay import command
from server.relay.bundle import Manifest, pack
from server.relay.check import check
from tests.processes import environment, run
from tests.support.dispatches import WORDS, Worry, fetch, parts, said, worry
from tests.support.notes import note as made_note
from tests.support.notes import say, upload
from tests.support.rooms import House, organisation


class Quoted(HTMLParser):
    """The words in a document that are marked as the child's."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.tags: set[str] = set()
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "div" and ("class", "words") in attrs:
            self._inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def quoted(page: bytes) -> Quoted:
    parser = Quoted()
    parser.feed(page.decode())
    return parser


async def test_it_holds_the_case_with_its_words_as_they_were(house: House) -> None:
    worried = await worry(house)
    julien = await house.open(worried.room.mentor)
    for number in range(8):
        assert (await julien.say(worried.room, f"Je suis là, message {number}."))["ok"]
    file = await worried.file(await worried.agreed())
    assert sorted(parts(file)) == ["case.json", "dossier.html", "manifest.json"]
    case = said(file)
    ((conversation),) = case["conversations"]
    assert [(one["seq"], one["marked"]) for one in conversation["messages"]] == [
        (1, False), (2, True), (3, False), (4, False), (5, False), (6, False), (7, False),
    ]  # fmt: skip
    marked = conversation["messages"][1]
    assert [version["text"] for version in marked["versions"]] == [WORDS]
    assert marked["author"]["role"] == "mentee"
    ((flag),) = case["flags"]
    assert (flag["text"], flag["severity"], flag["category"]) == (WORDS, 4, "suicide")
    assert flag["labels"][0]["rule"].startswith("suicide")
    assert flag["labels"][0]["version"]
    assert flag["engine"]
    assert {one["who"]["name"]: one["parts"] for one in case["parties"]}["Lea"] == ["author"]
    assert [entry["act"] for entry in case["timeline"]][:3] == ["opened", "paged", "acknowledged"]
    ((page),) = case["pages"]
    assert page["reached"][0]["name"] == "Claire"


async def test_what_a_message_was_before_it_was_edited_is_kept(house: House) -> None:
    worried = await worry(house, "je veux mourir ce soir")
    lea = await house.open(worried.room.mentee)
    edited = await lea.call("chat:edit", {"room": str(worried.room.id), "seq": 2, "body": "je blaguais, oublie"})
    assert edited["ok"], edited
    file = await worried.file(await worried.agreed())
    (message,) = [one for one in said(file)["conversations"][0]["messages"] if one["marked"]]
    assert [version["text"] for version in message["versions"]] == ["je veux mourir ce soir", "je blaguais, oublie"]
    assert message["edited"]
    assert {"je veux mourir ce soir", "je blaguais, oublie"} <= set(quoted(parts(file)["dossier.html"]).found)


async def test_no_text_of_anybody_is_code_in_the_document(house: House) -> None:
    worried = await worry(house)
    await worried.ask(
        worried.claire,
        "POST",
        f"cases/{worried.case}/notes",
        {"id": str(new_id()), "words": "</p><img src=x onerror=alert(1)>", "tier": "shareable"},
    )
    document = parts(await worried.file(await worried.agreed()))["dossier.html"]
    read = quoted(document)
    assert WORDS in read.found
    assert read.tags.isdisjoint({"script", "img", "iframe", "object", "form", "link", "svg"})
    assert b'http-equiv="Content-Security-Policy" content="default-src \'none\'' in document
    assert b"://" not in document.replace(b"urn:", b"")


NOTES = {"shareable": "Peut être dit au médecin.", "team": "Pour l’équipe seule.", "confidential": "Pour moi seule."}


@pytest.mark.parametrize(("outside", "shown"), [(True, {"shareable"}), (False, {"shareable", "team"})])
async def test_notes_go_no_further_than_their_circle(house: House, outside: bool, shown: set[str]) -> None:
    worried = await worry(house)
    for tier, words in NOTES.items():
        note = {"id": str(new_id()), "words": words, "tier": tier}
        assert (await worried.ask(worried.claire, "POST", f"cases/{worried.case}/notes", note)).status == 200
    task = {"id": str(new_id()), "words": "Rappeler la mère."}
    assert (await worried.ask(worried.claire, "POST", f"cases/{worried.case}/tasks", task)).status == 200
    if outside:
        file = await worried.file(await worried.agreed())
    else:
        made = await worried.ready(outside=False)
        assert (await worried.act(worried.claire, made, "propose")).status == 204
        file = await worried.file(made)
    for tier, words in NOTES.items():
        assert (words.encode() in parts(file)["case.json"]) == (tier in shown), tier
        assert (words.encode() in parts(file)["dossier.html"]) == (tier in shown), tier
    assert ("Rappeler la mère.".encode() in file) != outside


async def findings(house: House, file: bytes, tmp_path: Path, only: str | None = None) -> tuple[bool, list[str]]:
    """What `binome audit verify BUNDLE` answers, with the database at hand."""
    path = tmp_path / "bundle.zip"
    path.write_bytes(file)
    said: list[str] = []
    organisations = {row[0]: row[1] for row in await house.sql("select id, name from organisations")}
    asked = argparse.Namespace(bundle=str(path), head=[], organisation=only, trail=None)
    whole = await command.verify(asked, house.database, organisations, said.append)
    return whole, said


async def test_it_is_tied_to_the_audit_trail(house: House, tmp_path: Path) -> None:
    worried = await worry(house)
    made = await worried.agreed()
    file = await worried.file(made)
    manifest = hashlib.sha256(parts(file)["manifest.json"]).hexdigest()
    ((detail, by),) = await house.sql(
        "select entry::jsonb -> 'detail', by_id from audit_entries where act = 'case.bundled'"
    )
    assert (detail["manifest"], detail["dispatch"], detail["circle"]) == (manifest, made, "outside")
    assert by == worried.claire.id
    whole, said_ = await findings(house, file, tmp_path)
    assert whole, said_
    assert "2 files, each as the manifest says" in said_[1]
    assert said_[-1].startswith("  Recorded in the audit trail as entry ")


async def test_every_changed_byte_is_found(house: House) -> None:
    worried = await worry(house)
    file = await worried.file(await worried.agreed())
    assert check(file).faults == []
    step = max(1, len(file) // 1_500)  # a flip is a whole check: some fifteen hundred of them, in every part of it
    unseen = []
    for at in {*range(0, len(file), step), *range(len(file) - 400, len(file))}:
        flipped = bytearray(file)
        flipped[at] ^= 1
        if not check(bytes(flipped)).faults:
            unseen.append(at)
    assert unseen == []


def packed(files: dict[str, bytes], **how: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, content, how.get("compress", zipfile.ZIP_STORED))
    return out.getvalue()


async def test_every_kind_of_tampering_is_named(house: House, tmp_path: Path) -> None:
    worried = await worry(house)
    first, second = await worried.agreed(), await worried.agreed()
    file, other = await worried.file(first), await worried.file(second)
    files, others = parts(file), parts(other)

    def faults(content: bytes) -> list[str]:
        return [str(fault) for fault in check(content).faults]

    for name in ("case.json", "dossier.html"):
        assert faults(packed(files | {name: files[name] + b" "})) == [f"a file was changed: {name}"]
        without = {key: value for key, value in files.items() if key != name}
        assert faults(packed(without)) == [f"a file was removed: {name}"]
    assert faults(packed(files | {"added.html": b"<p>"})) == ["a file was added: added.html"]
    assert faults(packed({key: files[key] for key in sorted(files)})) == [
        "the package itself was changed, or made anew: its files are as they were, its bytes are not"
    ]
    assert faults(packed({key: value for key, value in files.items() if key != "manifest.json"})) == [
        "there is no manifest"
    ]
    assert faults(packed(files | {"manifest.json": b"{}"})) == ["the manifest is not one that Binôme has written"]
    assert faults(packed(files, compress=zipfile.ZIP_DEFLATED)) == ["it is no whole ZIP file, or was cut off"]
    for length in (0, 10, len(file) // 2, len(file) - 1):
        assert faults(file[:length]) == ["it is no whole ZIP file, or was cut off"], length
    assert faults(file + b"\0") != []
    assert faults(b"MZ" + file) != []
    for name in ("../../etc/passwd", "/etc/passwd", "C:\\x.html", "voice/../../x.ogg", "a\x1b[31m.html"):
        told = faults(packed(files | {name: b"x"}))
        assert any("a name that Binôme never gives" in one for one in told), told
        assert "\x1b" not in "".join(told)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - the path lib would be waited for
    # The manifest of another bundle: its files are not these.
    assert set(faults(packed(files | {"manifest.json": others["manifest.json"]}))) >= {
        "a file was changed: case.json",
    }
    # Somebody who writes both the files and a manifest for them is found by the trail alone.
    forged = files | {"case.json": files["case.json"].replace(b"Lea", b"Zoe")}
    manifest = msgspec.json.decode(files["manifest.json"], type=Manifest)
    listed = [
        msgspec.structs.replace(
            part, sha256=hashlib.sha256(forged[part.name]).hexdigest(), bytes=len(forged[part.name])
        )
        for part in manifest.files
    ]
    whole = pack(forged, msgspec.structs.replace(manifest, files=listed))
    assert faults(whole) == []
    assert rfc8785.dumps(msgspec.to_builtins(manifest)) == files["manifest.json"]
    holds, told = await findings(house, whole, tmp_path)
    assert not holds
    assert "  Does not hold: the audit trail knows no bundle with this manifest." in told


async def test_a_bundle_of_others_is_said_to_be_theirs(house: House, tmp_path: Path) -> None:
    worried = await worry(house)
    file = await worried.file(await worried.agreed())
    await organisation(house.database, "South")
    holds, told = await findings(house, file, tmp_path, only="South")
    assert not holds
    assert told[-1] == f"  Does not hold: it belongs to another organisation: {house.north.id}."


async def test_it_is_verified_without_a_database(house: House, tmp_path: Path) -> None:
    worried = await worry(house)
    file = await worried.file(await worried.agreed())
    bundle, trail = tmp_path / "bundle.zip", tmp_path / "trail"
    bundle.write_bytes(file)
    lines: list[str] = []
    assert await command.export(house.database, {house.north.id: "North"}, None, lines.append)
    trail.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ((head, sequence),) = await house.sql("select encode(hash, 'hex'), sequence from audit_heads")

    def verified(*heads: str) -> tuple[bool, list[str]]:
        said_: list[str] = []
        asked = argparse.Namespace(bundle=str(bundle), head=list(heads), organisation=None, trail=str(trail))
        return command.verify_offline(asked, said_.append), said_

    holds, told = verified(f"{sequence}:{head}")
    assert holds, told
    holds, told = verified(f"{sequence + 5}:{head}")
    assert not holds
    assert "the chain is shorter than when the given head" in told[-1]
    broken = [line.replace('"kind":"bundle"', '"kind":"relay"') for line in lines]
    trail.write_text("\n".join(broken), encoding="utf-8")
    holds, told = verified()
    assert not holds
    assert any("its hash does not follow" in line for line in told)
    assert any("the audit trail says something else about this bundle: kind" in line for line in told)
    trail.write_text("\n".join(line for line in lines if "case.bundled" not in line), encoding="utf-8")
    holds, told = verified()
    assert not holds
    assert "  Does not hold: the audit trail knows no bundle with this manifest." in told
    trail.write_text("not a trail\n", encoding="utf-8")
    with pytest.raises(GroundError, match="line 1 of the trail"):
        verified()


async def test_what_is_kept_is_what_was_agreed_to_or_does_not_leave(house: House) -> None:
    worried = await worry(house)
    made = await worried.agreed()
    await house.sql("alter table dispatch_files disable trigger kept")
    await house.sql("update dispatch_files set content = overlay(content placing '\\x00' from 200 for 1)")
    status, body = await fetch(house, worried.claire, f"dispatches/{made}/file")
    assert status == 409
    assert b"dispatch_broken" in body or b"conflict" in body


async def test_the_command_itself_says_what_holds(house: House, tmp_path: Path) -> None:
    """As an investigator types it, on a machine that has no database of ours."""
    worried = await worry(house)
    bundle, trail = tmp_path / "bundle.zip", tmp_path / "trail"
    bundle.write_bytes(await worried.file(await worried.agreed()))
    lines: list[str] = []
    assert await command.export(house.database, {house.north.id: "North"}, "North", lines.append)
    trail.write_text("\n".join(lines), encoding="utf-8")
    env = environment(tmp_path / "data")

    async def typed(*arguments: str) -> tuple[int, str]:
        done = await asyncio.to_thread(run, "audit", "verify", *arguments, env=env)
        return done.returncode, done.stdout + done.stderr

    code, told = await typed(str(bundle), "--trail", str(trail))
    assert (code, "2 files, each as the manifest says" in told) == (0, True), told
    bundle.write_bytes(bundle.read_bytes().replace(b"mourir", b"sortir"))
    code, told = await typed(str(bundle), "--trail", str(trail))
    assert code == 1
    assert "Does not hold: a file was changed: case.json" in told
    assert (await typed(str(tmp_path / "nothing.zip"), "--trail", str(trail)))[0] == 2
    assert (await typed("--trail", str(trail)))[0] == 2
    assert not (tmp_path / "data" / "postgres").exists()


async def test_a_trail_that_was_rewritten_confirms_nothing(house: House, tmp_path: Path) -> None:
    worried = await worry(house)
    file = await worried.file(await worried.agreed())
    await house.sql("alter table audit_entries disable trigger user")
    await house.sql("update audit_entries set entry = replace(entry, 'outside', 'team') where act = 'case.bundled'")
    await house.sql("alter table audit_entries enable trigger user")
    holds, told = await findings(house, file, tmp_path)
    assert not holds
    assert "  Does not hold: the audit trail says something else about this bundle: circle." in told
    assert any("its hash does not follow" in line for line in told)


async def test_a_reported_message_and_a_voice_note_are_in_it(house: House) -> None:
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    assert (await julien.say(room, "Bonsoir, tu es là ?"))["ok"]
    content = made_note()
    note = await upload(house, room.mentee, room, content)
    assert (await say(lea, room, note, 3))["ok"]
    assert (await lea.say(room, "je préfère pas"))["ok"]
    report = {"id": str(new_id()), "subject": "message", "kind": "danger", "words": "J’ai peur.", "seq": 1}
    assert (await house.ask(room.mentee, "POST", "/api/v1/reports", report | {"room": str(room.id)})).status == 200
    ((case,),) = await house.sql("select id from cases where origin = 'report'")
    assert (await house.ask(room.supervisor, "POST", f"/api/v1/cases/{case}/acknowledge")).status == 200
    worried = Worry(house, room, room.supervisor, samir, str(case))
    file = await worried.file(await worried.agreed())
    assert check(file).faults == []
    told = said(file)
    ((reported),) = told["reports"]
    assert (reported["by"]["name"], reported["words"], reported["text"]) == (
        "Lea", "J’ai peur.", "Bonsoir, tu es là ?",
    )  # fmt: skip
    ((conversation),) = told["conversations"]
    assert [(one["marked"], one["kind"]) for one in conversation["messages"]] == [
        (True, "text"), (False, "voice"), (False, "text"),
    ]  # fmt: skip
    assert parts(file)[conversation["messages"][1]["voice"]] == content
    assert {"J’ai peur.", "je préfère pas"} <= set(quoted(parts(file)["dossier.html"]).found)
