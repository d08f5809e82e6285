"""``make report``: what Binôme is made of, under which licences, and what is known to be wrong with it.

Writes into ``report/``: ``sbom.cdx.json`` (CycloneDX 1.6, what is installed and what is in the page), ``licences.md``,
``audit.md``. All but the audit needs no network; the audit says plainly when it could look nothing up.
"""

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "requirements" / "run.txt"
NPM_LOCK = ROOT / "client_web" / "package-lock.json"
# A release that has had published vulnerabilities for years. An audit that finds none there has looked up nothing.
CANARY = "urllib3==1.24.1"
AUDIT_SECONDS = 300
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)(?:\s*;\s*([^\\]*))?")
_SHA256 = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Part:
    """One component. ``hashes`` are (algorithm, hexadecimal digits) of its published files."""

    kind: str  # of its Package URL: pypi or npm
    name: str
    version: str
    licence: str
    hashes: tuple[tuple[HashAlgorithm, str], ...] = ()


@dataclass
class Audit:
    """What an audit found. ``looked_up`` is None when it could look up nothing, and ``why`` says so."""

    of: str
    looked_up: int | None
    found: list[str] = field(default_factory=list)
    skipped: int = 0
    why: str = ""

    def __str__(self) -> str:
        if self.looked_up is None:
            return f"{self.of}: NOT AUDITED, nothing is known about vulnerabilities: {self.why}."
        left = f" {self.skipped} could not be looked up." if self.skipped else ""
        if not self.found:
            return f"{self.of}: {self.looked_up} looked up, no known vulnerability.{left}"
        return f"{self.of}: {self.looked_up} looked up, {len(self.found)} known vulnerabilities.{left}\n" + "\n".join(
            f"- {line}" for line in self.found
        )


def python_parts(lock: str) -> list[Part]:
    """The pins of a lock file with hashes, with the licences that the installed ones state."""
    parts = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        pin = _PIN.match(block)
        if pin is not None:
            hashes = tuple((HashAlgorithm.SHA_256, digits) for digits in _SHA256.findall(block))
            parts.append(Part("pypi", pin[1].lower(), pin[2], _licence_of(pin[1]), hashes))
    return parts


def npm_parts(lock: Mapping[str, Any]) -> list[Part]:
    """What of a ``package-lock.json`` is in the page; not the tools that build it."""
    parts = []
    for place, told in lock["packages"].items():
        if place and not told.get("dev"):
            algorithm, _, digest = told["integrity"].partition("-")
            name = place.rpartition("node_modules/")[2]
            hashes = ((HashAlgorithm(algorithm.upper().replace("SHA", "SHA-")), base64.b64decode(digest).hex()),)
            parts.append(Part("npm", name, told["version"], told.get("license") or _npm_licence_of(place), hashes))
    return parts


def _npm_licence_of(place: str) -> str:
    """An old way to state it, which the lock file leaves out."""
    try:
        told = json.loads((NPM_LOCK.parent / place / "package.json").read_text(encoding="utf-8"))
    except OSError:
        return "not installed here"
    return " or ".join(one["type"] for one in told.get("licenses", [])) or "not stated"


def _licence_of(name: str) -> str:
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "not installed here"
    for expression in told.get_all("License-Expression", []):
        return str(expression)
    classified = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier", []) if line.startswith("License :: ")
    ]
    stated = [line for text in told.get_all("License", []) for line in str(text).strip().splitlines()]
    return " or ".join(classified) or (stated[0][:80] if stated else "not stated")


def bill_of_materials(parts: Sequence[Part]) -> str:
    """CycloneDX 1.6 in JSON."""
    licences = LicenseFactory()
    bom = Bom()
    whole = Component(name="binome", type=ComponentType.APPLICATION, version=_version(), bom_ref="binome")
    bom.metadata.component = whole
    for part in parts:
        namespace, _, name = part.name.rpartition("/")
        bom.components.add(
            Component(
                name=name,
                group=namespace or None,
                version=part.version,
                type=ComponentType.LIBRARY,
                bom_ref=f"{part.kind}:{part.name}@{part.version}",
                purl=PackageURL(part.kind, namespace or None, name, part.version),
                licenses=[licences.make_from_string(part.licence)],
                hashes=[HashType(alg=algorithm, content=digits) for algorithm, digits in part.hashes[:1]],
            )
        )
    bom.register_dependency(whole, bom.components)
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)


