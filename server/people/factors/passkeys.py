"""Passkeys (W3C Web Authentication, Level 2 and 3): a key pair on the person's own device, unlocked there by finger,
face or PIN. One alone is both factors: what they have, and what they are or know. py_webauthn reads and verifies.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.infra.secrets import Keyring
from server.kernel.errors import BadCredentials, BadRequest
from server.kernel.identifiers import new_id
from server.people.factors import challenges
from server.people.factors.store import Passkey
from server.transport.reached import Reached, host_name, is_address

LONGEST_ID = 1023  # bytes: WebAuthn Level 2, section 5.8.3
MAKE, USE = "passkey make", "passkey use"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who the browser shows the key to: the address that it reached us under, never one that a body names."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Response:
    """What an authenticator answered, each part in base64url. ``attestation`` when a key was made,
    ``authenticator_data`` and ``signature`` when it was used."""

    id: str
    client_data: str
    attestation: str | None = None
    authenticator_data: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A key that was just made, and the challenge that was answered with it, to be spent."""

    key: Passkey
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Used:
    """A key that was just used: the count that its authenticator tells, and the challenge, to be spent."""

    sign_count: int
    challenge: bytes


def relying_party(here: Reached) -> RelyingParty:
    """Raises BadRequest at an address of numbers: browsers make passkeys for names only (section 5.1.2)."""
    name = host_name(here.host)
    if not name or is_address(name):
        raise BadRequest("passkey_address")
    return RelyingParty(name, f"{here.scheme}://{here.host}")


def making(
    keys: Keyring, party: RelyingParty, session_id: UUID, who: tuple[UUID, str, str], have: list[bytes], now: datetime
) -> dict[str, Any]:
    """What the browser needs to make one: ``PublicKeyCredentialCreationOptionsJSON``. ``who`` is (account, login,
    name); ``have`` are the keys that they have already."""
    account_id, login, name = who
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Binôme",
        user_id=account_id.bytes,
        user_name=login,
        user_display_name=name,
        challenge=challenges.issue(keys, MAKE, session_id.bytes, now),
        timeout=int(challenges.LIFETIME.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in have],
    )
    return _plain(options_to_json(options))


def using(keys: Keyring, party: RelyingParty, about: bytes, now: datetime) -> dict[str, Any]:
    """What the browser needs to use one, whosever it is: ``PublicKeyCredentialRequestOptionsJSON``."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenges.issue(keys, USE, about, now),
        timeout=int(challenges.LIFETIME.total_seconds() * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options_to_json(options))


def made(
    keys: Keyring,
    party: RelyingParty,
    session_id: UUID,
    owner: tuple[UUID, UUID],
    response: Response,
    now: datetime,
) -> Made:
    """The key of ``response``, for ``owner`` (organisation, account). Raises BadCredentials("passkey")."""
    challenge = _challenge(keys, response, MAKE, session_id.bytes, now)
    credential = {
        "id": response.id,
        "rawId": response.id,
        "type": "public-key",
        "response": {"clientDataJSON": response.client_data, "attestationObject": response.attestation or ""},
    }
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:  # whatever its parsers make of what anyone may have sent
        raise BadCredentials("passkey") from error
    if len(verified.credential_id) > LONGEST_ID:
        raise BadCredentials("passkey")
    organisation_id, account_id = owner
    key = Passkey(
        id=new_id(),
        organisation_id=organisation_id,
        account_id=account_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        rp_id=party.id,
        created_at=now,
        used_on=now.date(),
    )
    return Made(key, challenge)


def used(keys: Keyring, party: RelyingParty, about: bytes, key: Passkey, response: Response, now: datetime) -> Used:
    """Raises BadCredentials("passkey") unless ``key`` answered a challenge of ours, here and with the person verified.
    Whether its count has gone up is for ``store.count_passkey`` to see."""
    challenge = _challenge(keys, response, USE, about, now)
    credential = {
        "id": response.id,
        "rawId": response.id,
        "type": "public-key",
        "response": {
            "clientDataJSON": response.client_data,
            "authenticatorData": response.authenticator_data or "",
            "signature": response.signature or "",
        },
    }
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:  # likewise
        raise BadCredentials("passkey") from error
    if key.rp_id != party.id:
        raise BadCredentials("passkey")
    return Used(verified.new_sign_count, challenge)


def credential_id(response: Response) -> bytes:
    """Which key answers. Raises BadCredentials("passkey")."""
    return _decoded(response.id)


def _challenge(keys: Keyring, response: Response, purpose: str, about: bytes, now: datetime) -> bytes:
    """The challenge that was answered, when it is one of ours for this."""
    try:
        challenge = _decoded(json.loads(_decoded(response.client_data))["challenge"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadCredentials("passkey") from None
    if not challenges.holds(keys, challenge, purpose, about, now):
        raise BadCredentials("passkey")
    return challenge


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, TypeError):
        raise BadCredentials("passkey") from None


def _plain(options: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(options)
    return plain
