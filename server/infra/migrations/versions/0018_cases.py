"""Cases, their timeline, the pages that go up the ladder until a person acknowledges."""

from server.infra.migrations import run_sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    run_sql("0018_cases")
