"""Passwords become argon2id hashes here and nowhere else (RFC 9106), a bounded number at a time.

Which passwords are good enough is decided in ``rules.py``.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw

from server.kernel.errors import TryAgain

R = TypeVar("R")

MEMORY_KIB = 47_104  # 46 MiB for one hash: OWASP Password Storage Cheat Sheet, argon2id with t=1, p=1; 50 ms here
AT_ONCE = 2  # hashes under way: 2 × 46 MiB = 92 MiB at the very most, however many people sign in together
MAX_WAITING = 200  # people who wait for their turn: 5 s at 2 × 50 ms; further ones are told to try again
RETRY_IN_MS = 5_000
_CODE_SALT = b"binome code 1"  # one for all: a code is looked up by its hash
_CODE_BYTES = 32


def default_hasher() -> PasswordHasher:
    """The hasher whose parameters new hashes get."""
    return PasswordHasher(time_cost=1, memory_cost=MEMORY_KIB, parallelism=1)


class Passwords:
    """Hashes and verifies in threads of its own: argon2 lets go of the interpreter lock, so the loop runs on."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or default_hasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._pending = 0
        # Verified against when there is no such account, so that the time taken does not tell who exists.
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to store. Raises TryAgain when too many wait already."""
        return await self._run(self._hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` is the one of ``stored``; with None, the same work for nothing. Raises TryAgain."""
        return await self._run(self._verify, stored, password)

    async def hash_code(self, code: str) -> bytes:
        """The hash that a code to type is found by: always the same, and as dear to guess as a password. Raises
        TryAgain."""
        return await self._run(self._hash_code, code)

    def outdated(self, stored: str) -> bool:
        """Whether ``stored`` was made with other parameters than a new hash would be."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _run(self, work: Callable[..., R], *arguments: str | None) -> R:
        if self._pending >= AT_ONCE + MAX_WAITING:
            raise TryAgain(retry_in_ms=RETRY_IN_MS)
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._pending -= 1

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_prepared(password))

    def _hash_code(self, code: str) -> bytes:
        cost = self._hasher
        return hash_secret_raw(
            code.encode(), _CODE_SALT, cost.time_cost, cost.memory_cost, cost.parallelism, _CODE_BYTES, Type.ID
        )

    def _verify(self, stored: str | None, password: str) -> bool:
        if stored is None:
            self._nobody = self._nobody or self._hasher.hash("")
        try:
            self._hasher.verify(stored or self._nobody or "", _prepared(password))
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


def _prepared(password: str) -> bytes:
    """One form for the same characters typed on different keyboards (RFC 8265 section 4.2 asks for NFC)."""
    return unicodedata.normalize("NFC", password).encode()
