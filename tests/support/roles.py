"""The role that the server of a test uses: not the owner of the tables, so that row-level security holds it as it does
in real life."""

from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url

from server.infra.database import Database


@dataclass
class _Role:
    name: str = ""
    password: str = ""


_serving = _Role()  # of this test session's cluster


def serve_as(name: str, password: str) -> None:
    _serving.name, _serving.password = name, password


def name() -> str:
    return _serving.name


def make() -> str:
    """The role that makes it may end its sessions."""
    return f"create role {_serving.name} login password '{_serving.password}'; grant {_serving.name} to current_user"


def remove() -> str:
    return f"drop role {_serving.name}"


def bound_url(owner: str | URL) -> str:
    """The way to the same database for the server."""
    url = make_url(owner).set(drivername="postgresql", username=_serving.name, password=_serving.password)
    return url.render_as_string(hide_password=False)


def bound(owner: Database) -> Database:
    """The same database as the server sees it; the caller closes it."""
    return Database(bound_url(owner.engine.url))


def is_scope(statement: str) -> bool:
    """Whether it only says which organisations a transaction is about, as each one does before anything else."""
    return statement.startswith("select set_config('binome.organisations'")
