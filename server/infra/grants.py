"""What the server's role may do with the tables, given to it by their owner after each migration; and whether a role is
one that row-level security holds at all (docs/decisions/0170)."""

import logging
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database

log = logging.getLogger(__name__)

SCHEMAS: Final = ("public", "jobs")
APPEND_ONLY: Final = "append-only"  # the comment of a table whose rows nobody changes
PASSING: Final = "append-only, until retention"  # and of one whose rows nobody changes, but that go when they are old
_LOCK: Final = 0x42494E47  # "BING": of several processes that start together, one gives

# What each table, sequence, schema and function lacks or has too much of, compared with what it should: tables are read
# and written, an append-only one is added to (and one that retention lets go of, deleted from), and the version of the
# database is read. Nothing is altered, truncated or referred to by the server. It makes nothing either, not even for
# itself: a temporary table would be taken for the one of its name by whom the pool hands the connection to next.
# Functions of ours are for nobody else of the cluster, and those of triggers for none: on a table of one's own, they
# would run with the rights of the owner. What belongs to somebody else than who gives (an extension, the database)
# stays as it is.
_DIFFERENCES = text("""
with tables as materialized (
    select c.oid, format('%I.%I', n.nspname, c.relname) as name,
        case when c.relname = 'alembic_version' then '{SELECT}'
             when obj_description(c.oid, 'pg_class') = :append_only then '{SELECT,INSERT}'
             when obj_description(c.oid, 'pg_class') = :passing then '{SELECT,INSERT,DELETE}'
             else '{SELECT,INSERT,UPDATE,DELETE}' end::text[] as wanted
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(cast(:schemas as text[])) and c.relkind in ('r', 'p')
), sequences as materialized (
    select c.oid, format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(cast(:schemas as text[])) and c.relkind = 'S'
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i') -- of an identity: needs none
), functions as materialized (
    select p.oid, p.oid::regprocedure::text as name, p.prorettype = 'trigger'::regtype as of_trigger,
        exists (
            select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0
        ) as for_all
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any(cast(:schemas as text[])) and pg_has_role(p.proowner, 'USAGE')
        and not exists (
            select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
), statements (step, statement) as (
    select 1, case when p = any(wanted) then format('GRANT %s ON TABLE %s TO ', p, name)
                   else format('REVOKE %s ON TABLE %s FROM ', p, name) end
    from tables, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) as p
    where has_table_privilege(cast(:role as name), oid, p) <> (p = any(wanted))
    union all
    select 1, format('GRANT USAGE ON SEQUENCE %s TO ', name) from sequences
    where not has_sequence_privilege(cast(:role as name), oid, 'USAGE')
    union all
    select 1, format('GRANT USAGE ON SCHEMA %I TO ', nspname) from pg_namespace
    where nspname = any(cast(:schemas as text[])) and not has_schema_privilege(cast(:role as name), oid, 'USAGE')
    union all
    select 1, format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, ', nspname) from pg_namespace
    where nspname = any(cast(:schemas as text[])) and has_schema_privilege(cast(:role as name), oid, 'CREATE')
        and pg_has_role(nspowner, 'USAGE')
    union all
    select 1, format('REVOKE %s ON DATABASE %I FROM PUBLIC, ', p, datname)
    from pg_database, unnest('{CREATE,TEMPORARY}'::text[]) as p
    where datname = current_database() and has_database_privilege(cast(:role as name), oid, p)
        and pg_has_role(datdba, 'USAGE')
    union all
    select 1, format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC, ', name) from functions where for_all
    union all
    select 2, format('GRANT EXECUTE ON FUNCTION %s TO ', name) from functions
    where not of_trigger and (for_all or not has_function_privilege(cast(:role as name), oid, 'EXECUTE'))
)
select statement from statements order by step
""")

# Whoever may become the owner of the tables, of their schemas or of the database can take row-level security off; who
# may make roles can become one who may (PostgreSQL 15). Who copies the database, its files, or runs programs beside it
# needs none of that.
_HELD = text("""
with reach as (select * from pg_roles where pg_has_role(oid, 'MEMBER')) -- this role, and whoever it may become
select current_user, case
    when (select rolsuper from pg_roles where rolname = current_user) then 'is a superuser'
    when exists (select from reach where rolsuper) then 'may become a superuser'
    when exists (select from reach where rolbypassrls) then 'may bypass row-level security'
    when exists (select from reach where rolcreaterole) then 'may make roles'
    when exists (select from reach where rolreplication) then 'may copy the whole database'
    when exists (
        select from reach
        where rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
    ) then 'may reach the files of PostgreSQL'
    when exists (
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any(cast(:schemas as text[])) and c.relkind in ('r', 'p')
            and pg_has_role(c.relowner, 'MEMBER')
    ) then 'owns the tables'
    when exists (
        select from pg_namespace n
        where n.nspname = any(cast(:schemas as text[])) and pg_has_role(n.nspowner, 'MEMBER')
    ) or exists (
        select from pg_database d where d.datname = current_database() and pg_has_role(d.datdba, 'MEMBER')
    ) then 'owns the database'
end
""")


async def grant(owner: Database, role: str) -> list[str]:
    """Gives ``role`` exactly what the server needs of the tables of ``owner``. Returns what that took: nothing, where
    it had that already."""
    async with owner.everywhere() as connection:
        await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        changes = await differences(connection, role)
        name = connection.dialect.identifier_preparer.quote(role)
        for change in changes:
            await connection.execute(text(change + name))
    if changes:
        log.info("granted", extra={"count": len(changes)})
    return changes


async def differences(connection: AsyncConnection, role: str) -> list[str]:
    """The statements, but for the role's name at their end, until ``role`` has what the server needs and no more."""
    asked = {"append_only": APPEND_ONLY, "passing": PASSING, "schemas": list(SCHEMAS), "role": role}
    return list((await connection.execute(_DIFFERENCES, asked)).scalars())


async def unbound(database: Database) -> tuple[str, str | None]:
    """The role of ``database``, and what keeps row-level security from holding it, in a few words; None when it is
    held."""
    async with database.engine.connect() as connection:
        role, why = (await connection.execute(_HELD, {"schemas": list(SCHEMAS)})).one()
        return str(role), why
