"""What an account may look like: login, name, birth date, password, contact details. Pure decisions on plain values."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from functools import cache
from itertools import pairwise
from zoneinfo import available_timezones

import phonenumbers

from server.kernel.errors import BadRequest
from server.kernel.permissions import Role
from server.kernel.principal import ADULT_AGE, age_on
from server.people.common_passwords import is_common, is_personal

LOGIN_LENGTH = (3, 60)  # characters
NAME_MAX = 80  # characters
PASSWORD_MIN = 10  # characters
# A young person may have to type it on an old telephone; docs/decisions/0022 says what makes up for the difference.
PASSWORD_MIN_MENTEE = 8
PASSWORD_MAX = 200  # characters: bounds what is hashed, far beyond any phrase
MENTEE_AGE = (6, 30)  # years, both included: from first grade; the social and work support for the young ends by 30
OLDEST = 120  # years

EMAIL_MAX = 254  # characters: RFC 5321 section 4.5.3.1.3, without the brackets
PIN_LENGTH = (4, 6)  # digits

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
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


def check_password(role: Role, password: str, *, about: Collection[str] = ()) -> None:
    """Raises BadRequest when ``password`` is too short for ``role``, longer than anyone types, one of those that
    everybody tries first, or little more than a name ``about`` the person and where they are, or ours."""
    length = len(unicodedata.normalize("NFC", password))
    shortest = PASSWORD_MIN_MENTEE if role is Role.MENTEE else PASSWORD_MIN
    if length < shortest:
        raise BadRequest("password_too_short", field="password", minimum=shortest)
    if length > PASSWORD_MAX:
        raise BadRequest("password_too_long", field="password", maximum=PASSWORD_MAX)
    if is_common(password):
        raise BadRequest("password_common", field="password")
    if is_personal(password, (*about, "binome")):
        raise BadRequest("password_personal", field="password")


def checked_email(text: str) -> str:
    """A mailbox as it is stored. Raises BadRequest. Plain ones only: that is what associations write to, and nothing
    of it can be read as a second header or address."""
    email = text.strip()
    if len(email) > EMAIL_MAX or _EMAIL.fullmatch(email) is None or ".." in email:
        raise BadRequest("email_format", field="email")
    return email


def checked_phone(text: str, country: str) -> str:
    """A telephone number as E.164 writes it, read as one of ``country`` when it has no prefix. Raises BadRequest."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise BadRequest("phone_format", field="phone") from None
    if not phonenumbers.is_valid_number(number):
        raise BadRequest("phone_format", field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_zone(zone: str) -> None:
    """Raises BadRequest for what is no IANA time zone."""
    if zone not in _zones():
        raise BadRequest("zone_unknown", field="zone")


def check_pin(pin: str) -> None:
    """Raises BadRequest for what is no PIN, or one that anybody tries first."""
    shortest, longest = PIN_LENGTH
    if not (shortest <= len(pin) <= longest and pin.isascii() and pin.isdigit()):
        raise BadRequest("pin_format", field="pin", minimum=shortest, maximum=longest)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:  # 0000, 1234, 4321
        raise BadRequest("pin_easy", field="pin")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
