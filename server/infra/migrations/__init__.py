"""The versions of the database, in order. Run by ``server.infra.migrate``; SQL above PostgreSQL 15 is not used."""

from importlib.resources import files

from alembic import op


def run_sql(name: str) -> None:
    """Runs the statements of ``sql/NAME.sql`` within the migration under way."""
    text = files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    connection = op.get_bind().connection.dbapi_connection
    if connection is None:
        raise RuntimeError("a migration runs on a connection")
    connection.run_async(lambda raw: raw.execute(text))
