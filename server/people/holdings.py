"""What the tables of people hold about a person (``infra/holdings.py``)."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import (
    MINE,
    NOBODY,
    Blanked,
    Deleted,
    Holding,
    Keeping,
    Kept,
    Passing,
    Routine,
    Scope,
    columns,
)
from server.people import tables
from server.people.consent.tables import age_steps, asked_again, consent_entries, consent_texts, guardian_links
from server.people.factors.tables import (
    auth_devices,
    guesses,
    passkeys,
    recovery_codes,
    spent_challenges,
    totp_secrets,
)
from server.people.helplines.tables import help_cards, helplines
from server.people.reach import holdings as reach
from server.people.sessions.lasting import KEPT

_APPEND_ONLY: Final = "select erase_append_only(:person, :table)"


async def append_only(conn: AsyncConnection, scope: Scope, table: str) -> int:
    """What only the owner of the tables may change, by a function of theirs that does it for the forgotten alone."""
    return int((await conn.execute(text(_APPEND_ONLY), {"person": scope.person, "table": table})).scalar_one())


async def _age_steps(conn: AsyncConnection, scope: Scope) -> int:
    return await append_only(conn, scope, "age_steps")


HOLDINGS: Final = (
    Holding(tables.organisations, NOBODY, Kept("about no person")),
    Holding(
        tables.accounts,
        "t.id = :person",
        Blanked(
            {
                "login": "'left-' || t.id",
                "name": "cast(:left as text)",
                "email": "null",
                "phone": "null",
                "birth_date": "null",
                "password_hash": "null",
                "disabled_at": "coalesce(t.disabled_at, cast(:now as timestamptz))",
                "erased_at": "coalesce(t.erased_at, cast(:now as timestamptz))",
            }
        ),
        shown=columns(
            *("name", "login", "role", "birth_date", "email", "phone", "language", "zone", "created_at", "disabled_at")
        ),
        section="account",
        of_pair="true",  # what was said is nothing without who said it
    ),
    Holding(
        tables.auth_sessions,
        MINE,
        Deleted(),
        shown=columns("created_at", "expires_at", "used_on", "system", "browser"),
        order="t.created_at",
        section="sessions",
    ),
    Holding(
        tables.account_notices,
        MINE,
        Deleted(),
        shown=columns("kind", "at", "seen_at"),
        order="t.at",
        section="notices",
        intimate=True,  # they say that somebody reported, or had an answer
    ),
    Holding(
        tables.invitations,
        MINE,
        Deleted(),
        acted=("created_by",),
        shown=columns("purpose", "created_at", "expires_at", "used_at", "way"),
        order="t.created_at",
        section="invitations",
    ),
    # Ended, so that it keeps nothing of the other's either.
    Holding(
        tables.restrictions,
        MINE,
        Blanked(
            {
                "until": "least(coalesce(t.until, cast(:now as timestamptz)), cast(:now as timestamptz))",
                "ended_by": "coalesce(t.ended_by, t.account_id)",
            }
        ),
        acted=("ended_by",),
        shown=columns("kind", "since", "until"),
        order="t.since",
    ),
    Holding(tables.bound_sessions, MINE, Deleted()),
    Holding(auth_devices, MINE, Deleted(), shown=columns("first_at", "last_on"), order="t.first_at", section="devices"),
    Holding(totp_secrets, MINE, Deleted(), shown=columns("created_at"), section="second_factor"),
    Holding(recovery_codes, MINE, Deleted()),
    Holding(passkeys, MINE, Deleted(), shown=columns("created_at", "used_on"), section="passkeys"),
    Holding(spent_challenges, NOBODY, Kept("random numbers, gone when they run out")),
    Holding(guesses, NOBODY, Kept("hashes and identifiers, also of nobody, gone in a week (PASSING)")),
    Holding(
        guardian_links,
        ":person in (t.guardian_id, t.mentee_id)",
        Blanked(
            {
                "until": "coalesce(t.until, greatest(t.since, cast(:now as timestamptz)))",
                "ended_why": "coalesce(t.ended_why, 'request')",
            }
        ),
        acted=("recorded_by", "ended_by"),
        shown={
            "as": "case when t.guardian_id = :person then 'guardian' else 'mentee' end",
            **columns("relation", "authority", "paper", "since", "until", "ended_why"),
        },
        order="t.since",
        section="guardians",
    ),
    Holding(
        consent_entries,
        ":person in (t.mentee_id, t.by_id)",
        Kept("proof of who said yes to what (GDPR article 7.1), by identifiers alone"),
        acted=("recorded_by",),
        shown=columns("purpose", "version", "decision", "capacity", "how", "at"),
        order="t.number",
        section="consents",
    ),
    Holding(consent_texts, NOBODY, Kept("the words of the organisation"), acted=("changed_by",)),
    Holding(asked_again, NOBODY, Kept("about no person")),
    Holding(help_cards, NOBODY, Kept("the organisation's own telephone"), acted=("changed_by",)),
    Holding(helplines, NOBODY, Kept("numbers to call, about no person")),
    # The day of a step tells the birthday.
    Holding(
        age_steps,
        "t.mentee_id = :person",
        Routine(_age_steps),
        shown=columns("age", "days_before", "at"),
        order="t.at",
    ),
    *reach.HOLDINGS,
)

_ACCOUNT: Final = "array[t.account_id]"
KEEPINGS: Final = (
    Keeping("notices", tables.account_notices, "t.at", 180, 30, 365, _ACCOUNT),
    Keeping(
        "invitations",
        tables.invitations,
        "least(t.expires_at, coalesce(t.used_at, t.expires_at), coalesce(t.revoked_at, t.expires_at))",
        *(90, 1, 365),
        _ACCOUNT,
    ),
    Keeping("devices", auth_devices, "t.last_on::timestamptz", 365, 30, 365, _ACCOUNT),
    *reach.KEEPINGS,
)

# While somebody has to wait, that counts. Staff see for a week who was guessed at (sessions/lasting.py); an address is
# shown to nobody.
PASSING: Final = (
    Passing(
        "guesses",
        guesses,
        "t.free_at < :now and (t.kind = 'address' or greatest(t.free_at, t.refused_at) < :before)",
        KEPT.days,
    ),
)

# When the organisation last had to do with ``a``, an account, as far as these tables know.
CONTACTS: Final = (
    "a.created_at",
    "a.disabled_at",
    "(select max(greatest(s.created_at, s.used_on)) from auth_sessions s where s.account_id = a.id)",
    "(select max(d.last_on) from auth_devices d where d.account_id = a.id)",
    "(select max(i.created_at) from invitations i where i.account_id = a.id)",
)
