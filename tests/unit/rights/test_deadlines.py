"""By when a request is answered, and when staff is warned."""

from datetime import UTC, date, datetime

import pytest

from server.rights.deadlines import EXTENDED_MONTHS, due_on, warning


@pytest.mark.parametrize(
    ("at", "zone", "due"),
    [
        (datetime(2026, 11, 22, 12, tzinfo=UTC), "Europe/Paris", date(2026, 12, 22)),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "Europe/Paris", date(2026, 2, 28)),
        (datetime(2028, 1, 31, 12, tzinfo=UTC), "Europe/Paris", date(2028, 2, 29)),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), "Europe/Paris", date(2027, 1, 31)),
        # The day is the organisation's, where it is tomorrow already, or yesterday still.
        (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "Europe/Paris", date(2027, 1, 1)),
        (datetime(2026, 12, 1, 3, 0, tzinfo=UTC), "America/Martinique", date(2026, 12, 30)),
        (datetime(2026, 11, 30, 14, 0, tzinfo=UTC), "Pacific/Noumea", date(2027, 1, 1)),
    ],
)
def test_a_month_is_the_calendars(at: datetime, zone: str, due: date) -> None:
    assert due_on(at, zone) == due


def test_an_extension_is_two_months_more() -> None:
    at = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert due_on(at, "Europe/Paris", EXTENDED_MONTHS) == date(2027, 2, 28)


def test_each_warning_is_given_once_and_the_nearest_after_a_standstill() -> None:
    due, warned, given = date(2026, 12, 22), None, []
    for day in range(10, 26):
        now = warning(due, date(2026, 12, day), warned)
        if now is not None:
            given.append((day, now))
            warned = now
    assert given == [(15, 7), (19, 3), (22, 0), (23, -1)]
    assert warning(due, date(2026, 12, 10), None) is None
    assert warning(due, date(2027, 3, 1), 7) == -1
