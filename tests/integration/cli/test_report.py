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
    lines = [("redis==8.1.0", "a"), ('uvloop[dev]==0.23.0 ; sys_platform != "win32"', "b")]
    lock = "\n".join(f"{pin} \\\n    --hash=sha256:{digit * 64}" for pin, digit in lines)
    assert [(part.name, part.version, part.hashes[0][1][0]) for part in python_parts(lock)] == [
        ("redis", "8.1.0", "a"),
        ("uvloop", "0.23.0", "b"),
    ]
