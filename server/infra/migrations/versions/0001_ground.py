"""The first tables of every capability, the notices of changed rights, and the job queue."""

from server.infra.migrations import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_sql("0001_tables")
    run_sql("0001_notices")
    run_sql("0001_jobs")
