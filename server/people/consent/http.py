"""HTTP around consent: the young person's page and their guardians', the professionals' page, the admins' texts."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.kernel.permissions import Permission
from server.people.consent.cards import ConsentPage, YoungCard
from server.people.consent.consenting import Consenting, Said, Told
from server.people.consent.guardians import Guardians, Paper, Relation, Why
from server.people.consent.page import ConsentPages
from server.people.consent.rules import How, Purpose
from server.people.consent.texts import Version, Wording
from server.people.consent.wording import ConsentWording
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier, Timestamp, moment

VersionNumber = Annotated[int, Meta(ge=1, le=1_000_000)]
LongText = Annotated[str, Meta(min_length=1, max_length=4_000)]
Days = Annotated[int, Meta(ge=0, le=90)]


class ConsentList(msgspec.Struct):
    pages: list[ConsentPage]


class YoungList(msgspec.Struct):
    young: list[YoungCard]


class AnswerBody(msgspec.Struct, forbid_unknown_fields=True):
    """``version``: of the text that was read; a no needs none."""

    mentee: Identifier
    purpose: Purpose
    agree: bool
    version: VersionNumber | None = None


class RecordBody(msgspec.Struct, forbid_unknown_fields=True):
    by: Identifier
    purpose: Purpose
    agree: bool
    how: Literal["paper", "oral"]
    day: date


class LinkBody(msgspec.Struct, forbid_unknown_fields=True):
    guardian: Identifier
    relation: Relation
    authority: bool
    paper: Paper


class EndBody(msgspec.Struct, forbid_unknown_fields=True):
    why: Why


class WordingBody(msgspec.Struct, forbid_unknown_fields=True):
    text: LongText
    easy: LongText


class TextsBody(msgspec.Struct, forbid_unknown_fields=True):
    """``after``: the version that this follows. ``asks_again_in``: in so many days an old yes holds no more."""

    purpose: Purpose
    after: VersionNumber
    fr: WordingBody
    en: WordingBody
    asks_again_in: Days | None = None


class TextRow(msgspec.Struct):
    purpose: Purpose
    version: int
    fr: Wording
    en: Wording
    changed_at: Timestamp | UnsetType = UNSET
    asks_again_from: Timestamp | UnsetType = UNSET


class TextList(msgspec.Struct):
    texts: list[TextRow]


class ConsentHttp:
    def __init__(
        self, pages: ConsentPages, consenting: Consenting, guardians: Guardians, wording: ConsentWording
    ) -> None:
        self._pages = pages
        self._consenting = consenting
        self._guardians = guardians
        self._wording = wording

    @endpoint("GET", "/api/v1/my-consents", answer=ConsentList, permission=Permission.CONSENT_ANSWER)
    async def mine(self, call: Call) -> ConsentList:
        """What one is asked to agree to, for oneself or for one's children."""
        return ConsentList(await self._pages.mine(call.principal, call.language))

    @endpoint("POST", "/api/v1/my-consents", body=AnswerBody, answer=ConsentList, permission=Permission.CONSENT_ANSWER)
    async def answer(self, call: Call) -> ConsentList:
        """Say yes or no. A no holds everywhere at once."""
        body: AnswerBody = call.body
        await self._consenting.answer(call.principal, body.mentee, Said(body.purpose, body.agree, body.version))
        return ConsentList(await self._pages.mine(call.principal, call.language))

    @endpoint("GET", "/api/v1/mentees", answer=YoungList, permission=Permission.CONSENT_RECORD)
    async def young(self, call: Call) -> YoungList:
        """The young people whom one works for, and what is off for each."""
        return YoungList(await self._pages.young(call.principal))

    @endpoint("GET", "/api/v1/mentees/{mentee}/consents", answer=ConsentPage, permission=Permission.CONSENT_RECORD)
    async def of(self, call: Call) -> ConsentPage:
        """How consent stands for a young person, with the whole ledger."""
        return await self._pages.of(call.principal, call.identifier("mentee"), call.language)

    @endpoint(
        "POST",
        "/api/v1/mentees/{mentee}/consents",
        body=RecordBody,
        answer=ConsentPage,
        permission=Permission.CONSENT_RECORD,
    )
    async def write_down(self, call: Call) -> ConsentPage:
        """Write down what was said on paper or by word of mouth."""
        body: RecordBody = call.body
        mentee = call.identifier("mentee")
        told = Told(body.by, body.purpose, body.agree, How(body.how), body.day)
        await self._consenting.write_down(call.principal, mentee, told)
        return await self._pages.of(call.principal, mentee, call.language)

    @endpoint(
        "POST",
        "/api/v1/mentees/{mentee}/guardians",
        body=LinkBody,
        answer=ConsentPage,
        permission=Permission.CONSENT_RECORD,
        status=201,
    )
    async def link(self, call: Call) -> ConsentPage:
        """Write down that somebody is a guardian of a young person."""
        body: LinkBody = call.body
        mentee = call.identifier("mentee")
        await self._guardians.link(
            call.principal,
            mentee,
            body.guardian,
            relation=body.relation,
            authority=body.authority,
            paper=body.paper,
        )
        return await self._pages.of(call.principal, mentee, call.language)

    @endpoint(
        "POST",
        "/api/v1/mentees/{mentee}/guardians/{link}/end",
        body=EndBody,
        answer=ConsentPage,
        permission=Permission.CONSENT_RECORD,
    )
    async def end(self, call: Call) -> ConsentPage:
        """End that somebody is a guardian of a young person."""
        body: EndBody = call.body
        mentee = call.identifier("mentee")
        await self._guardians.end(call.principal, mentee, call.identifier("link"), body.why)
        return await self._pages.of(call.principal, mentee, call.language)

    @endpoint("GET", "/api/v1/consent-texts", answer=TextList, permission=Permission.CONSENT_TEXT)
    async def texts(self, call: Call) -> TextList:
        """The words in which one's organisation asks for consent."""
        return TextList([_row(version) for version in await self._wording.read(call.principal)])

    @endpoint(
        "POST",
        "/api/v1/consent-texts",
        body=TextsBody,
        answer=TextList,
        permission=Permission.CONSENT_TEXT,
        max_body=64 * 1024,
    )
    async def write(self, call: Call) -> TextList:
        """Write a new version of one of them."""
        body: TextsBody = call.body
        texts = {"fr": Wording(body.fr.text, body.fr.easy), "en": Wording(body.en.text, body.en.easy)}
        await self._wording.write(
            call.principal, body.purpose, texts, after=body.after, asks_again_in=body.asks_again_in
        )
        return TextList([_row(version) for version in await self._wording.read(call.principal)])


def _row(version: Version) -> TextRow:
    return TextRow(
        version.purpose,
        version.version,
        version.texts["fr"],
        version.texts["en"],
        moment(version.changed_at),
        moment(version.asks_again_from),
    )
