"""Live supervision: knocks, and pauses of a room."""

from server.infra.migrations import run_sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    run_sql("0022_supervision")
