"""Each table has said what it holds about people; none that refers to somebody is forgotten."""

from collections import Counter

from server.infra.database import Database, metadata
from server.infra.holdings import Deleted, Holding, Kept
from server.rights.holdings import HOLDINGS, KEEPINGS
from server.transport.messages import LANGUAGES, catalogue
from tests.support.rooms import sql

HOW = "say in the capability's holdings.py what the table holds about people (server/infra/holdings.py)"


def declared() -> dict[str, Holding]:
    return {holding.table.name: holding for holding in HOLDINGS}


async def test_each_table_is_declared_once(database: Database) -> None:
    rows = await sql(
        database, "select table_name from information_schema.tables where table_schema = 'public' order by 1"
    )
    assert [name for (name,) in rows if name != "alembic_version"] == sorted(
        holding.table.name for holding in HOLDINGS
    ), HOW


async def test_each_reference_to_an_account_is_about_the_person_or_says_who_acted(database: Database) -> None:
    rows = await sql(
        database,
        "select conrelid::regclass::text, a.attname from pg_constraint c"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)"
        " where c.contype = 'f' and c.confrelid = 'accounts'::regclass",
    )
    unsaid = []
    for table, column in rows:
        holding = declared()[table]
        if (
            column not in holding.acted
            and f"t.{column}" not in holding.about
            and not holding.about.startswith("t.pair_id = any")
        ):
            unsaid.append((table, column))
    assert unsaid == [], HOW


def test_a_table_that_keeps_text_says_why() -> None:
    for holding in HOLDINGS:
        if isinstance(holding.erase, Kept):
            assert len(holding.erase.why) > 5, holding.table.name


def test_what_is_shown_has_words_for_people() -> None:
    for language in LANGUAGES:
        words = catalogue(language)["export"]
        wanted = {f"section.{holding.name}" for holding in HOLDINGS if holding.shown}
        wanted |= {f"column.{column}" for holding in HOLDINGS for column in holding.shown}
        assert {key for key in words if key.startswith(("section.", "column."))} == wanted


def test_what_refers_to_others_goes_before_them() -> None:
    """Deleting in the order of the declarations breaks no reference."""
    order = [holding.table.name for holding in HOLDINGS if isinstance(holding.erase, Deleted)]
    for name in order:
        for key in metadata.tables[name].foreign_keys:
            other = key.column.table.name
            if other in order and key.ondelete is None:
                assert order.index(name) < order.index(other), (name, other)


def test_the_purposes_of_retention_stand_together_with_one_period() -> None:
    seen = Counter((one.purpose, one.days, one.least, one.most) for one in KEEPINGS)
    assert len({purpose for purpose, *_ in seen}) == len(seen)
    assert all(one.least <= one.days <= one.most for one in KEEPINGS)
