"""What an account may look like, and what it may not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.errors import BadRequest
from server.kernel.permissions import Role
from server.people.rules import check_birth_date, check_password, checked_login, checked_name, login_key

TODAY = date(2026, 11, 22)
ADULTS = [role for role in Role if role is not Role.MENTEE]


def refusal(error: BadRequest) -> tuple[str | None, str | None]:
    return error.detail, error.field


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("lea", "lea"),
        ("Lea ", "lea"),
        ("  JULIEN.B-2_x", "julien.b-2_x"),
        ("nadia+binome@example.org", "nadia+binome@example.org"),
        ("007", "007"),
        ("a" * 60, "a" * 60),
    ],
)
def test_logins(typed: str, stored: str) -> None:
    assert checked_login(typed) == stored
    assert login_key(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ab",
        "   a   ",
        "a" * 61,
        "léa",
        "le a",
        "-lea",
        ".lea",
        "@lea",
        "lea\n2",
        "lea\x00",
        "leа",
        "lea;--",
        "ﬁona",
    ],
)
def test_what_is_no_login(typed: str) -> None:
    with pytest.raises(BadRequest) as refused:
        checked_login(typed)
    assert refusal(refused.value) == ("login_format", "login")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Léa", "Léa"),
        ("  Léa ", "Léa"),
        ("Le\u0301a", "Léa"),
        ("Ngọc Ánh", "Ngọc Ánh"),
        ("علي\u200cرضا", "علي\u200cرضا"),
        ("O’Connor-Дуня", "O’Connor-Дуня"),
        ("李", "李"),
        ("x" * 80, "x" * 80),
        ("R2D2 🙂", "R2D2 🙂"),
    ],
)
def test_names(typed: str, stored: str) -> None:
    assert checked_name(typed) == stored


@pytest.mark.parametrize(
    ("typed", "detail"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("\u200d", "empty"),
        ("\u3164\u200c", "control_characters"),
        ("…", "empty"),
        ("🙂", "empty"),
        ("x" * 81, "too_long"),
        ("Léa\x00", "control_characters"),
        ("Lé\na", "control_characters"),
        ("Lé\ta", "control_characters"),
        ("Lé\u2028a", "control_characters"),
        ("\u202eaéL", "control_characters"),
        ("Léa\u200f", "control_characters"),
        ("Léa\u2066", "control_characters"),
        ("Léa\ue000", "control_characters"),
        ("Léa\ud800", "control_characters"),
    ],
)
def test_what_is_no_name(typed: str, detail: str) -> None:
    with pytest.raises(BadRequest) as refused:
        checked_name(typed)
    assert refusal(refused.value) == (detail, "name")


@given(st.text(st.characters(exclude_categories=[]), max_size=90))
def test_a_name_that_passes_can_be_kept_shown_and_passes_again(typed: str) -> None:
    try:
        name = checked_name(typed)
    except BadRequest:
        return
    assert checked_name(name) == name
    assert name.encode().decode() == name
    assert 1 <= len(name) <= 80
    assert not set(name) & set("\x00\n\r\t\x7f\u202e\u2028")


@pytest.mark.parametrize("born", [date(2020, 11, 22), date(2011, 2, 28), date(1996, 1, 1)])
def test_birth_dates_of_mentees(born: date) -> None:
    check_birth_date(Role.MENTEE, born, TODAY)


@pytest.mark.parametrize(
    ("born", "detail"),
    [
        (None, "birth_date_required"),
        (date(2026, 11, 23), "birth_date_future"),
        (date(9999, 12, 31), "birth_date_future"),
        (date(2026, 11, 22), "birth_date_implausible"),
        (date(2020, 11, 23), "birth_date_implausible"),
        (date(1995, 11, 22), "birth_date_implausible"),
        (date(1, 1, 1), "birth_date_implausible"),
    ],
)
def test_what_is_no_birth_date_of_a_mentee(born: date | None, detail: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_birth_date(Role.MENTEE, born, TODAY)
    assert refusal(refused.value) == (detail, "birth_date")


@pytest.mark.parametrize("role", ADULTS)
def test_adults_need_no_birth_date_but_are_adults(role: Role) -> None:
    check_birth_date(role, None, TODAY)
    check_birth_date(role, date(2008, 11, 22), TODAY)
    check_birth_date(role, date(1906, 11, 23), TODAY)
    with pytest.raises(BadRequest) as refused:
        check_birth_date(role, date(2008, 11, 23), TODAY)
    assert refusal(refused.value) == ("adult_expected", "birth_date")
    with pytest.raises(BadRequest) as refused:
        check_birth_date(role, date(1905, 11, 22), TODAY)
    assert refusal(refused.value) == ("birth_date_implausible", "birth_date")


@pytest.mark.parametrize(("role", "shortest"), [(Role.MENTEE, 8), *((role, 10) for role in ADULTS)])
def test_passwords(role: Role, shortest: int) -> None:
    check_password(role, "étang bleu"[:shortest])
    check_password(role, "trois galets ronds "[:19] * 10 + "à la fin !")
    check_password(role, "   spaces are characters   ")
    with pytest.raises(BadRequest) as refused:
        check_password(role, "é" * (shortest - 1))
    assert (refusal(refused.value), refused.value.params) == (
        ("password_too_short", "password"),
        {"minimum": shortest},
    )
    with pytest.raises(BadRequest) as refused:
        check_password(role, "x" * 201)
    assert refusal(refused.value) == ("password_too_long", "password")
    for password, detail in (
        ("motdepasse2024", "password_common"),
        ("lea.north 2012", "password_personal"),
        ("Les-Passerelles 75", "password_personal"),
        ("Binôme2026!", "password_personal"),
    ):
        with pytest.raises(BadRequest) as refused:
            check_password(role, password, about=("lea.north", "Léa", "Les Passerelles"))
        assert refusal(refused.value) == (detail, "password")


def test_a_password_is_not_longer_for_being_written_in_pieces() -> None:
    with pytest.raises(BadRequest):
        check_password(Role.MENTEE, "e\u0301" * 7)
