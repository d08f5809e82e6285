"""The build of the client, judged without building: when it runs, with which Node, on which lock."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLIENT = Path(__file__).parents[3] / "client_web"


@pytest.fixture
def script(tmp_path: Path) -> dict[str, Any]:
    """build.py in a tree of its own, with one source."""
    home = tmp_path / "client_web"
    (home / "src").mkdir(parents=True)
    for name in ("package-lock.json", "build.mjs", "tsconfig.json"):
        (home / name).write_text("{}")
    (home / "src" / "main.tsx").write_text("export {};")
    policy = tmp_path / "server" / "moderation" / "data" / "policy.json"
    policy.parent.mkdir(parents=True)
    policy.write_text("{}")
    (home / "build.py").write_bytes((CLIENT / "build.py").read_bytes())
    return runpy.run_path(str(home / "build.py"))


def _pretend_built(script: dict[str, Any]) -> None:
    script["STATIC"].mkdir(parents=True)
    (script["STATIC"] / "index.html").write_text("<!doctype html>")
    (script["STATIC"] / "build.json").write_text(json.dumps({"sources": script["_stamp"]()}))


def test_what_is_built_is_not_built_again(script: dict[str, Any]) -> None:
    _pretend_built(script)
    assert script["build"]() is False


@pytest.mark.parametrize(
    "change",
    [
        lambda client: (client / "src" / "main.tsx").write_text("export const other = 1;"),
        lambda client: (client / "src" / "new.ts").write_text(""),
        lambda client: (client / "src" / "main.tsx").rename(client / "src" / "first.tsx"),
        lambda client: (client / "package-lock.json").write_text('{"another": 1}'),
        lambda client: (client.parent / "server/moderation/data/policy.json").write_text('{"another": 1}'),
    ],
)
def test_a_change_of_the_sources_is_noticed(script: dict[str, Any], change: Callable[[Path], object]) -> None:
    before = script["_stamp"]()
    change(script["CLIENT"])
    assert script["_stamp"]() != before


def test_a_test_is_no_source(script: dict[str, Any]) -> None:
    before = script["_stamp"]()
    (script["CLIENT"] / "src" / "log.test.ts").write_text("")
    assert script["_stamp"]() == before


@pytest.mark.parametrize("lost", ["index.html", "build.json"])
def test_a_half_built_client_is_built_again(script: dict[str, Any], lost: str) -> None:
    _pretend_built(script)
    (script["STATIC"] / lost).unlink()
    assert script["_is_built"](script["_stamp"]()) is False


def test_a_node_too_old_is_passed_over(script: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _a_program(tmp_path / "bin" / "node", "echo v18.20.4")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert script["_find_node"]() != [str(tmp_path / "bin" / "node")]
    _a_program(tmp_path / "bin" / "node", "echo v22.3.0")
    assert script["_find_node"]() == [str(tmp_path / "bin" / "node")]


def test_a_node_that_does_not_answer_is_passed_over(
    script: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _a_program(tmp_path / "bin" / "node", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert script["_find_node"]() != [str(tmp_path / "bin" / "node")]


def test_what_goes_wrong_is_said_in_one_line(
    script: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _a_program(
        tmp_path / "bin" / "node", 'case "$1" in --version) echo v22.3.0;; *) echo "no such thing"; exit 7;; esac'
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    _a_program(tmp_path / "lib/node_modules/npm/bin/npm-cli.js", "")
    assert script["main"]([]) == 1
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "no such thing",
        "",
        "client_web: npm could not install what package-lock.json lists (its own words are above)",
    ]
    assert not script["STATIC"].exists()


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((CLIENT / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == [], (
        "each is pinned by its hash"
    )


def test_only_three_packages_reach_the_browser() -> None:
    """Each byte is paid for on a 2G line: another one needs a decision (docs/decisions/0070)."""
    package = json.loads((CLIENT / "package.json").read_text())
    assert sorted(package["dependencies"]) == ["@preact/signals", "preact", "socket.io-client"]


def _a_program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
