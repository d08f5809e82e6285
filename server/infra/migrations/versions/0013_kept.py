"""What is append-only refuses the rest, to its owner too; the end of a deferral of broken glass."""

from server.infra.migrations import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_sql("0013_kept")
