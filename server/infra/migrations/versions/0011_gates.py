"""Vetting, charter, training, and the life of a pair."""

from server.infra.migrations import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_sql("0011_gates")
