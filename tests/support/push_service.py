"""A push service on a real TLS socket: it checks who sends as RFC 8292 says, opens what browsers would open as RFC 8291
says, and answers as it is told to."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from server.infra.push import Subscription
from server.infra.vapid import from_unpadded, unpadded
from server.kernel.identifiers import new_id

HOST = "localhost"


@dataclass
class Browser:
    """One that has subscribed: only it has the private half of its key."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: new_id().bytes)
    path: str = field(default_factory=lambda: f"/send/{new_id()}")

    @property
    def p256dh(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def open(self, body: bytes) -> bytes:
        """The text of a push message (RFC 8291 section 3, RFC 8188 section 2)."""
        salt, length, point = body[:16], body[20], body[21:86]
        assert (int.from_bytes(body[16:20], "big"), length) == (4096, 65)
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        secret = self.key.exchange(ec.ECDH(), theirs)
        ikm = _hkdf(self.auth, secret, b"WebPush: info\x00" + self.p256dh + point, 32)
        key = _hkdf(salt, ikm, b"Content-Encoding: aes128gcm\x00", 16)
        plain = AESGCM(key).decrypt(_hkdf(salt, ikm, b"Content-Encoding: nonce\x00", 12), body[86:], None)
        text = plain.rstrip(b"\x00")
        assert text.endswith(b"\x02")
        return text[:-1]


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


@dataclass
class Taken:
    """A message that was taken: what the browser reads, and what the service saw of it."""

    path: str
    said: dict[str, Any]
    topic: str
    ttl: int
    urgency: str
    bytes: int
    claims: dict[str, Any]


@dataclass
class PushService:
    """``answers`` maps a path to the status that it is answered with instead of 201; ``key`` is the public key that the
    browsers subscribed to, when it is known."""

    port: int = 0
    context: ssl.SSLContext | None = None
    browsers: dict[str, Browser] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    key: bytes | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    def subscribe(self, browser: Browser | None = None) -> Browser:
        browser = browser or Browser()
        self.browsers[browser.path] = browser
        return browser

    def endpoint(self, browser: Browser) -> str:
        return f"https://{self.host}{browser.path}"

    def subscription(self, browser: Browser) -> Subscription:
        return Subscription(self.endpoint(browser), browser.p256dh, browser.auth)

    def given(self, browser: Browser) -> dict[str, str]:
        """What the browser gives its page."""
        return {
            "endpoint": self.endpoint(browser),
            "p256dh": unpadded(browser.p256dh),
            "auth": unpadded(browser.auth),
        }

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        status = self.answers.get(request.path)
        if status is not None:
            return web.Response(status=status, headers={"Location": "https://127.0.0.1/"} if status == 307 else {})
        browser = self.browsers.get(request.path)
        if browser is None:
            return web.Response(status=404)
        claims = self._claims(request.headers["Authorization"])
        if claims is None:
            return web.Response(status=403)
        assert request.headers["Content-Encoding"] == "aes128gcm"
        body = await request.read()
        self.taken.append(
            Taken(
                request.path,
                msgspec.json.decode(browser.open(body)),
                request.headers["Topic"],
                int(request.headers["TTL"]),
                request.headers["Urgency"],
                len(body),
                claims,
            )
        )
        return web.Response(status=201)

    def _claims(self, authorization: str) -> dict[str, Any] | None:
        """None for a signature that is not of the key that is named (RFC 8292 section 4)."""
        scheme, _, rest = authorization.partition(" ")
        named = dict(part.strip().split("=", 1) for part in rest.split(","))
        signed, _, signature = named["t"].rpartition(".")
        raw, point = from_unpadded(signature), from_unpadded(named["k"])
        if scheme != "vapid" or len(raw) != 64 or (self.key is not None and self.key != point):
            return None
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).verify(
                der, signed.encode(), ec.ECDSA(SHA256())
            )
        except InvalidSignature:
            return None
        header, _, claims = signed.partition(".")
        assert msgspec.json.decode(from_unpadded(header)) == {"typ": "JWT", "alg": "ES256"}
        read: dict[str, Any] = msgspec.json.decode(from_unpadded(claims))
        return read if read["aud"] == f"https://{self.host}" else None


def anywhere(_: IPv4Address | IPv6Address) -> bool:
    """Where a test's push service may be reached: on this machine."""
    return True


@asynccontextmanager
async def push_service(folder: Path) -> AsyncIterator[PushService]:
    """With ``context`` for whoever asks it. Its certificate is in ``folder``."""
    service = PushService()
    app = web.Application()
    app.router.add_post("/{path:.*}", service.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    certificate = _certificate(folder)
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(certificate)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=served)
    await site.start()
    service.port = runner.addresses[0][1]
    service.context = ssl.create_default_context(cafile=certificate)
    try:
        yield service
    finally:
        await runner.cleanup()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / "push_service.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file
