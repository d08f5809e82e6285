"""Recovery codes: ten on a sheet of paper, each for one time, for when the telephone is lost.

Their first four letters find them, so that one hash is enough to check one; the other eight, 40 random bits, are hashed
as passwords are (OWASP ASVS 5, 6.5.2).
"""

import secrets

COUNT = 10
GROUP = 4  # characters between two hyphens; three groups
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without 0, o, 1, i, l
SELECTOR = GROUP


def new_codes() -> list[str]:
    """Ten codes as they are shown, with different beginnings."""
    codes: dict[str, str] = {}
    while len(codes) < COUNT:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(3 * GROUP))
        codes[letters[:SELECTOR]] = letters
    return ["-".join(letters[at : at + GROUP] for at in range(0, 3 * GROUP, GROUP)) for letters in codes.values()]


def split(code: str) -> tuple[str, str] | None:
    """(what finds it, what is hashed), however it was typed. None: no recovery code looks like this."""
    letters = "".join(character for character in code.lower() if character.isalnum())
    if len(letters) != 3 * GROUP or not set(letters) <= set(ALPHABET):
        return None
    return letters[:SELECTOR], letters[SELECTOR:]
