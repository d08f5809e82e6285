"""``make report``: complete and valid without a network, and never calm because it could look nothing up."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from requirements.report import CANARY, NPM_LOCK, ROOT, RUN, Audit, python_parts, read_npm_audit, read_pip_audit

VULNERABLE = {"name": "urllib3", "version": "1.24.1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}
FINE = {"name": "aiohttp", "version": "3.14", "vulns": []}
SKIPPED = {"name": "mine", "skip_reason": "not found"}
KNOWS = json.dumps({"dependencies": [VULNERABLE]})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the command, with every way out of the machine leading nowhere."""
    to = tmp_path_factory.mktemp("report")
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "requirements/report.py", "--to", str(to), "--offline"],
        cwd=ROOT,
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return to


def test_the_bill_of_materials_is_valid_and_whole(report: Path) -> None:
    text = (report / "sbom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    parts: list[dict[str, Any]] = json.loads(text)["components"]
    told = {part["purl"].partition("?")[0].lower() for part in parts}
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", RUN.read_text(encoding="utf-8"), re.MULTILINE)
    assert {f"pkg:pypi/{name.lower()}@{version}" for name, version in pins} - told == set()
    lock = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"]
    page = {place.rpartition("node_modules/")[2] for place, one in lock.items() if place and not one.get("dev")}
    assert sum(purl.startswith("pkg:npm/") for purl in told) == len(page) > 3
    assert [part["name"] for part in parts if not part.get("hashes")] == []
    assert not any("esbuild" in purl or "pytest" in purl for purl in told)  # tools are no part of it


def test_every_part_that_is_installed_states_its_licence(report: Path) -> None:
    page = (report / "licences.md").read_text(encoding="utf-8")
    assert "not stated" not in page
    assert not re.search(r"\bAGPL|\bGPL-3|SSPL|Commons Clause", page)  # none that would bind whoever runs it


def test_without_an_audit_it_says_so(report: Path) -> None:
    assert (report / "audit.md").read_text(encoding="utf-8").count("NOT AUDITED, nothing is known") == 2


@pytest.mark.parametrize(
    ("told", "canary", "why"),
    [
        ("", "", "pip-audit could reach no database"),
        ("nonsense", KNOWS, "pip-audit could reach no database"),
        (json.dumps({"dependencies": [FINE]}), json.dumps({"dependencies": []}), f"knows nothing even of {CANARY}"),
        (json.dumps({"dependencies": [SKIPPED]}), KNOWS, "pip-audit skipped every single one"),
    ],
)
def test_an_audit_that_looked_up_nothing_is_not_calm(told: str, canary: str, why: str) -> None:
    audit = read_pip_audit(told, "Traceback\nConnectionError: no route", canary)
    assert audit.looked_up is None
    assert why in str(audit)
    assert "no known vulnerability" not in str(audit)


def test_what_an_audit_found_is_told() -> None:
    audit = read_pip_audit(json.dumps({"dependencies": [FINE, VULNERABLE, SKIPPED]}), "", KNOWS)
    assert audit == Audit("Python", 2, ["urllib3 1.24.1: X-1, mended in 2"], skipped=1)
    assert str(read_pip_audit(json.dumps({"dependencies": [FINE]}), "", KNOWS)) == (
        "Python: 1 looked up, no known vulnerability."
    )


def test_npm_alike() -> None:
    assert "NOT AUDITED" in str(read_npm_audit('{"error": {"code": "ENOAUDIT"}}', 3))
    found = json.dumps({"vulnerabilities": {"ws": {"severity": "high", "range": "<8"}}})
    assert read_npm_audit(found, 3) == Audit("npm", 3, ["ws: high, <8"])


def test_a_pin_with_extras_and_markers_is_read() -> None:
    lines = [("redis==8.1.0", "a"), ('uvloop[dev]==0.23.0 ; sys_platform != "win32"', "b")]
    lock = "\n".join(f"{pin} \\\n    --hash=sha256:{digit * 64}" for pin, digit in lines)
    assert [(part.name, part.version, part.hashes[0][1][0]) for part in python_parts(lock)] == [
        ("redis", "8.1.0", "a"),
        ("uvloop", "0.23.0", "b"),
    ]
