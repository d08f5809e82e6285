from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.permissions import GRANTS, Permission, Role, allows
from server.kernel.principal import age_on, day_everywhere


@pytest.mark.parametrize(
    ("birth_date", "day", "age"),
    [
        (date(2011, 11, 22), date(2026, 11, 21), 14),
        (date(2011, 11, 22), date(2026, 11, 22), 15),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_changes_on_the_birthday(birth_date: date, day: date, age: int) -> None:
    assert age_on(birth_date, day) == age


ZONES = sorted(available_timezones() - {"localtime"})
MOMENTS = st.integers(1_577_836_800, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(MOMENTS, st.sampled_from(ZONES))
def test_nobody_is_of_age_before_they_are_where_they_live(now: datetime, zone: str) -> None:
    day = day_everywhere(now)
    assert day <= now.astimezone(ZoneInfo(zone)).date()
    assert day >= now.astimezone(ZoneInfo(zone)).date() - timedelta(days=2)


def test_the_day_has_begun_everywhere_at_noon() -> None:
    noon, second = datetime(2026, 11, 22, 12, tzinfo=UTC), timedelta(seconds=1)
    assert [day_everywhere(noon - second).day, day_everywhere(noon).day] == [21, 22]


def test_every_role_has_a_row_and_may_ask_for_help() -> None:
    assert set(GRANTS) == set(Role)
    assert all(allows(role, Permission.HELP_ASK) for role in Role)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.GUARDIAN, Role.PRESCRIBER])
def test_messages_are_closed_to_roles_outside_the_pair(role: Role) -> None:
    """DESIGN section 1: an admin has no access to messages by that role alone, a guardian never reads them."""
    closed = {Permission.ROOM_READ, Permission.ROOM_WRITE, Permission.ROOM_ENTER, Permission.FLAG_REVIEW}
    assert closed.isdisjoint(GRANTS[role])


def test_the_permissions_are_sorted() -> None:
    assert [p.value for p in Permission] == sorted(p.value for p in Permission)
