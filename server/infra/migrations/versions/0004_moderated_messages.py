"""What became of messages and pairs by moderation."""

from server.infra.migrations import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql("0004_moderated_messages")