def licences(parts: Sequence[Part]) -> str:
    """A page for people."""
    by_licence: dict[str, list[str]] = {}
    for part in parts:
        by_licence.setdefault(part.licence, []).append(f"{part.name} {part.version}")
    lines = [f"| {licence} | {', '.join(sorted(names))} |" for licence, names in sorted(by_licence.items())]
    return "# Licences of what Binôme is made of\n\n| licence | parts |\n|---|---|\n" + "\n".join(lines) + "\n"


def read_pip_audit(told: str, errors: str, canary: str) -> Audit:
    """What ``pip-audit --format json`` said of the lock file, and of the canary."""
    of = "Python"
    try:
        rows = json.loads(told)["dependencies"]
        known = json.loads(canary)["dependencies"]
    except (ValueError, KeyError):
        last = errors.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        return Audit(of, None, why=f"pip-audit could reach no database ({last[0][:120]})")
    if not any(row.get("vulns") for row in known):
        return Audit(of, None, why=f"what was reached knows nothing even of {CANARY}, so its silence means nothing")
    looked_up = [row for row in rows if "skip_reason" not in row]
    if not looked_up:
        return Audit(of, None, why="pip-audit skipped every single one")
    found = [
        f"{row['name']} {row['version']}: {vulnerability['id']}, mended in {', '.join(vulnerability['fix_versions'])}"
        for row in looked_up
        for vulnerability in row["vulns"]
    ]
    return Audit(of, len(looked_up), found, len(rows) - len(looked_up))


def read_npm_audit(told: str, parts: int) -> Audit:
    """What ``npm audit --json`` said."""
    try:
        answer = json.loads(told)
        found = answer["vulnerabilities"]
    except (ValueError, KeyError):
        return Audit("npm", None, why="npm audit got no answer")
    lines = [f"{name}: {one.get('severity', '?')}, {one.get('range', '?')}" for name, one in sorted(found.items())]
    return Audit("npm", parts, lines)


def audit_python(lock: Path = RUN) -> Audit:
    """Asks the vulnerability database of the Python package index."""
    told, errors = _pip_audit("-r", str(lock), "--require-hashes")
    canary, _ = _pip_audit("-r", "/dev/stdin", "--no-deps", given=CANARY + "\n")
    return read_pip_audit(told, errors, canary)


def _pip_audit(*arguments: str, given: str = "") -> tuple[str, str]:
    program = [sys.executable, "-m", "pip_audit", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [*program, *arguments], input=given, capture_output=True, text=True, timeout=AUDIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return "", "it took too long"
    return done.stdout, done.stderr


def audit_npm(parts: int) -> Audit:
    """Asks the npm registry."""
    npm = shutil.which("npm")
    if npm is None:
        return Audit("npm", None, why="there is no npm here")
    try:
        done = subprocess.run(
            [npm, "audit", "--json", "--omit", "dev"],
            cwd=NPM_LOCK.parent,
            capture_output=True,
            text=True,
            timeout=AUDIT_SECONDS,
            check=False,
            env={**os.environ, "npm_config_fetch_retries": "0"},
        )
    except subprocess.TimeoutExpired:
        return Audit("npm", None, why="it took too long")
    return read_npm_audit(done.stdout, parts)


def _version() -> str:
    from server import __version__

    return __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the report. Exit code 1: a vulnerability is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "report")
    parser.add_argument("--offline", action="store_true", help="without the audit")
    asked = parser.parse_args(arguments)
    asked.to.mkdir(parents=True, exist_ok=True)
    python = python_parts(RUN.read_text(encoding="utf-8"))
    npm = npm_parts(json.loads(NPM_LOCK.read_text(encoding="utf-8")))
    (asked.to / "sbom.cdx.json").write_text(bill_of_materials([*python, *npm]), encoding="utf-8")
    (asked.to / "licences.md").write_text(licences([*python, *npm]), encoding="utf-8")
    if asked.offline:
        audits = [Audit(of, None, why="it was not asked for") for of in ("Python", "npm")]
    else:
        audits = [audit_python(), audit_npm(len(npm))]
    text = "\n\n".join(map(str, audits)) + "\n"
    (asked.to / "audit.md").write_text(f"# Known vulnerabilities\n\n{text}", encoding="utf-8")
    sys.stdout.write(f"{len(python)} Python parts, {len(npm)} npm parts: {asked.to}\n\n{text}")
    return 1 if any(audit.found for audit in audits) else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
