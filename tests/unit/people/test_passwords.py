"""Hashes are argon2id, never more at once than the bound, and cost the same for who does not exist."""

import asyncio
import threading
import time
from typing import Any

import pytest
from argon2 import PasswordHasher

from server.kernel.errors import TryAgain
from server.people import passwords as module
from server.people.passwords import AT_ONCE, MEMORY_KIB, Passwords, default_hasher

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Counting(PasswordHasher):
    """Counts how many hashes are under way at the same moment."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.now = self.peak = self.total = 0
        self._lock = threading.Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002 - the library's own name
        with self._lock:
            self.now += 1
            self.total += 1
            self.peak = max(self.peak, self.now)
        try:
            time.sleep(0.002)
            return super().verify(hash, password)
        finally:
            with self._lock:
                self.now -= 1


async def test_right_and_wrong() -> None:
    passwords = Passwords(CHEAP)
    stored = await passwords.hash("azerty uiop")
    assert stored.startswith("$argon2id$")
    assert [await passwords.verify(stored, typed) for typed in ("azerty uiop", "azerty uioP", "", "azerty uiop ")] == [
        True,
        False,
        False,
        False,
    ]
    passwords.close()


async def test_the_same_letters_from_another_keyboard() -> None:
    passwords = Passwords(CHEAP)
    assert await passwords.verify(await passwords.hash("été à Noël"), "e\u0301te\u0301 a\u0300 Noe\u0308l")
    passwords.close()


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$broken", "$2b$12$aaaaaaaaaaaaaaaaaaaaaa"])
async def test_what_is_no_hash_opens_nothing(stored: str) -> None:
    passwords = Passwords(CHEAP)
    assert await passwords.verify(stored, stored) is False
    passwords.close()


async def test_nobody_is_verified_with_the_same_work() -> None:
    hasher = Counting()
    passwords = Passwords(hasher)
    assert await passwords.verify(None, "") is False
    assert await passwords.verify(None, "anything") is False
    assert hasher.total == 2
    passwords.close()


async def test_never_more_at_once_than_the_bound() -> None:
    hasher = Counting()
    passwords = Passwords(hasher)
    stored = await passwords.hash("azerty uiop")
    results = await asyncio.gather(*(passwords.verify(stored, "azerty uiop") for _ in range(50)))
    assert results == [True] * 50
    assert hasher.peak == AT_ONCE
    passwords.close()


async def test_too_many_waiting_are_told_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 3)
    passwords = Passwords(Counting())
    stored = await passwords.hash("azerty uiop")
    results = await asyncio.gather(
        *(passwords.verify(stored, "azerty uiop") for _ in range(20)), return_exceptions=True
    )
    assert [result for result in results if result is True] == [True] * (AT_ONCE + 3)
    assert sum(isinstance(result, TryAgain) for result in results) == 20 - AT_ONCE - 3
    assert await passwords.verify(stored, "azerty uiop") is True
    passwords.close()


async def test_old_parameters_are_outdated() -> None:
    old, new = Passwords(CHEAP), Passwords()
    stored = await old.hash("azerty uiop")
    assert (old.outdated(stored), new.outdated(stored)) == (False, True)
    assert await new.verify(stored, "azerty uiop")
    old.close()
    new.close()


def test_the_memory_that_the_bound_stands_for() -> None:
    hasher = default_hasher()
    assert (hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (MEMORY_KIB, 1, 1)
    assert AT_ONCE * MEMORY_KIB / 1024 == 92  # MiB, as the constants say
