"""The second factor of staff, for tests that sign them in through the front door of a real server: set up at their
first sign-in, shown at the others with the recovery codes, of which each is good once and none has to be waited for.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp

Ask = Callable[[str, str, Any, str | None], Any]  # (method, path below /api/v1/, body, token) to the decoded answer

_left: dict[tuple[str, str], list[str]] = {}  # recovery codes, by server and login


def sign_in(ask: Ask, server: str, login: str, password: str) -> str:
    """The token of a session; ``server`` tells one server of this test session from another."""
    reply = ask("POST", "session", {"login": login, "password": password, "kind": "bearer"}, None)
    asked = reply.get("second_factor")
    if asked is None:
        return str(reply["token"])
    if asked["state"] == "asked":
        done = ask("POST", "session/code", {"code": code(server, login)}, reply["token"])
        return str(done["token"])
    offer = ask("POST", "session/totp/offer", {}, reply["token"])
    first = pyotp.TOTP(offer["secret"]).at(int(time.time()))
    done = ask("POST", "session/totp", {"sealed": offer["sealed"], "code": first}, reply["token"])
    _left[server, login] = done["recovery_codes"]
    return str(done["token"])


def renew(ask: Ask, server: str, login: str, password: str) -> None:
    """New codes, where there are few left."""
    if len(_left[server, login]) <= 2:
        token = sign_in(ask, server, login, password)
        made = ask("POST", "second-factors/recovery-codes", {"proof": {"password": password}}, token)
        _left[server, login] = made["recovery_codes"]


def has_one(server: str, login: str) -> bool:
    """Whether it was set up here."""
    return (server, login) in _left


def code(server: str, login: str) -> str:
    """A code that was not used yet."""
    return _left[server, login].pop()


def demonstration_code(data: Path) -> str:
    """What ``binome demo --code`` prints."""
    return pyotp.TOTP((data / "demo-totp").read_text().strip()).now()
