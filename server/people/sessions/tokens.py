"""Session tokens: 256 random bits for the client, their SHA-256 for the database.

A fast hash is enough here: nobody guesses 256 random bits, and whoever reads the table learns no token.
"""

import hashlib
import secrets

TOKEN_BYTES = 32  # 256 bits, 43 characters of base64url


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
