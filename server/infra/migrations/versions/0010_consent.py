"""Guardians and the consent ledger."""

from server.infra.migrations import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_sql("0010_consent")
