"""Row-level security between organisations, and the role that the server connects as."""

from server.infra.migrations import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_sql("0007_isolation")
