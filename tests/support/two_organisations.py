"""A row of each of two organisations in every table there is, made from what PostgreSQL's catalog says of them: so a
table that is made tomorrow is in it too.

What a table asks of its values (checks, triggers) is taken away first, by its owner; what the rows refer to stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg

from server.kernel.identifiers import new_id

Row = Mapping[str, Any]

_TABLES = """
select c.oid, c.relname as name, coalesce(obj_description(c.oid, 'pg_class') = 'append-only', false) as append_only,
    coalesce(obj_description(c.oid, 'pg_class') = 'append-only, until retention', false) as passing
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'
order by c.relname
"""
_COLUMNS = """
select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as needed, atthasdef as has_default,
    attidentity <> '' or attgenerated <> '' as made -- by PostgreSQL itself
from pg_attribute where attrelid = $1 and attnum > 0 and not attisdropped order by attnum
"""
_REFERENCES = """
select r.relname as target, array_agg(a.attname order by o.n) as columns, array_agg(b.attname order by o.n) as theirs
from pg_constraint k join pg_class r on r.oid = k.confrelid
cross join lateral unnest(k.conkey, k.confkey) with ordinality as o (mine, theirs, n)
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.mine
join pg_attribute b on b.attrelid = k.confrelid and b.attnum = o.theirs
where k.conrelid = $1 and k.contype = 'f' group by k.oid, r.relname
"""
_KEY = """
select array_agg(a.attname::text)
from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
where i.indrelid = $1 and i.indisprimary
"""
_CHECKS = "select conname from pg_constraint where conrelid = $1 and contype in ('c', 'x')"


@dataclass
class Table:
    name: str
    columns: list[asyncpg.Record]
    references: list[asyncpg.Record]
    key: list[str]
    append_only: bool
    passing: bool  # nobody changes it, and it goes when it is old
    rows: dict[UUID, Row] = field(default_factory=dict)  # by organisation

    @property
    def unchanged(self) -> bool:
        return self.append_only or self.passing

    @property
    def of_row(self) -> str:
        """The condition that names one row, with the values of ``key_of``."""
        return " and ".join(f"{name} = ${place}" for place, name in enumerate(self.key, 1))

    def key_of(self, organisation: UUID) -> list[Any]:
        return [self.rows[organisation][name] for name in self.key]

    @property
    def written(self) -> list[str]:
        return [column["name"] for column in self.columns if not column["made"]]

    @property
    def insert(self) -> str:
        return _insert(self.name, self.written)

    def values_of(self, organisation: UUID) -> list[Any]:
        return [self.rows[organisation][name] for name in self.written]


async def fill(owner: asyncpg.Connection, organisations: tuple[UUID, UUID]) -> list[Table]:
    """All tables, each with its two rows, those that others refer to first."""
    tables = []
    for row in await owner.fetch(_TABLES):
        columns, references = await owner.fetch(_COLUMNS, row["oid"]), await owner.fetch(_REFERENCES, row["oid"])
        key = await owner.fetchval(_KEY, row["oid"])
        tables.append(Table(row["name"], columns, references, key, row["append_only"], row["passing"]))
        await owner.execute(f"alter table {row['name']} disable trigger user")
        for check in await owner.fetch(_CHECKS, row["oid"]):
            await owner.execute(f"alter table {row['name']} drop constraint {check['conname']}")
    ordered = _in_order(tables)
    numbers = count(1)
    for table in ordered:
        for organisation in organisations:
            row = _row(table, {one.name: one for one in ordered}, organisation, numbers)
            table.rows[organisation] = dict(
                await owner.fetchrow(_insert(table.name, list(row)) + " returning *", *row.values())
            )
    return ordered


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    return f"insert into {table} ({', '.join(columns)}) values ({places})"  # noqa: S608 - names of the catalog


def _needs(table: Table) -> set[str]:
    """The tables that a row of this one cannot be without."""
    needed = {column["name"] for column in table.columns if column["needed"]}
    return {one["target"] for one in table.references if needed.issuperset(one["columns"])} - {table.name}


def _in_order(tables: list[Table]) -> list[Table]:
    ordered: list[Table] = []
    waiting = list(tables)
    while waiting:
        there = {table.name for table in ordered}
        ready = [table for table in waiting if _needs(table) <= there]
        assert ready, f"these need each other: {[table.name for table in waiting]}"
        ordered += ready
        waiting = [table for table in waiting if table not in ready]
    return ordered


def _row(table: Table, all_of_them: Mapping[str, Table], organisation: UUID, numbers: "count[int]") -> dict[str, Any]:
    row: dict[str, Any] = {}
    for one in table.references:
        parent = all_of_them[one["target"]].rows.get(organisation)
        if parent is not None:  # else it is made later, and this row can do without
            row |= {mine: parent[theirs] for mine, theirs in zip(one["columns"], one["theirs"], strict=True)}
    for column in table.columns:
        if column["name"] not in row and not column["made"] and (column["needed"] or column["name"] in table.key):
            row[column["name"]] = _value(table, column, organisation, next(numbers))
    return row


def _value(table: Table, column: asyncpg.Record, organisation: UUID, number: int) -> Any:
    if column["type"] == "uuid":
        is_theirs = column["name"] == "organisation_id" or (table.name == "organisations" and column["name"] == "id")
        return organisation if is_theirs else new_id()
    return _VALUES[column["type"]](number)


def _instant(number: int) -> datetime:
    return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=number)


_VALUES: Mapping[str, Any] = {
    "bigint": lambda number: number,
    "boolean": lambda _number: False,
    "bytea": lambda number: b"%d" % number,
    "date": lambda number: _instant(number).date(),
    "integer": lambda number: number,
    "jsonb": lambda _number: "{}",
    "smallint": lambda number: number,
    "smallint[]": lambda _number: [],
    "text": lambda number: f"t{number}",
    "text[]": lambda _number: [],
    "time without time zone": lambda number: _instant(number).time(),
    "timestamp with time zone": _instant,
    "uuid[]": lambda _number: [],
}
