"""Data that is put aside because somebody asked for it."""

from server.infra.migrations import run_sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    run_sql("0016_restrictions")
