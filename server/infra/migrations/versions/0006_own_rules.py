"""Rules of an organisation's own."""

from server.infra.migrations import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_sql("0006_own_rules")
