"""An organisation's own charter; to whom a pair was handed over."""

from server.infra.migrations import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run_sql("0014_charters")
