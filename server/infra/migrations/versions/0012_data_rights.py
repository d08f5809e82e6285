"""Requests on one's data, legal holds, retention."""

from server.infra.migrations import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run_sql("0012_data_rights")
