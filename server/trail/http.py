"""HTTP around the heads of the audit trail, for an admin to print and put away."""

from datetime import date

from msgspec import UNSET, Struct, UnsetType

from server.infra.database import Database
from server.kernel.permissions import Permission
from server.trail import heads
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Timestamp, timestamp

DAYS = 31


class HeadCard(Struct, frozen=True):
    """``head`` is NUMBER:HASH, as ``binome audit verify --head`` takes it."""

    head: str
    day: date | UnsetType = UNSET
    at: Timestamp | UnsetType = UNSET


class HeadList(Struct, frozen=True):
    """``now`` is missing before anything was recorded."""

    days: list[HeadCard]
    now: HeadCard | UnsetType = UNSET


class TrailHttp:
    def __init__(self, database: Database) -> None:
        self._database = database

    @endpoint("GET", "/api/v1/audit/heads", answer=HeadList, permission=Permission.AUDIT_READ)
    async def heads(self, call: Call) -> HeadList:
        """The head of the audit trail now, and at the end of each of the last 31 days."""
        organisation_id = call.principal.organisation_id
        async with self._database.begin(organisation_id) as conn:
            now = await heads.head_of(conn, organisation_id)
            days = await heads.day_heads(conn, organisation_id, DAYS)
        return HeadList(
            [HeadCard(_printed(number, hashed), day, timestamp(at)) for day, number, hashed, at in days],
            HeadCard(_printed(*now)) if now is not None else UNSET,
        )


def _printed(sequence: int, hashed: bytes) -> str:
    return f"{sequence}:{hashed.hex()}"
