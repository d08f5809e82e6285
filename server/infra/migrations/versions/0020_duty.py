"""Who is on call: the rota, its changes, the ladder, the fallback contact."""

from server.infra.migrations import run_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    run_sql("0020_duty")
