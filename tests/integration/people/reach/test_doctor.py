"""The doctor says how many professionals hear of nothing when they are away."""

from server.doctor import reach
from server.doctor.finding import Finding
from server.infra.database import Database
from server.kernel.permissions import Role
from server.settings import Settings
from tests.support.rooms import organisation, person, sql

SMTP = {"BINOME_SMTP_URL": "smtp://127.0.0.1:25"}


async def test_how_many_are_out_of_reach(database: Database) -> None:
    north, south = await organisation(database), await organisation(database, "South")
    await person(database, north, Role.MENTOR, "Julien")  # not a professional
    claire = await person(database, north, Role.SUPERVISOR, "Claire")
    alice = await person(database, south, Role.ADMIN, "Alice")
    by_nothing = "professionals and admins hear of nothing when away"
    assert await reach.examine(database, Settings.load({})) == Finding(
        "reach",
        "note",
        f"2 of 2 {by_nothing}; set BINOME_SMTP_URL, BINOME_SMS_URL or both: letters are files until then",
    )
    await sql(database, "update accounts set email = 'claire@example.org' where id = :id", id=claire.id)
    assert (await reach.examine(database, Settings.load({}))).says.startswith("2 of 2")  # a file reaches nobody
    assert await reach.examine(database, Settings.load(SMTP)) == Finding(
        "reach", "note", f"1 of 2 {by_nothing}; their admin sees who, under People"
    )
    await sql(database, "update accounts set email = 'alice@example.org' where id = :id", id=alice.id)
    assert await reach.examine(database, Settings.load(SMTP)) == Finding(
        "reach", "ok", "2 professionals and admins can be told when they are away"
    )
    await sql(database, "update accounts set disabled_at = now() where id = :id", id=alice.id)
    assert (await reach.examine(database, Settings.load(SMTP))).says.startswith("1 professionals")
