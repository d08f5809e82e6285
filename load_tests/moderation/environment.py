"""Environments of their own for what only measurements and training need: made on demand, with hashed packages."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python_of(name: str) -> Path:
    """The interpreter of the environment that ``requirements/NAME.txt`` describes, made unless it is there. Raises
    CalledProcessError when the packages cannot be had."""
    folder, requirements = ROOT / ".venv" / name, ROOT / "requirements" / f"{name}.txt"
    python, stamp = folder / "bin" / "python", folder / "installed"
    if stamp.exists() and stamp.read_bytes() == requirements.read_bytes():
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", str(requirements)], check=True, stdout=sys.stderr)
    stamp.write_bytes(requirements.read_bytes())
    return python
