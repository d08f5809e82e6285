"""HTTP around the mentors' charter, for the admins who write it."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.pairs.card import PersonName
from server.pairs.charter_writing import CharterWriting
from server.people.standing import Standing
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Timestamp, timestamp

LARGEST = 2**17  # bytes of a body: as many articles as there may be, twice, in any script
Version = Annotated[int, Meta(ge=1, le=10_000)]
Articles = Annotated[list[Annotated[str, Meta(min_length=1, max_length=600)]], Meta(min_length=1, max_length=30)]


class CharterText(Struct, frozen=True):
    """The articles, in their order, in each language."""

    fr: list[str]
    en: list[str]


class CharterCard(Struct, frozen=True):
    """``sign_again_from``: from that day on, who signed an earlier version has signed none any more."""

    version: int
    text: CharterText
    sign_again_from: str | UnsetType = UNSET
    changed_at: Timestamp | UnsetType = UNSET
    changed_by: str | UnsetType = UNSET


class CharterList(Struct, frozen=True):
    """The newest first. ``unsigned``: mentors who have not signed it."""

    charters: list[CharterCard]
    unsigned: list[PersonName]


class CharterBody(Struct, forbid_unknown_fields=True):
    """``after``: the version that this follows."""

    after: Version
    fr: Articles
    en: Articles
    sign_again_from: date | None = None


class CharterHttp:
    """Endpoints of the charter."""

    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._writing = CharterWriting(database, clock, standing)

    @endpoint("GET", "/api/v1/charters", answer=CharterList, permission=Permission.POLICY_SET)
    async def read(self, call: Call) -> CharterList:
        """The mentors' charter as it stands, what it was before, and who has still to sign it."""
        return await self._list(call.principal)

    @endpoint(
        "POST",
        "/api/v1/charters",
        body=CharterBody,
        answer=CharterList,
        permission=Permission.POLICY_SET,
        max_body=LARGEST,
    )
    async def write(self, call: Call) -> CharterList:
        """Write another charter. Who has signed an earlier one goes on by it, or until `sign_again_from`."""
        body: CharterBody = call.body
        texts = {"fr": body.fr, "en": body.en}
        await self._writing.write(call.principal, texts, after=body.after, sign_again_from=body.sign_again_from)
        return await self._list(call.principal)

    async def _list(self, staff: Principal) -> CharterList:
        written, writers, unsigned = await self._writing.read(staff)
        return CharterList(
            [
                CharterCard(
                    each.version,
                    CharterText(**each.texts),
                    each.sign_again_from.isoformat() if each.sign_again_from is not None else UNSET,
                    timestamp(each.changed_at) if each.changed_at is not None else UNSET,
                    writers[each.changed_by].name if each.changed_by is not None else UNSET,
                )
                for each in written
            ],
            [PersonName(person.id, person.name) for person in unsigned],
        )
