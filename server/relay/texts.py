"""The sentences of the documents, in the language that the professional chose for them: ``texts/LANGUAGE.json``."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_TEXTS = Path(__file__).with_name("texts")


@cache
def texts(language: str) -> Mapping[str, str]:
    """All of one language."""
    return MappingProxyType(json.loads((_TEXTS / f"{language}.json").read_text(encoding="utf-8")))


def named(language: str, kind: str, code: str) -> str:
    """What ``code`` is called; the code itself where another version of this program has given it."""
    return texts(language).get(f"{kind}.{code}", code)
