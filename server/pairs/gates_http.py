"""HTTP around what an organisation asks of its mentors."""

from typing import Annotated

from msgspec import Meta, Struct

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.pairs.gates import Gates
from server.pairs.papers import Policy
from server.people.standing import Standing
from server.transport.endpoint import Call, endpoint


class GatesBody(Struct, forbid_unknown_fields=True):
    vetting: bool
    charter: bool
    training: bool
    vetting_months: Annotated[int, Meta(ge=1, le=60)]
    welfare_blocks: bool
    closed_readable_days: Annotated[int, Meta(ge=0, le=730)]


class GatesHttp:
    """Endpoints of the gates."""

    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._gates = Gates(database, clock, standing)

    @endpoint("GET", "/api/v1/policy/gates", answer=GatesBody, permission=Permission.POLICY_SET)
    async def gates(self, call: Call) -> GatesBody:
        """What one's organisation asks of a mentor."""
        policy = await self._gates.policy(call.principal.organisation_id)
        return GatesBody(*[getattr(policy, name) for name in GatesBody.__struct_fields__])

    @endpoint("PUT", "/api/v1/policy/gates", body=GatesBody, permission=Permission.POLICY_SET)
    async def decide(self, call: Call) -> None:
        """Decide otherwise. Whoever lacks what is asked for from now on is paused at once, and opened by it. The others
        of the staff are told."""
        body: GatesBody = call.body
        policy = Policy(**{name: getattr(body, name) for name in GatesBody.__struct_fields__})
        await self._gates.decide(call.principal, policy)
