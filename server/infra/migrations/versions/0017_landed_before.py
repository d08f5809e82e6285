"""Changes to what earlier migrations made: guesses of PINs and codes, birthdays by birth date, requests by who asks."""

from server.infra.migrations import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    run_sql("0017_landed_before")
