"""What an entry says, as bytes that are the same whoever writes them: JSON in the canonical form of RFC 8785.

Only identifiers, words of our own, dates, numbers and truth values: a text that somebody wrote has no way in.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import rfc8785

# No spaces and nothing beyond ASCII: identifiers, codes, versions, zones, instants fit; names and sentences do not.
_WORD: Final = re.compile(r"[A-Za-z0-9_.:+,/-]{0,120}")
MAX_DETAIL: Final = 4_000  # bytes: a few dozen identifiers; what needs more has a table of its own


def instant(at: datetime) -> str:
    """RFC 3339 in UTC, always with six digits of a second: an instant has one spelling."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime cannot be recorded")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def draft(
    organisation_id: UUID,
    at: datetime,
    act: str,
    by: UUID | None,
    about: Collection[UUID],
    detail: Mapping[str, Any] | None,
) -> str:
    """The entry without its sequence number, which the database adds as the last member: no name of ours comes after
    ``sequence``, so the whole is canonical too. Raises ValueError for what does not belong in the trail."""
    plain = _plain(detail or {})
    if len(rfc8785.dumps(plain)) > MAX_DETAIL:
        raise ValueError("a detail of the audit trail is too long")
    entry = {
        "about": sorted({str(person) for person in about}),
        "act": str(act),
        "at": instant(at),
        "by": None if by is None else str(by),
        "detail": plain,
        "organisation": str(organisation_id),
    }
    return rfc8785.dumps(entry).decode()


def _plain(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case Enum():
            return _plain(value.value)
        case int():
            return value
        case str() if _WORD.fullmatch(value):
            return value
        case UUID():
            return str(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {_key(key): _plain(inner) for key, inner in value.items()}
        case set() | frozenset():
            return sorted((_plain(inner) for inner in value), key=str)
        case list() | tuple():
            return [_plain(inner) for inner in value]
    raise ValueError(f"the audit trail takes no such {type(value).__name__}")


def _key(key: Any) -> str:
    if not isinstance(key, str | UUID) or not _WORD.fullmatch(str(key)):
        raise ValueError("a name in the audit trail is a word of ours")
    return str(key)
