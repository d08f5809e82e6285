"""``binome secret rotate`` on a real database: everything opens under the new secret, nobody is signed out."""

from pathlib import Path

import pytest

from server import rotation
from server.infra.database import Database
from server.infra.secrets import InstanceKeyring, Keyring, NotOurs
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.factors.checks import PURPOSE
from server.people.reach.push_keys import PURPOSE as PUSH
from server.rights.sealing import PURPOSE as REMAINS
from server.rights.sealing import about_piece
from tests.support.rooms import NOW, Person, organisation, person, served, sql

OLD, NEW, LOST = "a" * 64, "b" * 64, "c" * 64


async def with_sealed_things(database: Database, keys: Keyring) -> tuple[Person, list[bytes]]:
    """A professional with a one-time secret, the remains of somebody under a legal hold, keys of push services."""
    north = await organisation(database)
    claire = await person(database, north, Role.SUPERVISOR, "Claire")
    await sql(
        database,
        "insert into totp_secrets (account_id, organisation_id, sealed, last_step, created_at)"
        " values (:account, :organisation, :sealed, 0, :at)",
        account=claire.id,
        organisation=north.id,
        sealed=keys.seal(PURPOSE, b"JBSWY3DP", claire.id.bytes),
        at=NOW,
    )
    push = new_id()
    await sql(
        database,
        "insert into push_keys (id, public, sealed, made_at) values (:id, 'public', :sealed, :at)",
        id=push,
        sealed=keys.seal(PUSH, b"private", push.bytes),
        at=NOW,
    )
    remains = new_id()
    await sql(
        database,
        "insert into sealed_remains (id, organisation_id, account_id, sealed_at)"
        " values (:id, :organisation, :account, :at)",
        id=remains,
        organisation=north.id,
        account=claire.id,
        at=NOW,
    )
    for number in range(2):
        await sql(
            database,
            "insert into sealed_pieces (remains_id, number, content) values (:id, :number, :content)",
            id=remains,
            number=number,
            content=keys.seal(REMAINS, b"words", about_piece(remains, number)),
        )
    return claire, [about_piece(remains, number) for number in range(2)]


async def opened(database: Database, keys: Keyring, who: Person, pieces: list[bytes]) -> list[bytes]:
    ((sealed,),) = await sql(database, "select sealed from totp_secrets")
    contents = [content for (content,) in await sql(database, "select content from sealed_pieces order by number")]
    ((push, private),) = await sql(database, "select id, sealed from push_keys")
    found = [keys.open(PURPOSE, sealed, who.id.bytes), keys.open(PUSH, private, push.bytes)]
    return found + [keys.open(REMAINS, content, about) for content, about in zip(contents, pieces, strict=True)]


async def test_with_the_secret_in_the_data_folder(database: Database, tmp_path: Path) -> None:
    running = InstanceKeyring(None, tmp_path)
    claire, pieces = await with_sealed_things(database, running.keys)
    before = running.keys
    sessions = await sql(database, "select * from auth_sessions order by id")
    for _ in range(3):
        assert await rotation.rotate(database, InstanceKeyring(None, tmp_path)) == [
            "There is a new secret in the data folder. The last one stays beside it until the next time.",
            "1 keys of push services were sealed anew.",
            "1 secrets of one-time codes were sealed anew.",
            "2 pieces kept for a legal hold were sealed anew.",
        ]
        assert await opened(database, running.keys, claire, pieces) == [b"JBSWY3DP", b"private", b"words", b"words"]
    with pytest.raises(NotOurs):
        await opened(database, before, claire, pieces)
    assert await sql(database, "select * from auth_sessions order by id") == sessions


async def test_who_is_in_stays_in(database: Database, tmp_path: Path) -> None:
    """Beside a server, with sessions, a socket, and a code that is not used yet."""
    async with served(database, BINOME_DATA=str(tmp_path), BINOME_SECRET="") as house:
        room, admin = await house.room(), await house.person(Role.ADMIN, "Alice")
        talking = await house.open(room.mentor)
        code = (await house.ask(admin, "POST", f"/api/v1/accounts/{room.mentee.id}/invitation", {})).body["code"]
        for step in range(2):
            assert (await talking.say(room, f"Bonjour {step}"))["ok"]
            for line in await rotation.rotate(house.bound, InstanceKeyring(None, tmp_path)):
                assert "none of the secrets" not in line
        assert (await talking.say(room, "Encore là"))["ok"]
        assert not talking.closed
        for who in (room.mentor, room.mentee, admin):
            assert (await house.ask(who, "GET", "/api/v1/session")).status == 200
            await house.open(who)
        assert (await house.site.ask("POST", "/api/v1/join/device", {"code": code, "kind": "cookie"})).status == 200


async def test_with_the_secrets_of_the_operator(database: Database, tmp_path: Path) -> None:
    claire, pieces = await with_sealed_things(database, Keyring([OLD]))
    ring = InstanceKeyring(f"{NEW},{OLD}", tmp_path)
    assert (await rotation.rotate(database, ring))[-1].startswith("Everything opens with the first secret")
    assert await opened(database, Keyring([NEW]), claire, pieces) == [b"JBSWY3DP", b"private", b"words", b"words"]
    assert (await rotation.rotate(database, ring))[:2] == [
        "0 keys of push services were sealed anew.",
        "0 secrets of one-time codes were sealed anew.",
    ]


async def test_what_opens_with_none_is_told_and_left_as_it_is(database: Database, tmp_path: Path) -> None:
    claire, pieces = await with_sealed_things(database, Keyring([LOST]))
    told = await rotation.rotate(database, InstanceKeyring(f"{NEW},{OLD}", tmp_path))
    assert [line for line in told if "none of the secrets" in line] == [
        "1 keys of push services open with none of the secrets: put the one that sealed them behind.",
        "1 secrets of one-time codes open with none of the secrets: put the one that sealed them behind.",
        "2 pieces kept for a legal hold open with none of the secrets: put the one that sealed them behind.",
    ]
    assert not any(line.startswith("Everything") for line in told)
    await rotation.rotate(database, InstanceKeyring(f"{NEW},{OLD},{LOST}", tmp_path))
    assert await opened(database, Keyring([NEW]), claire, pieces) == [b"JBSWY3DP", b"private", b"words", b"words"]


async def test_nothing_sealed_is_forgotten_by_the_list(database: Database) -> None:
    """Each column that holds something sealed has a line in ``rotation.SEALED``."""
    found = await sql(
        database,
        "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'"
        " and data_type = 'bytea' and (column_name ~ 'sealed' or table_name ~ 'sealed')",
    )
    assert sorted(name for (name,) in found) == [
        "push_keys.sealed",
        "sealed_pieces.content",
        "totp_secrets.sealed",
    ]
    assert len(rotation.SEALED) == 3
