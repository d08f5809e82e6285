import hashlib

from server.people.sessions.tokens import hash_token, new_token
from server.transport.web_session import plausible_token


def test_tokens_hold_256_random_bits() -> None:
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert {len(token) for token in tokens} == {43}
    assert all(plausible_token(token) for token in tokens)


def test_the_hash_is_plain_sha_256() -> None:
    assert hash_token("a" * 43) == hashlib.sha256(b"a" * 43).digest()
