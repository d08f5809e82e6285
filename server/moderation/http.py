"""HTTP around flags: the lists, claims, the blind second look, and the figures. Decisions change messages too, so they
are with the rooms."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.kernel.permissions import Permission
from server.moderation.figures import Figures, RuleFigure
from server.moderation.flag import Decision, Reason
from server.moderation.flag_card import FlagCard
from server.moderation.flags import Flags
from server.moderation.lists import ListName
from server.moderation.samples import Samples
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.wire import Identifier, Timestamp, timestamp

PAGE = 50  # flags of one answer: more than a screen, 200 KB of the longest messages
Note = Annotated[str, Meta(max_length=2000)]


class FlagQuery(msgspec.Struct, forbid_unknown_fields=True):
    state: ListName = "open"
    before: Identifier | None = None


class FlagPage(msgspec.Struct):
    flags: list[FlagCard]
    more: bool


class SampleBody(msgspec.Struct, forbid_unknown_fields=True):
    decision: Decision
    reason: Reason


class AgreementCard(msgspec.Struct, frozen=True):
    """``n`` second reviews, of which ``agreed`` came to the same decision; with the interval of 95 % (Wilson) and
    Cohen's kappa, where they are defined."""

    n: int
    agreed: int
    agreement: float | UnsetType = UNSET
    low: float | UnsetType = UNSET
    high: float | UnsetType = UNSET
    kappa: float | UnsetType = UNSET


class RuleCard(msgspec.Struct, frozen=True):
    rule: str
    category: str
    raised: int
    decided: int
    overturned: int
    share: float | UnsetType = UNSET
    low: float | UnsetType = UNSET
    high: float | UnsetType = UNSET


class RuleTable(msgspec.Struct, frozen=True):
    since: Timestamp
    rules: list[RuleCard]


class FlagsHttp:
    """Endpoints of the queue."""

    def __init__(self, flags: Flags, samples: Samples, figures: Figures) -> None:
        self._flags = flags
        self._samples = samples
        self._figures = figures

    @endpoint("GET", "/api/v1/flags", query=FlagQuery, answer=FlagPage, permission=Permission.FLAG_REVIEW)
    async def list_flags(self, call: Call) -> FlagPage:
        """A list of the queue: open, second and sample are to be worked on, closed is what was decided."""
        query: FlagQuery = call.query
        return FlagPage(*await self._flags.page(call.principal, query.state, before=query.before, limit=PAGE))

    @endpoint("GET", "/api/v1/flags/{flag}", answer=FlagCard, permission=Permission.FLAG_REVIEW)
    async def flag(self, call: Call) -> FlagCard:
        """One flag, as the case that is about it shows it."""
        return await self._flags.one(call.principal, call.identifier("flag"))

    @endpoint("POST", "/api/v1/flags/{flag}/claim", answer=FlagCard, permission=Permission.FLAG_REVIEW)
    async def claim(self, call: Call) -> FlagCard:
        """For five minutes nobody else decides it; again, and they begin anew."""
        return await self._flags.claim(call.identifier("flag"), call.principal)

    @endpoint("POST", "/api/v1/flags/{flag}/unclaim", answer=FlagCard, permission=Permission.FLAG_REVIEW)
    async def unclaim(self, call: Call) -> FlagCard:
        """One's own claim is over."""
        return await self._flags.unclaim(call.identifier("flag"), call.principal)

    @endpoint("POST", "/api/v1/flags/{flag}/sample", body=SampleBody, permission=Permission.FLAG_REVIEW)
    async def sample(self, call: Call) -> None:
        """What one would have decided about a flag that was decided by others. It changes nothing else."""
        body: SampleBody = call.body
        await self._samples.review(call.identifier("flag"), call.principal, body.decision, body.reason)

    @endpoint(
        "GET", "/api/v1/flags/agreement", answer=AgreementCard, permission=Permission.FLAG_REVIEW, pace=Pace.COSTLY
    )
    async def agreement(self, call: Call) -> AgreementCard:
        """How often a blind second review came to the same decision as the first."""
        found = await self._samples.agreement(call.principal)
        share, kappa = found.share, UNSET if found.kappa is None else found.kappa
        if share is None:
            return AgreementCard(0, 0)
        return AgreementCard(share.of, share.hits, share.share, share.low, share.high, kappa)

    @endpoint("GET", "/api/v1/flags/rules", answer=RuleTable, permission=Permission.FLAG_REVIEW, pace=Pace.COSTLY)
    async def rules(self, call: Call) -> RuleTable:
        """By rule: how often it raised a flag in the last 90 days, and how often it was found to be wrong."""
        since, rules = await self._figures.by_rule(call.principal)
        return RuleTable(timestamp(since), [_rule(figure) for figure in rules])


def _rule(figure: RuleFigure) -> RuleCard:
    card = RuleCard(figure.rule, figure.category, figure.raised, figure.decided, figure.overturned)
    share = figure.share
    return card if share is None else msgspec.structs.replace(card, share=share.share, low=share.low, high=share.high)
