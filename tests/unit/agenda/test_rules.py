from datetime import UTC, datetime, timedelta

import pytest

from server.agenda.rules import check_time, check_zone, checked_title
from server.kernel.errors import BadRequest

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea", "UTC"])
def test_zones(zone: str) -> None:
    check_zone(zone)


@pytest.mark.parametrize(
    "zone",
    ["", "Europe/paris", "Paris", "+01:00", "../../etc/passwd", "/etc/localtime", "Europe/Paris\x00", "localtime"],
)
def test_what_is_no_zone(zone: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_zone(zone)
    assert (refused.value.detail, refused.value.field) == ("zone", "zone")


def test_titles() -> None:
    assert checked_title("  Préparer la lettre ") == "Préparer la lettre"
    assert checked_title("x" * 120) == "x" * 120


@pytest.mark.parametrize(
    ("title", "detail"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("x" * 121, "too_long"),
        ("a\x00", "control_characters"),
        ("a\nb", "control_characters"),
    ],
)
def test_what_is_no_title(title: str, detail: str) -> None:
    with pytest.raises(BadRequest) as refused:
        checked_title(title)
    assert (refused.value.detail, refused.value.field) == (detail, "title")


@pytest.mark.parametrize("minutes", [5, 480])
def test_times(minutes: int) -> None:
    check_time(NOW + timedelta(seconds=1), minutes, NOW)


@pytest.mark.parametrize(
    ("ahead", "minutes", "detail", "field"),
    [
        (timedelta(hours=1), 4, "minutes", "minutes"),
        (timedelta(hours=1), 481, "minutes", "minutes"),
        (timedelta(hours=1), -30, "minutes", "minutes"),
        (timedelta(), 30, "past", "starts_at"),
        (-timedelta(days=1), 30, "past", "starts_at"),
    ],
)
def test_what_is_no_time(ahead: timedelta, minutes: int, detail: str, field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_time(NOW + ahead, minutes, NOW)
    assert (refused.value.detail, refused.value.field) == (detail, field)
