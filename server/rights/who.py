"""Who sees what about me: made of the table of permissions and of what each act shows, for the person who asks, with
the names of those who stand in that role for them now (FIELD 99)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import GRANTS, Permission, Role
from server.kernel.principal import Principal
from server.pairs.rules import State, belongs
from server.pairs.store import pairs_of
from server.people.consent.store import links_of
from server.people.store import people_of

Reach = Literal["own_pair", "children", "caseload", "organisation"]


class Data(StrEnum):
    """What is held about people, in the words of the page."""

    NAME = "name"
    CONTACT = "contact"
    BIRTH_DATE = "birth_date"
    SIGN_INS = "sign_ins"
    CONSENTS = "consents"
    PAIR = "pair"
    MESSAGES = "messages"
    MESSAGES_ONCE = "messages_once"  # by breaking the glass: with a motive, for an hour, told
    FLAGGED = "flagged"
    CALLS = "calls"
    ATTENDANCE = "attendance"  # when they were in a call, who else was, and for how long; never what was said
    CASES = "cases"  # that there was a worry, and how it was dealt with
    LETTERS = "letters"  # to a professional
    PAPERS = "papers"
    WELFARE = "welfare"
    REQUESTS = "requests"
    DUTY = "duty"


_ALL: Final = frozenset(Role)
_TWO: Final = frozenset({Role.MENTEE, Role.MENTOR})
# Of whom there is such data at all.
OF: Final[Mapping[Data, frozenset[Role]]] = {
    Data.NAME: _ALL,
    Data.CONTACT: _ALL,
    Data.BIRTH_DATE: frozenset({Role.MENTEE}),
    Data.SIGN_INS: _ALL,
    Data.CONSENTS: frozenset({Role.MENTEE, Role.GUARDIAN}),
    Data.PAIR: _TWO | {Role.GUARDIAN},
    Data.MESSAGES: _TWO | {Role.SUPERVISOR},
    Data.MESSAGES_ONCE: _TWO,
    Data.FLAGGED: _TWO,
    Data.CALLS: _TWO | {Role.SUPERVISOR},
    Data.ATTENDANCE: _TWO | {Role.SUPERVISOR},
    Data.CASES: _ALL,
    Data.LETTERS: _TWO | {Role.GUARDIAN, Role.PRESCRIBER},
    Data.PAPERS: frozenset({Role.MENTOR}),
    Data.WELFARE: frozenset({Role.MENTEE}),
    Data.REQUESTS: _ALL,
    Data.DUTY: frozenset({Role.ADMIN, Role.SUPERVISOR}),
}

# What a copy for staff holds, which is all but what was said, and who was in calls (export.py).
_SAID: Final = frozenset({Data.MESSAGES, Data.MESSAGES_ONCE, Data.FLAGGED, Data.CALLS, Data.ATTENDANCE})
_COPY: Final = tuple(data for data in Data if data not in _SAID)

# What each act shows of the people it is about: by the act, else by its resource. A test fails for one not here.
SHOWS: Final[Mapping[str, tuple[Data, ...]]] = {
    "account": (Data.NAME, Data.CONTACT, Data.BIRTH_DATE),
    "audit": (),
    "board": (Data.NAME, Data.CALLS),
    "call": (Data.NAME, Data.CALLS, Data.ATTENDANCE),  # which one's own copy has of the other
    "case": (Data.NAME, Data.ATTENDANCE, Data.CASES),
    "case:list": (),
    "consent": (Data.NAME, Data.CONSENTS),
    "consent:text": (),
    "crip": (),
    "data": (Data.NAME, Data.REQUESTS),
    "data:answer": _COPY,
    "data:own": (),
    "data:retain": (),
    "duty": (Data.NAME, Data.DUTY),
    "flag": (Data.NAME, Data.FLAGGED),
    "glass": (Data.NAME, Data.MESSAGES_ONCE),
    "glass:defer": (),
    "glass:list": (Data.NAME,),  # that it was done, and why; not what was read
    "help": (),
    "helpline": (),
    "invitation": (Data.NAME,),
    "letter": (),
    "letter:answer": (Data.NAME, Data.LETTERS),
    "moderation": (),
    "pair": (Data.NAME, Data.PAIR),
    "pair:answer": (Data.NAME,),
    "paper": (Data.NAME, Data.PAPERS),
    "person": (Data.NAME,),
    "policy": (),
    "reach": (Data.NAME,),  # that there is a way, not which address or number
    # What is to leave begins with who the child and the parents are; it has what was said around a flag, who was in
    # calls, and letters that the case is about.
    "relay": (Data.NAME, Data.CONTACT, Data.BIRTH_DATE, Data.FLAGGED, Data.ATTENDANCE, Data.CASES, Data.LETTERS),
    "relay:second": (Data.NAME,),
    "report": (),  # those with whom one has to do, whose names one knows
    "room": (Data.NAME, Data.MESSAGES),
    "second_factor": (Data.NAME, Data.SIGN_INS),
    "welfare": (Data.NAME, Data.WELFARE),
    "whisper": (Data.NAME, Data.MESSAGES),
}

REACH: Final[Mapping[Role, Reach]] = {
    Role.MENTOR: "own_pair",
    Role.MENTEE: "own_pair",
    Role.GUARDIAN: "children",
    Role.PRESCRIBER: "own_pair",
    Role.SUPERVISOR: "caseload",
    Role.ADMIN: "organisation",
}


def shown_by(act: Permission) -> tuple[Data, ...]:
    """Raises KeyError for an act of which nobody has said what it shows."""
    return SHOWS[act.value] if act.value in SHOWS else SHOWS[act.value.partition(":")[0]]


def seen_by(viewer: Role, me: Role) -> list[Data]:
    """What people of one role can come to see about people of another, in the order of ``Data``."""
    if viewer in _TWO and me in _TWO and viewer is me:
        return []  # no pair has two of them
    if viewer is Role.GUARDIAN and me is not Role.MENTEE:
        return []
    if viewer is Role.MENTEE and me not in (Role.MENTOR, Role.SUPERVISOR):
        return []
    if viewer is Role.MENTOR and me not in (Role.MENTEE, Role.SUPERVISOR):
        return []
    data = {one for act in GRANTS[viewer] for one in shown_by(act)}
    return [one for one in Data if one in data and me in OF[one]]


@dataclass(frozen=True, slots=True)
class Seer:
    """A role, how far it reaches, what it sees and never sees of the person, and who that is for them now."""

    role: Role
    reach: Reach
    sees: tuple[Data, ...]
    never: tuple[Data, ...]
    people: tuple[str, ...]


async def who_sees(conn: AsyncConnection, principal: Principal) -> list[Seer]:
    """Everybody who sees something about ``principal``, and the roles that see nothing."""
    names = await _people(conn, principal)
    mine = [data for data in Data if principal.role in OF[data]]
    found = []
    for viewer in (Role.MENTOR, Role.MENTEE, Role.SUPERVISOR, Role.GUARDIAN, Role.PRESCRIBER, Role.ADMIN):
        sees = seen_by(viewer, principal.role)
        if not sees and viewer in (principal.role, Role.GUARDIAN):
            continue
        if viewer is Role.GUARDIAN and not names.get(viewer):
            continue  # they have none, or are of age
        never = [data for data in mine if data not in sees]
        found.append(Seer(viewer, REACH[viewer], tuple(sees), tuple(never), tuple(sorted(names.get(viewer, ())))))
    return found


async def _people(conn: AsyncConnection, principal: Principal) -> Mapping[Role, Collection[str]]:
    """Those who stand in a role for this person now. Who runs the association is nobody's in particular."""
    me = principal.account_id
    pairs = [pair for pair in await pairs_of(conn, me) if pair.state is not State.CLOSED]
    ids: dict[Role, set[UUID]] = {
        Role.MENTOR: {pair.mentor_id for pair in pairs} - {me},
        Role.MENTEE: {pair.mentee_id for pair in pairs} - {me},
        Role.SUPERVISOR: {pair.supervisor_id for pair in pairs if belongs(pair, me)},
    }
    if principal.role is Role.MENTEE:
        links = await links_of(conn, mentee_ids=[me])
        ids[Role.GUARDIAN] = {link.guardian_id for link in links if link.until is None}
    people = await people_of(conn, set().union(*ids.values()))
    return {role: {people[one].name for one in who if one in people} for role, who in ids.items()}
