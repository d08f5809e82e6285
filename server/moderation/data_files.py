"""Where the data of this capability stands, and the name of this engine with its data."""

import hashlib
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

ROOT = Path(__file__).parent
DATA = ROOT / "data"

T = TypeVar("T")


@cache
def word_lists(name: str) -> dict[str, frozenset[str]]:
    """The lists of ``data/NAME.json``, each written as one line of words."""
    lists = msgspec.json.decode((DATA / f"{name}.json").read_bytes(), type=dict[str, str])
    return {key: frozenset(words.split()) for key, words in lists.items()}


def merged(folder: str, kind: type[T]) -> dict[str, T]:
    """All ``data/FOLDER/*.json`` as one: the files only part who writes in which. Raises ValueError for a name that
    two of them give."""
    together: dict[str, T] = {}
    for path in sorted((DATA / folder).glob("*.json")):
        here = msgspec.json.decode(path.read_bytes(), type=dict[str, kind])  # type: ignore[valid-type] # a type at run time
        if twice := together.keys() & here.keys():
            raise ValueError(f"{path.name}: {sorted(twice)} stand in another file too")
        together |= here
    return together


@cache
def version_of(*parts: str) -> str:
    """Names the state of a file or a folder of this package, recorded with each label."""
    path = ROOT.joinpath(*parts)
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


@cache
def engine_version() -> str:
    """Names this engine: the digest of all code and data files of the package, recorded with each flag."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.rglob("*.py"), *DATA.rglob("*.json"), *DATA.rglob("*.jsonl"), *DATA.glob("*.bin")]):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return f"m1-{digest.hexdigest()[:12]}"
