"""Helplines that an admin edits, and letters between a person and their professionals."""

from server.infra.migrations import run_sql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    run_sql("0021_help")
