"""Makes the file of a dispatch: what somebody looks at and agrees to, and what leaves, to the byte."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.rules import Case
from server.kernel.principal import Principal
from server.people.everyone import all_organisations
from server.relay import dossier_page, letter_page
from server.relay.bundle import Manifest, digest, manifest_of, pack
from server.relay.contacts import contact_of, department_name
from server.relay.dossier import Dossier
from server.relay.fields import Bundle, Concern, Fields, Referral, Relay
from server.relay.gather import Gathered, gather
from server.relay.letter_page import Around
from server.relay.rules import Dispatch
from server.trail.heads import head_of

DOSSIER, LETTER = "dossier.html", "letter.html"


@dataclass(frozen=True, slots=True)
class Made:
    """``outline``: how much of what is in it, without a word of it."""

    content: bytes
    manifest: bytes
    outline: dict[str, Any] = field(default_factory=dict)


async def make(
    conn: AsyncConnection, dispatch: Dispatch, case: Case, fields: Fields, by: Principal, now: datetime
) -> Made:
    """The bundle, as ``by`` makes it now."""
    gathered = None
    if isinstance(fields, Bundle) or fields.attach:
        gathered = await gather(conn, case, by.account_id, now, outside=dispatch.outside)
    around = await around_letter(conn, fields, by)
    head = await head_of(conn, dispatch.organisation_id)

    def work() -> Made:
        files = _files(fields, around, gathered, dispatch.language)
        manifest = manifest_of(
            files,
            dispatch=dispatch.id,
            case=case.id,
            organisation=case.organisation_id,
            kind=dispatch.kind.value,
            circle="outside" if dispatch.outside else "team",
            made_by=by.account_id,
            made_at=now,
            head=head,
        )
        dossier = gathered.dossier if gathered is not None else None
        return Made(pack(files, manifest), digest(manifest), _outline(manifest, dossier, fields))

    return await asyncio.to_thread(work)


async def around_letter(conn: AsyncConnection, fields: Fields, by: Principal) -> Around:
    """What stands around the letter that ``by`` sends."""
    where = {one.id: one for one in await all_organisations(conn)}[by.organisation_id]
    contact = None
    if isinstance(fields, Concern | Referral):
        contact = await contact_of(conn, by, fields.department)
    return Around(where.name, where.zone, by.name, contact)


async def page(
    conn: AsyncConnection, dispatch: Dispatch, case: Case, fields: Fields, by: Principal, now: datetime
) -> bytes:
    """The document of what is not proposed yet, as it would be now."""
    if isinstance(fields, Bundle):
        gathered = await gather(conn, case, by.account_id, now, outside=dispatch.outside)
        return await asyncio.to_thread(dossier_page.render, gathered.dossier, dispatch.language)
    around = await around_letter(conn, fields, by)
    return letter_page.render(fields, around, dispatch.language, draft=True)


def _files(fields: Fields, around: Around, gathered: Gathered | None, language: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    if isinstance(fields, Concern | Referral | Relay):
        files[LETTER] = letter_page.render(fields, around, language, draft=False)
        files["letter.json"] = _json(fields)
    if gathered is not None:
        files[DOSSIER] = dossier_page.render(gathered.dossier, language)
        files["case.json"] = _json(gathered.dossier)
        files |= gathered.voices
    return files


def _json(of: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(of, enc_hook=_plain), indent=2) + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise NotImplementedError(type(value).__name__)


def _recipient(fields: Fields) -> str:
    """To whom it goes, in a line: what who looks at no more than the act has to know of it."""
    match fields:
        case Concern():
            return ", ".join(filter(None, ("CRIP", fields.department, department_name(fields.department))))
        case Referral():
            return fields.court.strip()
        case Relay():
            who = (fields.recipient_name, fields.recipient_profession, fields.recipient_organisation)
            return ", ".join(filter(None, (one.strip() for one in who)))
        case Bundle():
            return fields.recipient.strip()


def _outline(manifest: Manifest, dossier: Dossier | None, fields: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {"files": [{"name": one.name, "bytes": one.bytes} for one in manifest.files]}
    found["to"] = _recipient(fields)
    if dossier is not None:
        found["messages"] = sum(len(one.messages) for one in dossier.conversations)
        found["notes"] = sum(entry.note is not None for entry in dossier.timeline)
        found["flags"] = len(dossier.flags)
    if isinstance(fields, Concern | Referral):
        found["words"] = len(fields.words)
        found["facts"] = len(fields.facts)
        found["department"] = fields.department
    return found
