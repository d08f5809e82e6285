"""Where the data of this capability stands, and the name of this engine with its data."""

import hashlib
from functools import cache
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent
DATA = ROOT / "data"


@cache
def word_lists(name: str) -> dict[str, frozenset[str]]:
    """The lists of ``data/NAME.json``, each written as one line of words."""
    lists = msgspec.json.decode((DATA / f"{name}.json").read_bytes(), type=dict[str, str])
    return {key: frozenset(words.split()) for key, words in lists.items()}


@cache
def engine_version() -> str:
    """Names this engine: the digest of all code and data files of the package, recorded with each flag."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.rglob("*.py"), *DATA.rglob("*.json"), *DATA.rglob("*.jsonl")]):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return f"m1-{digest.hexdigest()[:12]}"
