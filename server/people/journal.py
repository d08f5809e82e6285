"""The access journal: who read what about somebody, when and why, for that person to read (promise 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from server.infra.database import Database
from server.kernel.principal import Principal
from server.people.store import Person, people_of
from server.trail.acts import Act
from server.trail.readings import Reading, departures, readings

PAGE: Final = 50
# Told later than it happened: the entry says when that was.
_LATE: Final = frozenset({Act.CASE_GATHERED_TOLD, Act.CASE_SHARED, Act.GLASS_TOLD})
# Readings in a conversation: whom else it is about, the reader of the journal knows, as they talk with them there.
_CONVERSATION: Final = frozenset(
    {
        Act.CALL_LED,
        Act.CALL_SPOKEN,
        Act.CALL_STOPPED,
        Act.FLAG_CONTEXT_READ,
        Act.GLASS_BROKEN,
        Act.GLASS_TOLD,
        Act.ROOM_ENTERED,
        Act.ROOM_KNOCKED,
        Act.ROOM_LET_IN,
        Act.ROOM_PAUSED,
        Act.ROOM_PUT_OUT,
        Act.ROOM_RESUMED,
        Act.ROOM_STOOD_DOWN,
        Act.ROOM_STOOD_IN,
        Act.VOICE_NOTE_HEARD,
        Act.WHISPER_SENT,
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """``at`` is when it was read. ``told``: when it was said, where that had been put off. ``why`` and ``how``
    are words of ours. ``reader`` None: nobody's account any more, or the system itself."""

    sequence: int
    at: datetime
    act: str
    reader: Person | None
    others: list[str]
    why: str | None
    how: str | None
    left: datetime | None
    told: datetime | None


class Journal:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, principal: Principal, before: int | None) -> tuple[list[Line], bool]:
        """A page of one's own journal, the newest first, and whether there is more. Of oneself alone: nobody reads
        somebody else's here."""
        me, organisation_id = principal.account_id, principal.organisation_id
        async with self._database.begin(organisation_id) as conn:
            found = await readings(conn, organisation_id, me, before=before, limit=PAGE + 1)
            page = found[:PAGE]
            gone: dict[str, datetime] = {}
            if any(reading.act == Act.ROOM_ENTERED for reading in page):
                left = await departures(conn, organisation_id, me, page[-1].sequence)
                gone = {str(reading.detail.get("visit")): reading.at for reading in reversed(left)}
            wanted = {reading.by for reading in page if reading.by is not None}
            wanted |= {other for reading in page if reading.act in _CONVERSATION for other in reading.about}
            people = await people_of(conn, wanted)
        return [_line(reading, me, people, gone) for reading in page], len(found) > PAGE


def _line(reading: Reading, me: UUID, people: Mapping[UUID, Person], gone: dict[str, datetime]) -> Line:
    detail = reading.detail
    late = reading.act in _LATE and "opened_at" in detail
    talked = reading.act in _CONVERSATION
    return Line(
        sequence=reading.sequence,
        at=datetime.fromisoformat(detail["opened_at"]) if late else reading.at,
        act=reading.act,
        reader=people.get(reading.by) if reading.by is not None else None,
        others=[people[one].name for one in reading.about if talked and one != me and one in people],
        why=_word(detail.get("why")),
        how=_word(detail.get("how")),
        left=gone.get(str(detail.get("visit"))) if reading.act == Act.ROOM_ENTERED else None,
        told=reading.at if late else None,
    )


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
