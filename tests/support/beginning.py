"""A pair that begins as in real life, over HTTP: the papers of its mentor, its proposal, its yes. For tests of a whole
server that are about something else."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Ask = Callable[[str, str, Any, str | None], Any]  # (method, path below /api/v1/, body, token) to the decoded answer


def begin_pair(ask: Ask, staff: str, made: Mapping[str, str], two: Mapping[str, str]) -> None:
    """``made`` are identifiers by place, ``two`` the tokens of mentor and mentee: their sessions end here. What the two
    were told of it, they have seen."""
    today = str(datetime.now(UTC).date())
    for gate, kind in (("vetting", "honorability"), ("training", "welcome")):
        ask("POST", f"mentors/{made['mentor']}/papers", {"gate": gate, "kind": kind, "issued_on": today}, staff)
    version = ask("GET", "papers", None, two["mentor"])["charter"]
    ask("POST", "papers/charter", {"version": version}, two["mentor"])
    pair = ask("POST", "pairs", dict(made), staff)["id"]
    ask("POST", f"pairs/{pair}/answer", {"answer": "yes"}, two["mentee"])
    revision = ask("GET", f"pairs/{pair}", None, staff)["revision"]
    ask("POST", f"pairs/{pair}/acts", {"act": "start", "revision": revision}, staff)
    for token in two.values():
        told = ask("GET", "notices", None, token)["notices"]
        ask("POST", "notices/seen", {"ids": [notice["id"] for notice in told]}, token)
        ask("DELETE", "session", None, token)
