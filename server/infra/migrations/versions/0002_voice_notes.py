"""Voice notes: what they are made of, and messages that say them."""

from server.infra.migrations import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql("0002_voice_notes")
