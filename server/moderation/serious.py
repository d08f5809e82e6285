"""Which flags open a case, and the case that each opens, in the flag's own transaction: neither exists without the
other (DESIGN.md, promise 3)."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from server.escalation.acknowledging import LEAST
from server.escalation.opening import Link, NewCase, open_on
from server.escalation.rules import Part
from server.moderation.flag import HELP, NewFlag
from server.pairs.two import Two, two_of

PRIORITY: Final = 3  # the severity from which a flag is a case, alert or not
_CATEGORY: Final = re.compile(r"[a-z]+(_[a-z]+)*")


def opens_case(flag: NewFlag) -> bool:
    return flag.alert or flag.severity >= PRIORITY


def case_of(flag: NewFlag, two: Two | None) -> NewCase:
    """The case of a flag. ``two``: of its pair. The young person is whom it is about; the professional of the flag runs
    it, unless they wrote what was flagged, called for help, or are one of the two."""
    called = flag.action == HELP
    parts: list[tuple[UUID, Part]] = [(flag.author_id, "caller" if called else "author")]
    if two is not None and two.mentee_id != flag.author_id:
        parts.append((two.mentee_id, "young"))
    theirs = flag.supervisor_id == flag.author_id or (two is not None and flag.supervisor_id in two)
    if not theirs:
        parts.append((flag.supervisor_id, "professional"))
    return NewCase(
        organisation_id=flag.organisation_id,
        origin="help" if called else "flag",
        category=flag.category if _CATEGORY.fullmatch(flag.category) else "other",
        severity=max(LEAST, flag.severity),  # what alerts is never a mere note
        at=flag.raised_at,
        by_id=flag.author_id,
        owner_id=None if theirs else flag.supervisor_id,
        about_id=two.mentee_id if two is not None else None,
        pair_id=flag.pair_id,
        room_id=flag.room_id,
        parts=parts,
        links=[Link("flag", flag.id, flag.room_id, flag.seq)],
    )


async def open_cases(raw: asyncpg.Connection, flags: Sequence[NewFlag]) -> None:
    """Opens the cases of those of ``flags`` that are serious, in the transaction of ``raw``."""
    serious = [flag for flag in flags if opens_case(flag)]
    if not serious:
        return
    two: Mapping[UUID, Two] = await two_of(raw, {flag.pair_id for flag in serious if flag.pair_id is not None})
    await open_on(raw, [case_of(flag, two.get(flag.pair_id) if flag.pair_id is not None else None) for flag in serious])
