"""Every endpoint, asked by every role about what is their own pair's, another pair's of the same organisation, another
organisation's, and about what does not exist. Who may not is refused in the same words each time, so that no answer
tells what exists; and nothing is changed.

Rows are those of ``endpoint_rows.py``: a new endpoint is tried as soon as it has one.
"""

from collections.abc import Mapping
from itertools import product
from typing import Any

import msgspec

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.transport.endpoint_rows import ANYONE, TABLE, Row
from tests.integration.transport.scene import Scene, scene
from tests.support.rooms import House, Person, organisation
from tests.support.whole_state import whole_state

UNEQUAL_EACH_TIME = frozenset({"Date", "Content-Length"})  # of equal bodies the length is equal

STALE = frozenset({"conflict", "case_moved_on"})  # to who acts on what they have not seen

Filled = tuple[dict[str, Any], Any]
Words = tuple[int, bytes, Mapping[str, str]]


def instead(filled: Filled, what: str, stranger: Filled | None) -> Filled:
    """``filled`` with ``what`` taken from a stranger's, or made up."""
    parts = []
    for part, other in zip(filled, stranger or (None, None), strict=True):
        changed = dict(part) if isinstance(part, dict) else part
        if isinstance(changed, dict) and what in changed:
            nobodys = [new_id()] if isinstance(changed[what], list) else new_id()
            changed[what] = other[what] if other else nobodys
        parts.append(changed)
    return parts[0], parts[1]


def as_seen(filled: Filled) -> list[tuple[Filled, bool]]:
    """As it is, and, where it says which state of things it has seen, on another one, which is stale."""
    path, body = filled
    counts = {"revision", "version"} & set(body or ())
    return [(filled, False), *(((path, {**body, name: 41}), True) for name in counts)]


async def words(house: House, row: Row, filled: Filled, who: Person) -> Words:
    """The whole answer, but for the time of day."""
    path, body = filled
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
    data = msgspec.json.encode(body) if body is not None else row.upload
    if row.upload is not None:
        headers["Content-Type"] = "application/octet-stream"
    if data is None:
        del headers["Content-Type"]
    url = house.site.url + row.address(path)
    async with house.site.http.request(row.method, url, data=data, headers=headers) as got:
        told = {name: value for name, value in got.headers.items() if name not in UNEQUAL_EACH_TIME}
        return got.status, await got.read(), told


def code(told: Words) -> str:
    body = msgspec.json.decode(told[1]) if told[1] else {}
    return str(body["error"]["code"]) if told[0] >= 400 else f"allowed, {told[0]}"


async def test_every_endpoint_every_role_and_what_is_not_theirs(house: House) -> None:
    here, beside = await scene(house, house.north), await scene(house, house.north)
    there = await scene(house, await organisation(house.database, "South"))
    before = await whole_state(house.database)
    wrong: dict[str, Any] = {}
    tried = 0
    for row in TABLE:
        if row.roles is ANYONE:
            continue
        strangers: dict[str, Scene | None] = {"nowhere": None, "elsewhere": there, "beside": beside}
        for role in Role:
            who, may = here.people[role], role in row.roles
            for (own, stale), what in product(as_seen(row.fill(here)), row.foreign or ("",)):
                answers: dict[str, Words] = {} if may else {"own": await words(house, row, own, who)}
                for place, stranger in strangers.items():
                    reached = what not in row.refusals and (role in row.reach or what in row.shared)
                    open_to_them = may and place == "beside" and reached
                    if what and not open_to_them:
                        filled = instead(own, what, row.fill(stranger) if stranger else None)
                        answers[place] = await words(house, row, filled, who)
                tried += len(answers)
                first = next(iter(answers.values()), None)
                expected = row.refusals.get(what, "not_found") if may else row.others[1] or f"allowed, {row.others[0]}"
                if first is not None and code(first) not in ({expected} | (STALE if stale else set())):
                    wrong[f"{row.name} {role} {what}"] = (f"expected {expected}", code(first))
                different = [place for place, told in answers.items() if told != first]
                if different:
                    wrong[f"{row.name} {role} {what} tells"] = {place: answers[place][:2] for place in answers}
    assert wrong == {}, "\n".join(f"{name}: {told}" for name, told in wrong.items())
    assert tried > 1000
    after = await whole_state(house.database)
    assert {table for table in before if before[table] != after[table]} == set()


FIRST_LINE = "select id from case_entries where case_id = :case order by at, id limit 1"


async def test_an_identifier_that_somebody_has_used_is_taken(house: House) -> None:
    """By whomever, wherever: the answer is the same, and theirs stays as it is."""
    here, beside = await scene(house, house.north), await scene(house, house.north)
    there = await scene(house, await organisation(house.database, "South"))
    lines = [(await house.sql(FIRST_LINE, case=one.case))[0][0] for one in (here, beside, there)]
    changes = [one.duty for one in (here, beside, there)]
    used = {
        ("POST /api/v1/duty/changes", "id"): changes,
        ("POST /api/v1/duty/swaps", "id"): changes,
        ("POST /api/v1/data/requests for somebody", "id"): [one.leaving for one in (here, beside, there)],
        ("POST /api/v1/reach/contacts", "id"): [one.contact for one in (beside, beside, there)],
        ("POST /api/v1/letters/{person}/{line}", "id"): [one.letter for one in (here, beside, there)],
        ("POST /api/v1/cases", "id"): [one.case for one in (here, beside, there)],
        ("POST /api/v1/cases about somebody", "id"): [one.case for one in (here, beside, there)],
        ("POST /api/v1/cases/{case}/dispatches", "id"): [beside.dispatch, there.dispatch],
        ("POST /api/v1/cases/{case}/notes", "id"): lines,
        ("POST /api/v1/cases/{case}/tasks", "id"): [beside.task, there.task],
        **{
            (f"POST /api/v1/reports of a {what}", "id"): [beside.report, there.report]
            for what in ("message", "person", "worry")
        },
        ("POST /api/v1/cases/{case}/reports/{report}/answers", "id"): [beside.answered, there.answered],
        ("POST /api/v1/rooms/{room}/notes", "id"): [one.glass_note for one in (here, beside, there)],
    }
    assert sorted(used) == sorted((row.name, name) for row in TABLE for name in row.made)
    before = await whole_state(house.database)
    for row in TABLE:
        for name in row.made:
            for role in row.roles or ():
                path, body = row.fill(here)
                told = [
                    await words(house, row, (path, {**body, name: taken}), here.people[role])
                    for taken in used[row.name, name]
                ]
                assert [code(one) for one in told] == ["conflict"] * len(told), (row.name, role)
                assert told[1:] == told[:-1], (row.name, role)
    after = await whole_state(house.database)
    assert {table for table in before if before[table] != after[table]} == set()
