"""What the doctor says of the line to a database that is elsewhere."""

import pytest

from server.doctor.database import line


@pytest.mark.parametrize(
    ("encrypted", "mode", "state"),
    [(False, "", "note"), (False, "prefer", "note"), (True, "require", "note"), (True, "verify-full", "ok")],
)
def test_the_line_to_the_database(encrypted: bool, mode: str, state: str) -> None:
    found = line("db.example.org", encrypted, mode)
    assert found.state == state
    assert ("sslmode=verify-full" in found.says) is (state == "note")
