"""docs/security.md: each requirement of OWASP ASVS 5.0 levels 1 and 2 stands there once; what it points to exists."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
STATES = {"met", "partly", "not met", "operator", "n/a"}

# Of each section of ASVS 5.0.0 the numbers of the requirements at levels 1 and 2: 70 and 183 (the release's own count).
REQUIREMENTS = """
1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1-1 3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2
4.1:1-3 4.2:1-1 4.3:1-2 4.4:1-4 5.1:1-1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3
6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1-1 8.4:1-1 9.1:1-3 9.2:1-4 10.1:1-2
10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1-1 11.6:1-1
12.1:1-3 12.2:1-2 12.3:1-4 13.1:1-1 13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3
15.3:1-7 16.1:1-1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3 17.1:1-1 17.2:1-4 17.3:1-2
"""


def required() -> Iterator[str]:
    for section, first, last in re.findall(r"([\d.]+):(\d+)-(\d+)", REQUIREMENTS):
        for number in range(int(first), int(last) + 1):
            yield f"{section}.{number}"


def rows() -> list[tuple[str, str, str]]:
    """(requirements, state, where) of each row of the page."""
    found = re.findall(r"^\| ([\d., –]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    return [(numbers, state, where) for numbers, state, where in found]


def named(numbers: str) -> Iterator[str]:
    """The requirements that a cell such as ``1.2.6–1.2.8`` or ``6.1.2, 6.2.11`` stands for."""
    for part in numbers.split(", "):
        first, _, last = part.partition("–")
        section, _, number = first.rpartition(".")
        upto = last.rpartition(".")[2] or number
        assert not last or last.rpartition(".")[0] == section, part
        for each in range(int(number), int(upto) + 1):
            yield f"{section}.{each}"


def test_each_requirement_stands_there_once() -> None:
    told = Counter(requirement for numbers, _, _ in rows() for requirement in named(numbers))
    assert sorted(told) == sorted(required())
    assert [requirement for requirement, times in told.items() if times > 1] == []
    assert sum(told.values()) == 253


def test_each_has_a_state() -> None:
    assert {state for _, state, _ in rows()} <= STATES
    assert [numbers for numbers, state, where in rows() if state in ("not met", "partly") and len(where) < 20] == []


@pytest.mark.parametrize("page", ["docs/security.md", "THREAT_MODEL.md", "docs/permissions.md"])
def test_what_they_point_to_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    places = re.findall(r"`((?:server|tests|docs|client_web|requirements|load_tests)/[\w./-]+)`", text)
    assert [place for place in places if not (ROOT / place).exists()] == []
    assert len(places) >= (0 if page == "docs/permissions.md" else 40)
