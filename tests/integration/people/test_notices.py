"""News to a person: theirs alone, kept until seen, on their devices at once and after a gap."""

from datetime import date

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.notices import SEEN_LISTED, tell
from tests.support.rooms import House, Person, organisation


async def told(house: House, who: Person, kind: str, **facts: str | int | date) -> str:
    async with house.database.begin(who.principal.organisation_id) as conn:
        notice = await tell(conn, who.principal.organisation_id, who.id, kind, house.clock.now(), **facts)
    return str(notice)


async def listed(house: House, who: Person) -> list[dict[str, object]]:
    reply = await house.ask(who, "GET", "/api/v1/notices")
    assert reply.status == 200
    return list(reply.body["notices"])


async def test_a_notice_is_its_persons_and_stays_until_seen(house: House) -> None:
    lea, julien = await house.person(Role.MENTEE, "Lea"), await house.person(Role.MENTOR, "Julien")
    stranger = await house.person(Role.MENTEE, "Tom", where=await organisation(house.database, "South"))
    socket = await house.open(lea)
    first = await told(house, lea, "mentor_away", until=date(2026, 12, 1))
    assert await socket.wait("notice:new") == [
        {"id": first, "kind": "mentor_away", "facts": {"until": "2026-12-01"}, "at": "2026-11-22T12:00:00.000Z"}
    ]
    assert await listed(house, lea) == await socket.wait("notice:new")
    assert await listed(house, julien) == await listed(house, stranger) == []
    for other in (julien, stranger):  # somebody else's, and nobody's: seen by no one
        answer = await house.ask(other, "POST", "/api/v1/notices/seen", {"ids": [first, str(new_id())]})
        assert answer.status == 204
    assert [notice.get("seen_at") for notice in await listed(house, lea)] == [None]
    assert (await house.ask(lea, "POST", "/api/v1/notices/seen", {"ids": [first]})).status == 204
    assert [notice["seen_at"] for notice in await listed(house, lea)] == ["2026-11-22T12:00:00.000Z"]
    await house.sql("update account_notices set seen_at = seen_at - cast(:lately as interval)", lately=SEEN_LISTED * 2)
    assert await listed(house, lea) == []


async def test_what_a_transaction_takes_back_was_never_told(house: House) -> None:
    lea = await house.person(Role.MENTEE, "Lea")
    socket = await house.open(lea)
    with pytest.raises(ZeroDivisionError):
        async with house.database.begin(lea.principal.organisation_id) as conn:
            await tell(conn, lea.principal.organisation_id, lea.id, "mentor_away", house.clock.now())
            raise ZeroDivisionError
    kept = await told(house, lea, "mentor_back")
    assert [notice["id"] for notice in await socket.wait("notice:new")] == [kept]


async def test_after_a_gap_what_was_missed_is_told(house: House) -> None:
    lea = await house.person(Role.MENTEE, "Lea")
    socket = await house.open(lea)
    await house.sql("alter table account_notices disable trigger account_notices_told")
    missed = await told(house, lea, "mentor_away")
    await house.sql("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %'")
    assert [notice["id"] for notice in await socket.wait("notice:new")] == [missed]
