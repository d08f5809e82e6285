"""The doctor says how many professionals hear of nothing when they are away, and whether who is asked last is sent a
link that works."""

from server.doctor import reach
from server.doctor.finding import Finding
from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.settings import Settings
from tests.support.rooms import organisation, person, sql

SMTP = {"BINOME_SMTP_URL": "smtp://127.0.0.1:25"}


async def one(database: Database, settings: dict[str, str]) -> Finding:
    (found,) = await reach.examine(database, Settings.load(settings))
    return found


async def test_how_many_are_out_of_reach(database: Database) -> None:
    north, south = await organisation(database), await organisation(database, "South")
    await person(database, north, Role.MENTOR, "Julien")  # not a professional
    claire = await person(database, north, Role.SUPERVISOR, "Claire")
    alice = await person(database, south, Role.ADMIN, "Alice")
    by_nothing = "professionals and admins hear of nothing when away"
    assert await one(database, {}) == Finding(
        "reach",
        "note",
        f"2 of 2 {by_nothing}; set BINOME_SMTP_URL, BINOME_SMS_URL or both: letters are files until then",
    )
    await sql(database, "update accounts set email = 'claire@example.org' where id = :id", id=claire.id)
    assert (await one(database, {})).says.startswith("2 of 2")  # a file reaches nobody
    assert await one(database, SMTP) == Finding(
        "reach", "note", f"1 of 2 {by_nothing}; their admin sees who, under People"
    )
    await sql(database, "update accounts set email = 'alice@example.org' where id = :id", id=alice.id)
    assert await one(database, SMTP) == Finding(
        "reach", "ok", "2 professionals and admins can be told when they are away"
    )
    await sql(database, "update accounts set disabled_at = now() where id = :id", id=alice.id)
    assert (await one(database, SMTP)).says.startswith("1 professionals")


async def test_the_link_of_who_is_asked_last(database: Database) -> None:
    north = await organisation(database)
    alice = await person(database, north, Role.ADMIN, "Alice")
    contact = {"id": new_id(), "organisation": north.id, "by": alice.id}
    await sql(
        database,
        "insert into outside_contacts (id, organisation_id, name, phone, made_by, made_at)"
        " values (:id, :organisation, 'Garde', '+33142761212', :by, now())",
        **contact,
    )
    assert [found.what for found in await reach.examine(database, Settings.load({}))] == ["reach"]  # asked by no plan
    await sql(
        database,
        "insert into duty_plans (organisation_id, revision, fallback_id, changed_by, changed_at)"
        " values (:organisation, 1, :id, :by, now())",
        **contact,
    )
    (_, found) = await reach.examine(database, Settings.load({}))
    assert (found.what, found.state) == ("fallback", "fix")
    assert "BINOME_PUBLIC_URL" in found.says
    site = {"BINOME_PUBLIC_URL": "https://binome.example.org"}
    assert [found.what for found in await reach.examine(database, Settings.load(site))] == ["reach"]
