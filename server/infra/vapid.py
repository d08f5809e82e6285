"""Voluntary Application Server Identification (RFC 8292): how push services know that a message comes from the server
that the browser subscribed to."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from server.infra.message_encryption import CURVE, public_point

LASTS: Final = timedelta(hours=12)  # of a token; RFC 8292 allows 24, and clocks differ
KEY_BYTES: Final = 32


def new_key() -> bytes:
    """The private half of a new pair of keys."""
    return ec.generate_private_key(CURVE).private_numbers().private_value.to_bytes(KEY_BYTES, "big")


class Vapid:
    """Signs with the private half ``key``. ``contact`` is where the push service finds the operator when something is
    wrong, ``mailto:`` or ``https:``; some services want one."""

    def __init__(self, key: bytes, contact: str | None) -> None:
        self._key = ec.derive_private_key(int.from_bytes(key, "big"), CURVE)
        self._contact = contact
        self.public: Final = public_point(self._key)

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The header ``Authorization`` of a request to ``endpoint``."""
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + LASTS).timestamp())}
        if self._contact is not None:
            claims["sub"] = self._contact
        signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        signature = r.to_bytes(KEY_BYTES, "big") + s.to_bytes(KEY_BYTES, "big")  # RFC 7518, section 3.4
        return f"vapid t={signed}.{unpadded(signature)}, k={unpadded(self.public)}"


def unpadded(value: bytes) -> str:
    """base64url without ``=``, as all of web push writes bytes."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def from_unpadded(value: str) -> bytes:
    """Raises ValueError for what is none."""
    return urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4))


def _json(value: object) -> str:
    return unpadded(json.dumps(value, separators=(",", ":")).encode())
