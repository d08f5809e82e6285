"""Invitations, codes, devices and second factors."""

from server.infra.migrations import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql("0009_coming_in")
