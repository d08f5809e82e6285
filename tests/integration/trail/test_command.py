"""``binome audit verify``: what it says, and its exit codes."""

import argparse
from pathlib import Path
from uuid import UUID

import pytest

from server.infra.database import Database
from server.kernel.ground import GroundError
from server.trail import command, heads
from tests.support.trails import chain, organisation, sql


async def run(database: Database, data: Path, *heads: str, organisation: str | None = None) -> tuple[bool, list[str]]:
    """Whether all is whole, and the lines that are said."""
    known: dict[UUID, str] = dict(await sql(database, "select id, name from organisations"))
    said: list[str] = []
    arguments = argparse.Namespace(head=list(heads), organisation=organisation)
    return await command.run(arguments, database, known, data, said.append), said


async def test_says_of_each_chain_that_it_is_whole(database: Database, tmp_path: Path) -> None:
    assert await run(database, tmp_path) == (True, ["There is no organisation yet, and so nothing to verify."])
    north, south = await chain(database, 3, "North"), await organisation(database, "South")
    ((hashed,),) = await sql(database, "select hash from audit_heads")
    head = f"3:{hashed.hex()}"
    lines = [
        f"North: 3 entries, nothing was changed. Head {head}",
        f"South: 0 entries, nothing was changed. Head 0:{'0' * 64}",
    ]
    assert await run(database, tmp_path) == (True, lines)
    assert await run(database, tmp_path, head, organisation="North") == (True, lines[:1])
    assert await run(database, tmp_path, organisation=str(south.id)) == (True, lines[1:])
    (tmp_path / "printed").write_text(f"2026-11-21 {north.id} 3 {hashed.hex()}\n")
    assert await run(database, tmp_path, str(tmp_path / "printed")) == (True, lines)


async def test_says_where_something_was_changed(database: Database, tmp_path: Path) -> None:
    north = await chain(database, 3)
    await sql(database, "alter table audit_entries disable trigger user")
    await sql(database, "update audit_entries set entry = replace(entry, 'number', 'Number') where sequence = 2")
    await sql(database, "alter table audit_entries enable trigger user")
    whole, said = await run(database, tmp_path, f"9:{'0' * 64}")
    assert not whole
    assert said[:2] == [
        "North: 3 entries, 2 not as recorded.",
        "  North, entry 2: its hash does not follow from the entry and the hash before it.",
    ]
    assert said[2:] == ["  North, entry 4: the chain is shorter than when the given head (entry 9) was kept."]
    (tmp_path / heads.FILE).parent.mkdir()
    (tmp_path / heads.FILE).write_text(f"2026-11-21 {north.id} 3 {'0' * 64}\n")
    whole, said = await run(database, tmp_path)
    assert "another hash stood here when the head of 2026-11-21 in" in said[2]


async def test_what_only_the_user_can_put_right(database: Database, tmp_path: Path) -> None:
    await chain(database, 1, "North")
    await organisation(database, "South")
    twins = [await organisation(database, "Twins") for _ in range(2)]
    (tmp_path / "notes").write_text("bread, milk\n")
    for wrong, organised, line in (
        ((), "West", "there is no organisation 'West'"),
        ((), "Twins", f"2 organisations are called 'Twins'; name one by its identifier: {twins[0].id}, {twins[1].id}"),
        (("1:ab",), None, "--head 1:ab is neither a file nor NUMBER:HASH"),
        ((f"1:{'a' * 64}",), None, "--head NUMBER:HASH needs --organisation, as there are several"),
        ((str(tmp_path / "notes"),), None, f"line 1 of {tmp_path}/notes is not DAY ORGANISATION NUMBER HASH"),
        ((str(tmp_path),), None, f"cannot read the heads in {tmp_path}: is a directory"),
    ):
        with pytest.raises(GroundError) as refused:
            await run(database, tmp_path, *wrong, organisation=organised)
        assert str(refused.value) == line
