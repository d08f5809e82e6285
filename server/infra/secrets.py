"""The keys that this instance keeps to itself: the first one of the ring seals and signs, all of them open and check.

So a secret is changed without losing what was sealed under the last one: the new one is put first, the old one is left
out once nothing needs it. Each purpose has keys of its own (HKDF, RFC 5869): what is sealed for one is of no use for
another.
"""

import hmac
import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.kernel.ground import GroundError

FILE = "secret"  # in the data folder, where BINOME_SECRET is not set
SECRET_BYTES = 32
KEY_BYTES = 32  # AES-256
NONCE_BYTES = 12  # NIST SP 800-38D section 5.2.1.1
NAME_BYTES = 4  # of a key, before what it sealed
_SALT = b"binome keyring 1"


class NotOurs(Exception):
    """Sealed under no key of this ring, for another purpose, about something else, or changed since."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """How much was sealed anew under the secret in force, and how much opens under none."""

    done: int
    lost: int


class Keyring:
    """``secrets`` are long random texts, the one in force first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("a keyring has a key")
        self._secrets = [secret.encode() for secret in secrets]

    def seal(self, purpose: str, plain: bytes, about: bytes) -> bytes:
        """``plain``, which only ``open`` with the same purpose and ``about`` (whose it is) gives back: AES-256-GCM."""
        nonce, secret = os.urandom(NONCE_BYTES), self._secrets[0]
        return _name(secret) + nonce + AESGCM(_key(secret, purpose)).encrypt(nonce, plain, about)

    def open(self, purpose: str, sealed: bytes, about: bytes) -> bytes:
        """Raises NotOurs."""
        name, nonce, rest = sealed[:NAME_BYTES], sealed[NAME_BYTES:][:NONCE_BYTES], sealed[NAME_BYTES + NONCE_BYTES :]
        for secret in self._secrets:
            if hmac.compare_digest(name, _name(secret)) and len(nonce) == NONCE_BYTES:
                try:
                    return AESGCM(_key(secret, purpose)).decrypt(nonce, rest, about)
                except InvalidTag:
                    break
        raise NotOurs

    def outdated(self, sealed: bytes) -> bool:
        """Whether it was sealed under another key than the one in force."""
        return not hmac.compare_digest(sealed[:NAME_BYTES], _name(self._secrets[0]))

    def sign(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 (RFC 2104), 32 bytes."""
        return hmac.digest(_key(self._secrets[0], purpose), message, "sha256")

    def verify(self, purpose: str, message: bytes, signature: bytes) -> bool:
        """Whether a key of the ring signed it."""
        return any(
            hmac.compare_digest(hmac.digest(_key(secret, purpose), message, "sha256"), signature)
            for secret in self._secrets
        )


class InstanceKeyring:
    """The ring of this instance: of BINOME_SECRET (several with commas between, the one in force first), else of a file
    in the data folder, which is made when it is first needed. Processes that share a database share the secret."""

    def __init__(self, secret: str | None, data: Path) -> None:
        self._file = data / FILE
        self._read: tuple[tuple[int, int], Keyring] | None = None
        self._given = None
        if secret is not None:
            self._given = Keyring([part.strip() for part in secret.split(",") if part.strip()])

    @property
    def is_file(self) -> bool:
        """Whether the secrets are those of the file."""
        return self._given is None

    @property
    def keys(self) -> Keyring:
        """Read again when the file has changed: a server that runs takes a new secret up by itself. Raises GroundError
        when the file cannot be read or made."""
        if self._given is not None:
            return self._given
        try:
            stamp = _stamp(self._file)
            if self._read is None or stamp is None or self._read[0] != stamp:
                ring = Keyring(_of_file(self._file))
                self._read = _stamp(self._file) or (0, 0), ring
        except OSError as error:
            raise GroundError(
                f"cannot read or make the key file {self._file}: {error.strerror}; put it back, or set BINOME_SECRET"
            ) from error
        return self._read[1]

    def renew(self) -> None:
        """Puts a new secret first in the file and keeps the last one, with which a server may be sealing at this very
        moment. Older ones go: what was sealed under them must have been sealed anew before. Raises GroundError."""
        try:
            kept = _of_file(self._file)[:1]
            descriptor, part = tempfile.mkstemp(prefix=f"{FILE}-", dir=self._file.parent)
            with os.fdopen(descriptor, "w") as opened:
                opened.write("\n".join([secrets.token_hex(SECRET_BYTES), *kept]) + "\n")
                opened.flush()
                os.fsync(opened.fileno())
            owner = self._file.stat()
            with suppress(PermissionError):  # root may change it for the user that the server runs as
                os.chown(part, owner.st_uid, owner.st_gid)
            Path(part).replace(self._file)
        except OSError as error:
            raise GroundError(f"cannot write the key file {self._file}: {error.strerror}") from error


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def _of_file(file: Path) -> list[str]:
    """One secret a line. Two processes that make it at once end up with the same."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(prefix=f"{FILE}-", dir=file.parent)  # its owner alone may read it
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_hex(SECRET_BYTES) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(part, file)
        except FileExistsError:
            pass
        finally:
            Path(part).unlink()
    found = [line.strip() for line in file.read_text(encoding="ascii").splitlines() if line.strip()]
    if not found:
        raise OSError(0, "it is empty")
    return found


def _name(secret: bytes) -> bytes:
    return _derive(secret, b"name", NAME_BYTES)


def _key(secret: bytes, purpose: str) -> bytes:
    return _derive(secret, b"key " + purpose.encode(), KEY_BYTES)


def _derive(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=_SALT, info=info).derive(secret)
