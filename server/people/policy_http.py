"""HTTP around the policy of an organisation."""

import msgspec

from server.kernel.permissions import Permission
from server.people.policy import Policies, Policy
from server.transport.endpoint import Call, endpoint


class PolicyBody(msgspec.Struct, forbid_unknown_fields=True):
    direct_calls: bool


class PolicyHttp:
    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    @endpoint("GET", "/api/v1/policy", answer=PolicyBody, permission=Permission.POLICY_SET)
    async def read(self, call: Call) -> PolicyBody:
        """What one's organisation has decided for all its people."""
        return PolicyBody((await self._policies.read(call.principal)).direct_calls)

    @endpoint("PUT", "/api/v1/policy", body=PolicyBody, permission=Permission.POLICY_SET)
    async def change(self, call: Call) -> None:
        """Decide otherwise. What is switched off stops at once."""
        body: PolicyBody = call.body
        await self._policies.change(call.principal, Policy(body.direct_calls))
