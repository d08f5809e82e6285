"""Codes that staff hand to a young person or a guardian, to be typed once: ten signs, of which the last one checks.

27 signs: no vowels, so that no word comes out, and neither 0 nor 1, which look like letters. Nine random signs are 42.8
bits; docs/decisions/0184 says what a guess costs. Pure: what a code opens, and for how long, is in ``invitations.py``.
"""

import secrets

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
RANDOM_SIGNS = 9
LENGTH = RANDOM_SIGNS + 1
_HALF = LENGTH // 2
# None divisible by 3, and no two neighbours apart by a multiple of 3 (27 = 3³): so one wrong sign, or two neighbours
# swapped, never pass.
_WEIGHTS = (1, 2, 4, 5, 7, 8, 10, 11, 13)


def new_code() -> str:
    """In the form that is kept: ten signs together."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_SIGNS))
    return signs + _check_sign(signs)


def shown(code: str) -> str:
    """As it is printed: two groups of five."""
    return f"{code[:_HALF]}-{code[_HALF:]}"


def typed(text: str) -> str | None:
    """The code that somebody typed, in whatever case and with whatever in between. None: no code of ours, a sign is
    wrong."""
    code = "".join(character for character in text.upper() if character.isalnum())
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if _check_sign(code[:RANDOM_SIGNS]) == code[RANDOM_SIGNS] else None


def _check_sign(signs: str) -> str:
    total = sum(weight * ALPHABET.index(sign) for weight, sign in zip(_WEIGHTS, signs, strict=True))
    return ALPHABET[-total % len(ALPHABET)]
