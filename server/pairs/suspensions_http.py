"""HTTP around the suspension of a person."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.pairs.card import PersonName
from server.pairs.suspensions import Suspensions
from server.people.standing import Standing
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Timestamp, timestamp

Word = Annotated[str, Meta(max_length=40)]


class WhyBody(Struct, forbid_unknown_fields=True):
    why: Word


class SuspensionCard(Struct, frozen=True):
    """``since``, ``why`` and ``by`` are there while the person is suspended."""

    person: PersonName
    since: Timestamp | UnsetType = UNSET
    why: str | UnsetType = UNSET
    by: str | UnsetType = UNSET


class SuspensionsHttp:
    """Endpoints of suspensions."""

    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._suspensions = Suspensions(database, clock, standing)

    @endpoint("GET", "/api/v1/people/{person}/suspension", answer=SuspensionCard, permission=Permission.PERSON_SUSPEND)
    async def suspension(self, call: Call) -> SuspensionCard:
        """Whether a mentor or a young person whom one answers for is suspended, since when, why and by whom."""
        person, found, by = await self._suspensions.of(call.principal, call.identifier("person"))
        name = PersonName(person.id, person.name)
        if found is None or by is None:
            return SuspensionCard(name)
        return SuspensionCard(name, timestamp(found.since), found.why, by.name)

    @endpoint("POST", "/api/v1/people/{person}/suspend", body=WhyBody, permission=Permission.PERSON_SUSPEND)
    async def suspend(self, call: Call) -> None:
        """Suspend a mentor or a young person: out of all their rooms and calls, now."""
        await self._suspensions.suspend(call.principal, call.identifier("person"), call.body.why)

    @endpoint("POST", "/api/v1/people/{person}/restore", body=WhyBody, permission=Permission.PERSON_SUSPEND)
    async def restore(self, call: Call) -> None:
        """Lift the suspension of a person."""
        await self._suspensions.lift(call.principal, call.identifier("person"), call.body.why)
