"""An authenticator as a telephone holds one: makes key pairs, signs with them, counts. It does what WebAuthn Level 2,
section 6.3, says, on real cryptography, and lies where a test tells it to."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class AuthenticatorDevice:
    """``verifies``: whether it asks for a finger or a PIN, and says so."""

    origin: str
    verifies: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(32))

    def make(self, options: dict[str, Any], **lies: Any) -> dict[str, str]:
        """The answer to ``navigator.credentials.create`` with these options."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], lies, ATTESTED) + attested
        return {
            "id": encoded(self.id),
            "client_data": encoded(self._client("webauthn.create", options, lies)),
            "attestation": encoded(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        }

    def use(self, options: dict[str, Any], **lies: Any) -> dict[str, str]:
        """The answer to ``navigator.credentials.get`` with these options."""
        self.count += 1
        data, client = self._data(options["rpId"], lies), self._client("webauthn.get", options, lies)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return {
            "id": encoded(self.id),
            "client_data": encoded(client),
            "authenticator_data": encoded(data),
            "signature": encoded(signature),
        }

    def _data(self, rp_id: str, lies: dict[str, Any], flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if lies.get("verifies", self.verifies) else 0)
        rp_id = lies.get("rp_id", rp_id)
        count = lies.get("count", self.count)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + int(count).to_bytes(4)

    def _client(self, kind: str, options: dict[str, Any], lies: dict[str, Any]) -> bytes:
        told = {
            "type": kind,
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(told).encode()
