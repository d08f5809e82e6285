"""Where push messages may go, how they are encrypted and signed: against the examples of the RFCs."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from server.infra.message_encryption import MOST, encrypted, is_point
from server.infra.push import is_open_internet, is_push_service
from server.infra.vapid import Vapid, from_unpadded, new_key, unpadded
from tests.support.push_service import Browser

# RFC 8291, section 5 and appendix A.
TEXT = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_rfc_8291() -> None:
    key = ec.derive_private_key(int.from_bytes(from_unpadded(SENDER), "big"), ec.SECP256R1())
    made = encrypted(TEXT, from_unpadded(P256DH), from_unpadded(AUTH), key=key, salt=from_unpadded(SALT))
    assert unpadded(made) == BODY


def test_only_the_browser_reads_it_and_lengths_tell_nothing() -> None:
    browser = Browser()
    bodies = [encrypted(text, browser.p256dh, browser.auth, padded_to=512) for text in (b"", b"a", b"b" * 512, b"a")]
    assert [browser.open(body) for body in bodies] == [b"", b"a", b"b" * 512, b"a"]
    assert len({len(body) for body in bodies}) == 1
    assert len(set(bodies)) == 4  # with a key and a salt of its own each


def test_what_cannot_be_encrypted() -> None:
    browser = Browser()
    for point in (b"", bytes(65), b"\x04" + bytes(64)):
        assert not is_point(point)
        with pytest.raises(ValueError):  # noqa: PT011 - of the library
            encrypted(b"a", point, browser.auth)
    with pytest.raises(ValueError, match="too long"):
        encrypted(b"a" * (MOST + 1), browser.p256dh, browser.auth)
    assert len(encrypted(b"a" * MOST, browser.p256dh, browser.auth)) <= 4096


@pytest.mark.parametrize("contact", ["mailto:tech@example.org", None])
def test_the_signature_of_rfc_8292(contact: str | None) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    vapid = Vapid(new_key(), contact)
    header = vapid.authorization("https://push.example.net:8443/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", now)
    scheme, _, rest = header.partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    signed, _, signature = parts["t"].rpartition(".")
    raw = from_unpadded(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_unpadded(parts["k"]))
    public.verify(der, signed.encode(), ec.ECDSA(SHA256()))
    assert (scheme, from_unpadded(parts["k"]), len(raw)) == ("vapid", vapid.public, 64)
    told, claims = (msgspec.json.decode(from_unpadded(part)) for part in signed.split("."))
    expires = {"exp": int((now + timedelta(hours=12)).timestamp())}
    assert told == {"typ": "JWT", "alg": "ES256"}
    assert claims == {"aud": "https://push.example.net:8443", **expires} | ({"sub": contact} if contact else {})


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://FCM.googleapis.com/wp/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
        "https://web.push.apple.com:443/abc",
        "https://push.example.org/abc",
        "https://up.example.org:8443/abc",
    ],
)
def test_push_services(endpoint: str) -> None:
    assert is_push_service(endpoint, ("push.example.org", "up.example.org:8443"))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://evilfcm.googleapis.com/abc",
        "https://googleapis.com/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com@evil.example/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://127.0.0.1/abc",
        "https://[::1]/abc",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/abc",
        "https://up.example.org/abc",
        "https://push.example.org:8443/abc",
        "https://sub.push.example.org/abc",
        "https://fcm.googleapis.com:x/abc",
        "https://fcm.googleapis.com/\r\nHost: evil",
        "https://fcm。googleapis。com/abc",
        "https://\\evil.example\\@fcm.googleapis.com",
        "//fcm.googleapis.com/abc",
        "file:///etc/passwd",
        "",
    ],
)
def test_what_is_no_push_service(endpoint: str) -> None:
    assert not is_push_service(endpoint, ("push.example.org", "up.example.org:8443"))


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("142.250.74.234", True),
        ("2a00:1450:4007:80c::200a", True),
        ("127.0.0.1", False),
        ("10.0.0.8", False),
        ("172.16.3.4", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.8", False),
        ("::ffff:142.250.74.234", True),
    ],
)
def test_the_open_internet(address: str, is_open: bool) -> None:
    assert is_open_internet(ip_address(address)) is is_open
