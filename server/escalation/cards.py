"""Makes the card of a case for one reader."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.card import Acknowledged, CaseCard, CasePair, CasePerson
from server.escalation.rules import Case, Sight, Viewer, next_states
from server.escalation.viewers import Around, around
from server.kernel.principal import Principal
from server.transport.wire import moment, timestamp


async def card_for(conn: AsyncConnection, case: Case, principal: Principal, now: datetime) -> CaseCard:
    """The card of a case that ``principal`` may see. Raises ValueError for one that they may not."""
    near = await around(conn, [case])
    viewer = near.viewer(principal.account_id, principal.organisation_id, principal.role)
    made = card(case, near, viewer, now)
    if made is None:
        raise ValueError("whoever may not see a case is shown none")
    return made


def card(case: Case, near: Around, viewer: Viewer, now: datetime) -> CaseCard | None:
    """None: the viewer may not know of it."""
    sight = near.sight(case, viewer, now)
    if sight is None:
        return None
    whole = sight == "whole"
    return CaseCard(
        id=case.id,
        reference=case.reference,
        origin=case.origin,
        category=case.category,
        severity=case.severity,
        state=case.state.value,
        sight=sight,
        revision=case.revision,
        opened_at=timestamp(case.opened_at),
        round=case.round,
        pages=case.step,
        due_at=moment(case.due_at),
        owner=person(near, case.owner_id),
        acknowledged=_acknowledged(case, near),
        paged=viewer.account_id in near.paged[case.id],
        can_acknowledge=case.waits and whole,
        next=[state.value for state in next_states(case.state)] if whole else [],
        about=person(near, case.about_id) if whole else UNSET,
        by=person(near, case.by_id) if whole else UNSET,
        pair=_pair(case, near, sight),
        room=case.room_id if whole and case.room_id is not None else UNSET,
        outcome=UNSET if case.outcome is None else case.outcome,
        closed_at=moment(case.closed_at),
        merged_into=UNSET if case.merged_into is None or not whole else case.merged_into,
    )


def person(near: Around, account_id: UUID | None) -> CasePerson | UnsetType:
    found = near.people.get(account_id) if account_id is not None else None
    return UNSET if found is None else CasePerson(found.id, found.name, found.role.value)


def _pair(case: Case, near: Around, sight: Sight) -> CasePair | UnsetType:
    return UNSET if case.pair_id is None or sight != "whole" else pair_named(near, case.pair_id)


def pair_named(near: Around, pair_id: UUID) -> CasePair | UnsetType:
    pair = near.pairs.get(pair_id)
    if pair is None:
        return UNSET
    return CasePair(pair.id, near.people[pair.mentor_id].name, near.people[pair.mentee_id].name)


def _acknowledged(case: Case, near: Around) -> Acknowledged | UnsetType:
    if case.acknowledged_at is None:
        return UNSET
    who = near.people.get(case.acknowledged_by) if case.acknowledged_by is not None else None
    by = UNSET if who is None else who.name
    return Acknowledged(timestamp(case.acknowledged_at), by, case.acknowledged_outside is not None)
