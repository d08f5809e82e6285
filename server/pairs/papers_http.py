"""HTTP around papers: a mentor's own, and those that staff keep."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.pairs.card import PersonName
from server.pairs.charter_http import CharterText
from server.pairs.keeping import Keeping, PaperFile
from server.pairs.papers import Gate
from server.people.standing import Standing
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Timestamp, timestamp

Word = Annotated[str, Meta(max_length=40)]
Note = Annotated[str, Meta(max_length=2000)]
Version = Annotated[int, Meta(ge=1, le=10_000)]


class GateCard(Struct, frozen=True):
    """``asked``: the organisation wants it. ``until`` is the last day, missing for what has none; ``days`` how many are
    left, below zero when it is over."""

    gate: Gate
    asked: bool
    open: bool
    until: str | UnsetType = UNSET
    days: int | UnsetType = UNSET


class PaperCard(Struct, frozen=True):
    id: UUID
    gate: Gate
    kind: str
    issued_on: str
    at: Timestamp
    withdrawn: bool
    valid_until: str | UnsetType = UNSET
    version: int | UnsetType = UNSET


class PaperFileCard(Struct, frozen=True):
    """``charter`` is the version to sign, ``charter_text`` its articles."""

    mentor: PersonName
    charter: int
    charter_text: CharterText
    gates: list[GateCard]
    papers: list[PaperCard]
    vetting_months: int


class NewPaperBody(Struct, forbid_unknown_fields=True):
    gate: Gate
    kind: Word
    issued_on: date
    valid_until: date | None = None


class SignBody(Struct, forbid_unknown_fields=True):
    version: Version


class PapersHttp:
    """Endpoints of papers."""

    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._keeping = Keeping(database, clock, standing)

    @endpoint("GET", "/api/v1/papers", answer=PaperFileCard, permission=Permission.PAPER_OWN)
    async def own(self, call: Call) -> PaperFileCard:
        """One's own papers as a mentor."""
        return _papers(await self._keeping.own(call.principal))

    @endpoint("POST", "/api/v1/papers/charter", body=SignBody, answer=PaperFileCard, permission=Permission.PAPER_OWN)
    async def sign(self, call: Call) -> PaperFileCard:
        """Sign the charter of this version, the one that was shown."""
        return _papers(await self._keeping.sign(call.principal, call.body.version))

    @endpoint("GET", "/api/v1/mentors/{mentor}/papers", answer=PaperFileCard, permission=Permission.PAPER_KEEP)
    async def papers_of(self, call: Call) -> PaperFileCard:
        """The papers of a mentor whom one answers for. The mentor can see in their journal that they were read."""
        return _papers(await self._keeping.papers_of(call.principal, call.identifier("mentor")))

    @endpoint(
        "POST",
        "/api/v1/mentors/{mentor}/papers",
        body=NewPaperBody,
        answer=PaperFileCard,
        permission=Permission.PAPER_KEEP,
        status=201,
    )
    async def record_paper(self, call: Call) -> PaperFileCard:
        """Write down a paper that one has seen. What it opens opens at once."""
        body: NewPaperBody = call.body
        return _papers(
            await self._keeping.record_paper(
                call.principal, call.identifier("mentor"), body.gate, body.kind, body.issued_on, body.valid_until
            )
        )

    @endpoint(
        "DELETE", "/api/v1/mentors/{mentor}/papers/{paper}", answer=PaperFileCard, permission=Permission.PAPER_KEEP
    )
    async def withdraw_paper(self, call: Call) -> PaperFileCard:
        """Withdraw a paper. It stays in the history, as withdrawn; what it held open closes at once."""
        return _papers(
            await self._keeping.withdraw_paper(call.principal, call.identifier("mentor"), call.identifier("paper"))
        )


def _papers(file: PaperFile) -> PaperFileCard:
    withdrawn = {paper.withdraws for paper in file.papers}
    return PaperFileCard(
        mentor=PersonName(file.mentor.id, file.mentor.name),
        charter=file.charter.version,
        charter_text=CharterText(**file.charter.texts),
        gates=[
            GateCard(
                each.gate,
                each.gate in file.policy.gates,
                each.open,
                each.until.isoformat() if each.until is not None else UNSET,
                (each.until - file.today).days if each.until is not None else UNSET,
            )
            for each in file.passes
        ],
        papers=[
            PaperCard(
                paper.id,
                paper.gate,
                paper.kind,
                paper.issued_on.isoformat(),
                timestamp(paper.at),
                paper.id in withdrawn,
                paper.valid_until.isoformat() if paper.valid_until is not None else UNSET,
                paper.version if paper.version is not None else UNSET,
            )
            for paper in file.papers
            if paper.withdraws is None
        ],
        vetting_months=file.policy.vetting_months,
    )
