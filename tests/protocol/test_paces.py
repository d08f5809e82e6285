"""Which endpoints are of a class of their own, and why: whoever adds a costly one says so here."""

from server.compose import Capabilities
from server.transport.pace import PACES, Pace, Paces

COSTLY = {
    "GET /api/v1/data/desk/{request}/erasure": "counts in every table",
    "GET /api/v1/data/export": "reads and packs all that is held about somebody",
    "GET /api/v1/data/retention": "counts in every table",
    "GET /api/v1/dispatches/{dispatch}/file": "reads and checks all that leaves about a case",
    "GET /api/v1/dispatches/{dispatch}/page": "may put a whole case together",
    "GET /api/v1/flags/agreement": "counts over all decisions",
    "GET /api/v1/flags/rules": "counts over all flags of 90 days",
    "GET /api/v1/glass/{room}/messages": "reads what two people wrote, fifty messages each time: nobody reads faster",
    "POST /api/v1/accounts/{account}/invitation": "hashes a code, draws a picture, may send a short message",
    "POST /api/v1/audit/heads/letter": "sends a letter",
    "POST /api/v1/data/desk/{request}/erase": "writes in every table",
    "POST /api/v1/moderation/try": "compiles rules",
    "POST /api/v1/password": "hashes twice",
    "POST /api/v1/reach/try": "sends by all channels, a short message among them",
    "POST /api/v1/second-factors/passkeys": "hashes ten recovery codes",
    "POST /api/v1/second-factors/passkeys/{passkey}/remove": "hashes a password",
    "POST /api/v1/second-factors/recovery-codes": "hashes ten recovery codes",
    "POST /api/v1/second-factors/totp": "hashes ten recovery codes",
    "POST /api/v1/second-factors/totp/remove": "hashes a password",
    "POST /api/v1/session/new-passkey": "hashes ten recovery codes",
    "POST /api/v1/session/pin": "hashes a PIN",
    "POST /api/v1/session/totp": "hashes ten recovery codes",
    "PUT /api/v1/session/pin": "hashes two PINs",
}


def test_what_costs_much_is_said_to(capabilities: Capabilities) -> None:
    rows = [row.declared for row in capabilities.endpoints.table]
    assert {f"{row.method} {row.path}" for row in rows if row.pace is Pace.COSTLY} == set(COSTLY)


def test_nobody_who_is_signed_in_escapes_being_counted(capabilities: Capabilities) -> None:
    rows = [row.declared for row in capabilities.endpoints.table]
    assert [f"{row.method} {row.path}" for row in rows if row.signed_in is (row.pace is Pace.OPEN)] == []


def test_nothing_but_the_call_for_help_is_never_counted(capabilities: Capabilities) -> None:
    rows = [row.declared for row in capabilities.endpoints.table]
    assert [f"{row.method} {row.path}" for row in rows if row.pace is Pace.HELP or row.lenient] == ["POST /api/v1/help"]
    assert PACES[Pace.HELP] == Paces(account=None, device=None, address=None)
