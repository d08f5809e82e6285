"""The sentence that a person reads when something is refused, in their language.

The texts stand in ``server/locales/LANGUAGE.json`` under ``errors``, keyed ``code`` or ``code.detail``. They say what
happened and what to do, blame no one, and address no one as *tu* or *vous*: a child and a professional read the same.
"""

import json
from collections.abc import Mapping
from functools import cache
from math import ceil
from pathlib import Path
from types import MappingProxyType
from typing import Any

from server.kernel.errors import BinomeError, DutyGaps

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"

_LOCALES = Path(__file__).resolve().parent.parent / "locales"
_MAX_ACCEPT_LANGUAGE = 200  # characters read of the header; a browser's has fewer than 100


@cache
def catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    """All texts of one of ``LANGUAGES``, by section."""
    if language not in LANGUAGES:
        raise ValueError(f"no texts in {language!r}")
    sections: dict[str, Any] = json.loads((_LOCALES / f"{language}.json").read_text(encoding="utf-8"))
    return MappingProxyType({name: MappingProxyType(texts) for name, texts in sections.items()})


def known_language(language: str, otherwise: str = DEFAULT_LANGUAGE) -> str:
    """``language`` when we speak it."""
    return language if language in LANGUAGES else otherwise


def negotiate(accept_language: str | None, otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The language we speak that an ``Accept-Language`` header (RFC 9110 section 12.5.4) prefers."""
    best, best_quality = otherwise, 0.0
    for item in (accept_language or "")[:_MAX_ACCEPT_LANGUAGE].split(","):
        tag, _, parameters = item.partition(";")
        language = tag.strip().lower().split("-")[0]
        quality = _quality(parameters)
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def sentence(error: BinomeError, language: str) -> str:
    """What to tell a person about ``error``. A detail without a sentence of its own falls back to that of its code."""
    errors = catalogue(known_language(language))["errors"]
    plain = errors[error.code]
    detailed = errors.get(f"{error.code}.{error.detail}") if error.detail else None
    if detailed is None:
        return plain
    values: dict[str, str | int] = dict(error.params)
    if error.retry_in_ms is not None:
        values.setdefault("seconds", ceil(error.retry_in_ms / 1000))
    try:
        return detailed.format_map(values)
    except KeyError:  # raised without what its sentence needs: a plain sentence is better than no answer
        return plain


def error_body(error: BinomeError, language: str) -> dict[str, Any]:
    """The error as it goes on the wire, over HTTP and over the socket alike."""
    body: dict[str, Any] = {"code": error.code, "message": sentence(error, language)}
    if error.field is not None:
        body["field"] = error.field
    if error.retry_in_ms is not None:
        body["retry_in_ms"] = error.retry_in_ms
    if isinstance(error, DutyGaps):
        body["gaps"] = [{"begins": begins, "ends": ends} for begins, ends in error.gaps]
    return body
