"""What leaves the house: bundles, drafts, relays, and the second pair of eyes."""

from server.infra.migrations import run_sql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    run_sql("0024_relay")
