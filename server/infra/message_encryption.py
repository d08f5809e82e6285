"""Message Encryption for Web Push (RFC 8291): one record of ``aes128gcm`` (RFC 8188) that only the subscribed browser
opens, and no push service on the way."""

import os
import struct
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE: Final = ec.SECP256R1()
POINT_BYTES: Final = 65  # of a public key, uncompressed
AUTH_BYTES: Final = 16
SALT_BYTES: Final = 16
RECORD_SIZE: Final = 4096
MOST: Final = 3_900  # bytes of text: push services take bodies of 4096 (RFC 8030, section 7.2)
_LAST: Final = b"\x02"  # what ends the text of the last record; zeros may follow


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, as the X9.62 uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_point(value: bytes) -> bool:
    """Whether this is a public key of the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, value)
    except ValueError:
        return False
    return len(value) == POINT_BYTES


def encrypted(
    text: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    padded_to: int = 0,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push message to the browser of these keys. With zeros up to ``padded_to`` bytes, lengths tell
    nothing. ``key`` and ``salt`` are of chance, and used once; tests give those of the RFC.

    Raises ValueError when ``p256dh`` is no point of the curve, or the text is too long."""
    if len(text) > MOST:
        raise ValueError("too long for one push message")
    key = key or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(SALT_BYTES)
    ours = public_point(key)
    secret = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, p256dh))
    material = _derived(secret, auth, b"WebPush: info\x00" + p256dh + ours, 32)
    content_key = _derived(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(material, salt, b"Content-Encoding: nonce\x00", 12)
    plain = (text + _LAST).ljust(padded_to + len(_LAST), b"\x00")
    header = salt + struct.pack("!IB", RECORD_SIZE, len(ours)) + ours
    return header + AESGCM(content_key).encrypt(nonce, plain, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
