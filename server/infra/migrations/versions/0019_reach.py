"""How people are reached: channels, quiet hours, web push, deliveries."""

from server.infra.migrations import run_sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    run_sql("0019_reach")
