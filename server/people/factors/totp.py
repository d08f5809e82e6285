"""One-time codes by time (RFC 6238), as the common apps for telephones make them: six digits, 30 seconds, SHA-1."""

import hmac
import re

import pyotp

STEP_SECONDS = 30
DRIFT = 1  # steps either way: a telephone's clock, and the time that typing takes (RFC 6238 section 5.2)
ISSUER = "Binôme"

_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """160 random bits in base32 (RFC 4226 section 4), 32 letters and digits."""
    return pyotp.random_base32()


def address(secret: str, login: str, organisation: str) -> str:
    """The ``otpauth`` URI that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=f"{login} ({organisation})", issuer_name=ISSUER)


def code_at(secret: str, timestamp: float) -> str:
    """The code of that moment."""
    return pyotp.TOTP(secret).at(int(timestamp))


def step_of(secret: str, code: str, timestamp: float) -> int | None:
    """The step whose code this is, within the drift; None when it is none of theirs. All are compared, each time."""
    now, found = int(timestamp) // STEP_SECONDS, None
    typed = typed_code(code)
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), typed.encode()):
            found = step
    return found


def typed_code(text: str) -> str:
    """As people type and paste it: apps show a space in the middle."""
    return "".join(text.split())


def is_code(text: str) -> bool:
    """Whether it looks like a one-time code, and so not like a recovery code."""
    return _CODE.fullmatch(typed_code(text)) is not None
