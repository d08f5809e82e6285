"""The way to PostgreSQL is encrypted, and who is at its other end is checked, where the URL says so as libpq writes it.
The PostgreSQL of the tests may be built without TLS: this one speaks nothing but the beginning."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from server.infra.database import Database

ASKS_FOR_TLS = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"  # SSLRequest, PostgreSQL's protocol section 54.2.10


def certificate(folder: Path, name: str) -> Path:
    """A file with a certificate of localhost and its key, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


class Beginning:
    """Keeps what each client sent once the line was encrypted, and hangs up."""

    def __init__(self, file: Path) -> None:
        self.sent: list[bytes] = []
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(file)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if await reader.readexactly(8) == ASKS_FOR_TLS:
                writer.write(b"S")
                await writer.start_tls(self._context)
                self.sent.append(await reader.readexactly(8))
        writer.close()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[Beginning, int]]:
    beginning = Beginning(certificate(tmp_path, "ours"))
    listening = await asyncio.start_server(beginning.talk, "127.0.0.1", 0)
    async with listening:
        yield beginning, listening.sockets[0].getsockname()[1]


async def connects(url: str) -> None:
    """By each of the two ways, of which none gets further than the beginning."""
    database = Database(url)
    with suppress(Exception):
        async with database.engine.connect() as connection:
            await connection.execute(text("select 1"))
    with suppress(Exception):
        await database.connect_raw()
    await database.close()


@pytest.mark.parametrize(
    ("host", "trusted", "mode", "times"),
    [
        ("localhost", "ours", "verify-full", 2),
        ("localhost", "ours", "require", 2),
        ("localhost", "another", "verify-full", 0),
        ("127.0.0.1", "ours", "verify-full", 0),  # not the name in the certificate
        ("localhost", "ours", "disable", 0),
    ],
)
async def test_the_url_says_how_the_line_is_guarded(
    server: tuple[Beginning, int], tmp_path: Path, host: str, trusted: str, mode: str, times: int
) -> None:
    beginning, port = server
    certificate(tmp_path, "another")
    roots = f"&sslrootcert={tmp_path / trusted}.pem" if mode == "verify-full" else ""
    await connects(f"postgresql://u:p@{host}:{port}/x?sslmode={mode}{roots}")
    assert len(beginning.sent) == times
