"""What the documents name is there: files, other documents, settings, and commands with their options. Decisions say
what was so when they were taken, and are left alone."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from server import cli
from server.settings import CONFIG, FOREIGN, PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "THREAT_MODEL.md")]
DOCUMENTS += sorted((ROOT / "docs").glob("*.md"))
PLACES = "changes|client_web|docs|load_tests|requirements|server|tests"
SETTINGS = {PREFIX + setting.name.upper() for setting in fields(Settings)} | {CONFIG}
NOT_YET = {"backup"}  # "is not there yet", docs/operators.md says


def code(document: Path) -> Iterator[str]:
    """What stands between backticks, and each line of a block of code."""
    text = document.read_text(encoding="utf-8")
    for block in re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S):
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


named = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


@named
def test_files(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if not link.startswith("http")]
    assert [link for link in links if not (document.parent / link).exists()] == []
    paths = re.findall(rf"(?<![\w./-])((?:{PLACES})/[\w./-]*\w)", "\n".join(code(document)))
    ours = [path for path in paths if not path.startswith(("load_tests/results", "report/")) and "NNNN" not in path]
    assert [path for path in ours if not (ROOT / path).exists()] == []


@named
def test_settings(document: Path) -> None:
    told = set(re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]", document.read_text(encoding="utf-8")))
    assert {name for name in told - SETTINGS if not name.startswith(FOREIGN)} == set()


@named
def test_commands(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in code(document):
        for words, options in re.findall(r"(?<![\w-])binome((?: [a-z]+)+)((?: (?:--)?[\w:.\"-]+)*)", line):
            command = words.split()
            if command[0] in NOT_YET:
                continue
            with pytest.raises(SystemExit) as shown:
                cli.main([*command, "--help"])
            assert shown.value.code == 0, line
            known = capsys.readouterr().out
            assert [option for option in re.findall(r"--[a-z-]+", options) if option not in known] == [], line


def test_there_is_something_to_look_at() -> None:
    everything = [piece for document in DOCUMENTS for piece in code(document)]
    assert len(everything) > 1_000
    assert len([piece for piece in everything if "binome " in piece]) > 30
