"""SQL of what and whom cases are about: their pairs, what professionals added and take back, what they take in, and
what somebody is called about."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import and_, any_, delete, exists, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.rules import CONCERNED, Case, LinkKind, Part, State
from server.escalation.tables import case_entries, case_links, case_pages, case_parties, cases


async def added_parts(conn: AsyncConnection, case_id: UUID) -> frozenset[tuple[UUID, Part]]:
    """Who is in a case, and as what, because a professional said so: what can be taken back."""
    mine = case_parties.c.case_id == case_id, case_parties.c.added_by.is_not(None)
    rows = await conn.execute(select(case_parties.c.account_id, case_parties.c.part).where(*mine))
    return frozenset((row.account_id, row.part) for row in rows)


async def pairs_about(conn: AsyncConnection, found: Collection[Case]) -> Mapping[UUID, frozenset[UUID]]:
    """Which pairs each of these cases is about: its own, and those that it took in."""
    links = case_links.c
    mine = links.kind == "pair", links.case_id.in_([case.id for case in found])
    pairs = {case.id: {case.pair_id} - {None} for case in found}
    for row in await conn.execute(select(links.case_id, links.ref).where(*mine)):
        pairs[row.case_id].add(row.ref)
    return {case_id: frozenset(one for one in of if one is not None) for case_id, of in pairs.items()}


async def remove_link(conn: AsyncConnection, case_id: UUID, kind: LinkKind, ref: UUID) -> bool:
    """Of what a professional added. False when there is none such."""
    links = case_links.c
    mine = links.case_id == case_id, links.kind == kind, links.ref == ref, links.added_by.is_not(None)
    return (await conn.execute(delete(case_links).where(*mine))).rowcount == 1


async def remove_party(conn: AsyncConnection, case_id: UUID, account_id: UUID, part: Part) -> bool:
    """Of what a professional said. False when there is nothing such."""
    rows = case_parties.c
    mine = rows.case_id == case_id, rows.account_id == account_id, rows.part == part, rows.added_by.is_not(None)
    return (await conn.execute(delete(case_parties).where(*mine))).rowcount == 1


async def take_in(conn: AsyncConnection, case_id: UUID, into: UUID) -> None:
    """What a case is about, and who is in it, is copied into another, with who said so."""
    for table in (case_links, case_parties):
        names = [column.name for column in table.c]
        columns = [literal(into).label("case_id"), *(table.c[name] for name in names if name != "case_id")]
        copied = select(*columns).where(table.c.case_id == case_id)
        names = ["case_id", *(name for name in names if name != "case_id")]
        await conn.execute(upsert(table).from_select(names, copied).on_conflict_do_nothing())


async def is_said(conn: AsyncConnection, case_id: UUID, act: str, detail: Mapping[str, str]) -> bool:
    """Whether the timeline has this act upon this very thing."""
    rows = case_entries.c
    said = and_(rows.case_id == case_id, rows.act == act, rows.detail == detail)
    return bool((await conn.execute(select(exists().where(said)))).scalar_one())


async def refs_paged(
    conn: AsyncConnection, kind: str, account_id: UUID, pairs: Collection[UUID] = ()
) -> frozenset[UUID]:
    """What the living cases that somebody owns, or is being paged about, have links to; of those that turned out to be
    about them, or about ``pairs`` of their own, nothing."""
    of_pair = case_links.alias()
    theirs = exists().where(
        case_parties.c.case_id == cases.c.id,
        case_parties.c.account_id == account_id,
        case_parties.c.part.in_(sorted(CONCERNED)),
    )
    took_in = exists().where(of_pair.c.case_id == cases.c.id, of_pair.c.kind == "pair", of_pair.c.ref.in_(pairs))
    paged = exists().where(
        cases.c.state == State.OPEN.value,
        case_pages.c.case_id == cases.c.id,
        case_pages.c.round == cases.c.round,
        literal(account_id) == any_(case_pages.c.people),
    )
    query = (
        select(case_links.c.ref)
        .join(cases, cases.c.id == case_links.c.case_id)
        .where(
            case_links.c.kind == kind,
            cases.c.state != State.CLOSED.value,
            (cases.c.owner_id == account_id) | paged,
            ~theirs,
            ~took_in,
        )
    )
    return frozenset((await conn.execute(query)).scalars())
