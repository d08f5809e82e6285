"""HTTP around the policy of an organisation."""

from typing import Annotated

import msgspec
from msgspec import Meta

from server.kernel.permissions import Permission
from server.people.policy import Adult, CallPolicy, Policies
from server.transport.endpoint import Call, endpoint


class PolicyCard(msgspec.Struct, frozen=True):
    direct_calls: bool
    silence_days: int


class PolicyBody(msgspec.Struct, forbid_unknown_fields=True):
    direct_calls: bool
    silence_days: Annotated[int, Meta(ge=7, le=180)] | None = None


class CallPolicyBody(msgspec.Struct, forbid_unknown_fields=True):
    announce_s: Annotated[int, Meta(ge=5, le=60)]
    under_15: Adult
    under_18: Adult


class PolicyHttp:
    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    @endpoint("GET", "/api/v1/policy", answer=PolicyCard, permission=Permission.POLICY_SET)
    async def read(self, call: Call) -> PolicyCard:
        """What one's organisation has decided for all its people."""
        policy = await self._policies.read(call.principal)
        return PolicyCard(policy.direct_calls, policy.silence_days)

    @endpoint("PUT", "/api/v1/policy", body=PolicyBody, permission=Permission.POLICY_SET)
    async def change(self, call: Call) -> None:
        """Decide otherwise; what is not said stays. What is switched off stops at once."""
        body: PolicyBody = call.body
        await self._policies.change(call.principal, body.direct_calls, body.silence_days)

    @endpoint("GET", "/api/v1/policy/calls", answer=CallPolicyBody, permission=Permission.POLICY_SET)
    async def read_calls(self, call: Call) -> CallPolicyBody:
        """How the organisation watches over its calls."""
        policy = await self._policies.read_calls(call.principal)
        return CallPolicyBody(policy.announce_s, policy.under_15, policy.under_18)

    @endpoint("PUT", "/api/v1/policy/calls", body=CallPolicyBody, permission=Permission.POLICY_SET)
    async def change_calls(self, call: Call) -> None:
        """Decide otherwise, for the calls that go on too."""
        body: CallPolicyBody = call.body
        await self._policies.change_calls(call.principal, CallPolicy(body.announce_s, body.under_15, body.under_18))
