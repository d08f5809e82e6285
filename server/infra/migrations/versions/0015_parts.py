"""What a legal hold keeps of somebody who was forgotten: all, or their part in a pair."""

from server.infra.migrations import run_sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run_sql("0015_parts")
