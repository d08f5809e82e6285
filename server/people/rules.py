"""What an account may look like: login, name, birth date, password. Pure decisions on plain values."""

import re
import unicodedata
from datetime import date

from server.kernel.errors import BadRequest
from server.kernel.permissions import Role
from server.kernel.principal import ADULT_AGE, age_on

LOGIN_LENGTH = (3, 60)  # characters
NAME_MAX = 80  # characters
PASSWORD_MIN = 10  # characters
# A young person may have to type it on an old telephone; docs/decisions/0022 says what makes up for the difference.
PASSWORD_MIN_MENTEE = 8
PASSWORD_MAX = 200  # characters: bounds what is hashed, far beyond any phrase
MENTEE_AGE = (6, 30)  # years, both included: from first grade; the social and work support for the young ends by 30
OLDEST = 120  # years

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]*")
# What makes one name look like another, or like none: marks of direction, letters without a shape (Unicode TR 36
# section 2.5). The joiners stay: Persian and Indian names need them.
_DECEIVING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u115f\u1160\u2800\u3164\uffa0"
)
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def login_key(text: str) -> str:
    """The form of a login that counts: telephones add capitals and spaces by themselves."""
    return text.strip().lower()


def checked_login(text: str) -> str:
    """The login as it is stored. Raises BadRequest."""
    login = login_key(text)
    shortest, longest = LOGIN_LENGTH
    if not (shortest <= len(login) <= longest and _LOGIN.fullmatch(login)):
        raise BadRequest("login_format", field="login", minimum=shortest, maximum=longest)
    return login


def checked_name(text: str, *, field: str = "name") -> str:
    """A name as it is stored and shown: one line of visible characters. Raises BadRequest."""
    name = unicodedata.normalize("NFC", text).strip()
    if any(character in _DECEIVING or unicodedata.category(character) in _UNSEEN for character in name):
        raise BadRequest("control_characters", field=field)
    if not any(character.isalnum() for character in name):
        raise BadRequest("empty", field=field)
    if len(name) > NAME_MAX:
        raise BadRequest("too_long", field=field, maximum=NAME_MAX)
    return name


def check_birth_date(role: Role, birth_date: date | None, today: date) -> None:
    """Raises BadRequest when ``birth_date`` is missing for ``role``, or cannot be."""
    if birth_date is None:
        if role is Role.MENTEE:
            raise BadRequest("birth_date_required", field="birth_date")
        return
    if birth_date > today:
        raise BadRequest("birth_date_future", field="birth_date")
    age = age_on(birth_date, today)
    youngest, eldest = MENTEE_AGE if role is Role.MENTEE else (0, OLDEST)
    if not youngest <= age <= eldest:
        raise BadRequest("birth_date_implausible", field="birth_date")
    if role is not Role.MENTEE and age < ADULT_AGE:
        raise BadRequest("adult_expected", field="birth_date")


def check_password(role: Role, password: str) -> None:
    """Raises BadRequest when ``password`` is too short for ``role``, or longer than anyone types."""
    length = len(unicodedata.normalize("NFC", password))
    shortest = PASSWORD_MIN_MENTEE if role is Role.MENTEE else PASSWORD_MIN
    if length < shortest:
        raise BadRequest("password_too_short", field="password", minimum=shortest)
    if length > PASSWORD_MAX:
        raise BadRequest("password_too_long", field="password", maximum=PASSWORD_MAX)
