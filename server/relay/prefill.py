"""What is known of a case already, so that nobody has to copy it at two in the morning. The department is not guessed,
and nothing is interpreted: that is the professional's to write."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.escalation.rules import Case
from server.kernel.principal import Principal
from server.moderation.evidence import category_name
from server.moderation.flag import HELP
from server.moderation.store import flags_of
from server.people.consent.store import links_of
from server.people.everyone import all_organisations
from server.people.store import Account, Person, account
from server.relay.fields import Bundle, Concern, Fact, Fields, Parent, Referral, Relay
from server.relay.rules import Kind
from server.relay.texts import texts
from server.relay.words import quotes

_DAYS: Final = {"fr": "%d/%m/%Y", "en": "%Y-%m-%d"}


async def prefill(
    conn: AsyncConnection, kind: Kind, case: Case, young: Account | None, by: Principal, language: str, now: datetime
) -> Fields:
    """The fields of a new dispatch of ``kind``, in the language of the document."""
    if kind is Kind.BUNDLE:
        return Bundle()
    if kind is Kind.RELAY:
        return Relay()
    where = {one.id: one for one in await all_organisations(conn)}[case.organisation_id]
    me = await account(conn, by.account_id)
    if me is None:
        raise AssertionError("somebody who is signed in has an account")
    known = young.person if young is not None else None
    letter = Concern if kind is Kind.CONCERN else Referral
    return letter(
        reporter_name=me.person.name,
        reporter_role=texts(language)["prefill.role"],
        reporter_organisation=where.name,
        reporter_phone=me.phone or "",
        reporter_email=me.email or "",
        child_name="" if known is None else known.name,
        child_birth="" if known is None or known.birth_date is None else known.birth_date.strftime(_DAYS[language]),
        parents=[] if known is None else await _parents(conn, known, language, now),
        facts=await _facts(conn, case, language, ZoneInfo(where.zone)),
        words=[] if known is None else await quotes(conn, case, known.id),
        signed_by=me.person.name,
    )


async def _parents(conn: AsyncConnection, young: Person, language: str, now: datetime) -> list[Parent]:
    parents = []
    for link in await links_of(conn, mentee_ids=[young.id]):
        found = await account(conn, link.guardian_id)
        if found is not None and (link.until is None or link.until > now):
            relation = texts(language).get(f"relation.{link.relation}", "")
            parents.append(Parent(found.person.name, relation, "", found.phone or "", link.authority))
    return parents[:6]


async def _facts(conn: AsyncConnection, case: Case, language: str, zone: ZoneInfo) -> list[Fact]:
    """One for each flag: when, where, and of what kind; what it was, the child's words say."""
    words = texts(language)
    facts = []
    links = await cases.links_of(conn, case.id)
    for flag in await flags_of(conn, [link.ref for link in links if link.kind == "flag"]):
        category = category_name(flag.category, language)
        said = words["prefill.fact"].format(category=category, severity=flag.severity)
        what = words["prefill.help"] if flag.category == HELP else said
        on = flag.raised_at.astimezone(zone).strftime(f"{_DAYS[language]} %H:%M")
        facts.append(Fact(on, words["prefill.place"], what))
    return facts[:50]
